public import Box
public import Linux
internal import Target

/// Sends commands to a .NET runtime in a container of its own; a connection for each.
public final class DotnetClient {
  public let process: DotnetProcess
  public let root: Root
  /// The socket's path in the process's root.
  public let path: String
  private let handle: File

  /// Longest wait for a connection and for an answer, in seconds: a runtime answers at once or hangs.
  public static let patience = 10.0

  /// Opens the socket at `path`; it must be one and belong to the process's user.
  ///
  /// Connecting goes by the descriptor, so that neither the length of the path nor what is planted there
  /// meanwhile matters.
  init(_ process: DotnetProcess, _ root: Root, _ path: String) throws(Failure) {
    self.process = process
    self.root = root
    self.path = path
    let display = "/proc/\(process.pid)/root" + path
    let status: FileStatus
    do throws(SystemError) {
      handle = try root.open(path, [.path, .noFollow])
      status = try handle.status()
    } catch {
      throw .system(error.about(display))
    }
    guard status.kind == .socket else {
      throw .message("\(display): is \(status.kind.noun), not a socket; it is not touched")
    }
    guard status.uid == process.uid else {
      throw .message(
        "\(display): belongs to uid \(status.uid), but the process runs as uid \(process.uid); "
          + "it is not trusted")
    }
    // A stale socket refuses, and that of another process is none of ours: better found out now.
    _ = try connect()
  }

  /// A fresh connection.
  func connect() throws(Failure) -> LocalSocket {
    let pid = process.pid
    do throws(SystemError) {
      let socket = try LocalSocket.connect(
        to: handle, as: (process.uid, process.gid), seconds: Int32(Self.patience))
      let peer = try socket.peer()
      // 0 where the listener is outside of our PID namespace.
      if peer.pid != 0, peer.pid != pid {
        throw SystemError(.noEntry, "connect", path)
      }
      return socket
    } catch {
      switch error.errno {
      case .noEntry: throw .message("\(pid): its socket \(path) is that of another process")
      case .connectionRefused: throw .message("\(pid): nobody listens at its socket \(path)")
      case .wouldBlock:
        throw .message("\(pid): the runtime takes no connection: it hangs or is stopped")
      case .denied:
        throw .denied(
          "/proc/\(pid)/root" + path,
          "permission denied: only uid \(process.uid) gid \(process.gid) may connect",
          advice: Advice.sameIDs(uid: process.uid, gid: process.gid))
      default: throw .system(error.about("/proc/\(pid)/root" + path))
      }
    }
  }

  /// An answer: the payload, or the runtime's error; and the connection for what follows it.
  struct Reply {
    let payload: [UInt8]
    let error: IPCError?
    let socket: LocalSocket
  }

  /// Sends one command and reads its answer.
  ///
  /// - Parameter wait: called each time before reading, to wait until something can be read; what it
  ///   throws ends the exchange. nil waits for `patience`.
  func exchange(
    _ message: IPCMessage, wait: ((LocalSocket) throws(Failure) -> Void)? = nil
  ) throws(Failure) -> Reply {
    let socket = try connect()
    guard let bytes = message.encoded() else {
      throw .message("\(process.pid): the request is longer than 64 KiB")
    }
    try attempt { () throws(SystemError) in try socket.send(bytes) }
    guard let head = IPCHead(try receive(IPCMessage.headSize, from: socket, wait)) else {
      throw .message("\(process.pid): what answers is no .NET runtime")
    }
    let payload = try receive(head.payloadSize, from: socket, wait)
    guard head.isError else { return Reply(payload: payload, error: nil, socket: socket) }
    var reader = IPCReader(payload)
    let code = reader.number(4) ?? 0x8000_4005
    return Reply(
      payload: payload, error: IPCError(code: UInt32(truncatingIfNeeded: code)), socket: socket)
  }

  /// Exactly `count` bytes.
  func receive(
    _ count: Int, from socket: LocalSocket,
    _ wait: ((LocalSocket) throws(Failure) -> Void)? = nil
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(count, 65536))
    let deadline = Deadline(seconds: Self.patience)
    while bytes.count < count {
      if let wait {
        try wait(socket)
      } else if !socket.isReadable(within: deadline.left) {
        throw .message(
          "\(process.pid): no answer within \(Int(Self.patience)) s: the runtime hangs or is stopped"
        )
      }
      if piece.count > count - bytes.count { piece.removeLast(piece.count - (count - bytes.count)) }
      var received = 0
      do throws(SystemError) {
        received = try socket.receive(into: &piece)
      } catch {
        guard error.errno == .connectionReset else { throw .system(error) }
      }
      if received == 0 {
        throw .message(
          "\(process.pid): the runtime closed the connection: the process has ended, or ends")
      }
      bytes += piece[..<received]
    }
    return bytes
  }

  /// The first of `commands` that the runtime knows.
  func newest(
    _ commands: [UInt8], _ message: (UInt8) -> IPCMessage,
    wait: ((LocalSocket) throws(Failure) -> Void)? = nil
  ) throws(Failure) -> (command: UInt8, reply: Reply) {
    var last = commands[0]
    for command in commands {
      let reply = try exchange(message(command), wait: wait)
      if reply.error != .unknownCommand || command == commands.last { return (command, reply) }
      last = command
    }
    return (last, try exchange(message(last), wait: wait))
  }

  func refusal(_ error: IPCError, _ what: String) -> Failure {
    .message("\(process.pid): the runtime refuses \(what): \(error.words)")
  }
}

extension DotnetClient {
  /// What the runtime tells of its process; nil where it cannot (.NET Core 3.1).
  public func information() throws(Failure) -> ProcessInformation? {
    let (command, reply) = try newest(ProcessInformation.commands) {
      IPCMessage(IPCMessage.Set.process, $0)
    }
    if let error = reply.error {
      if error == .unknownCommand { return nil }
      throw refusal(error, "to tell of its process")
    }
    guard let information = ProcessInformation(reply.payload, command: command) else {
      throw .message("\(process.pid): its answer cannot be read")
    }
    return information
  }

  /// The environment as the runtime sees it; nil where it cannot tell (before .NET 6).
  public func variables() throws(Failure) -> [String]? {
    let reply = try exchange(IPCMessage(IPCMessage.Set.process, 2))
    if let error = reply.error {
      if error == .unknownCommand { return nil }
      throw refusal(error, "to tell its environment")
    }
    guard let size = ProcessVariables.size(reply.payload) else {
      throw .message("\(process.pid): its answer cannot be read")
    }
    return ProcessVariables.entries(try receive(size, from: reply.socket))
  }

  /// Has the runtime write a dump of its process to `path` in its own root.
  ///
  /// - Parameter wait: called while the dump is written.
  public func dump(
    _ kind: DumpKind, to path: String, logs: Bool, wait: (LocalSocket) throws(Failure) -> Void
  ) throws(Failure) {
    let (_, reply) = try withoutActuallyEscaping(wait) { (wait) throws(Failure) in
      try newest([DumpKind.newest, 2, 1], { kind.message($0, path: path, logs: logs) }, wait: wait)
    }
    var reader = IPCReader(reply.payload)
    let code = UInt32(truncatingIfNeeded: reader.number(4) ?? 0)
    if reply.error == nil, code < 0x8000_0000 { return }
    let text = Self.firstLine(reader.text() ?? "")
    let words = text.isEmpty ? IPCError(code: code).words : text
    throw .message("\(process.pid): the runtime could not write a dump: \(words)")
  }

  /// Without the name of the helper in front, `[createdump] `.
  private static func firstLine(_ text: String) -> String {
    let line = text.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).first ?? ""
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return String(line) }
    return String(line[line.index(after: end)...].drop { $0 == " " })
  }
}

extension DotnetClient {
  /// Begins a session of events; they come on the connection until it is stopped.
  ///
  /// - Parameter fallback: the rundown where the runtime cannot choose by keywords: all of it is slow.
  public func collect(_ request: SessionRequest, fallback: UInt64? = nil) throws(Failure)
    -> EventSession
  {
    let commands = Array((SessionRequest.oldest...SessionRequest.newest).reversed())
    let (command, reply) = try newest(commands) { command in
      var request = request
      if command < SessionRequest.newest, let fallback { request.rundown = fallback }
      return request.message(command)
    }
    if let error = reply.error { throw refusal(error, "a session of events") }
    var reader = IPCReader(reply.payload)
    guard let number = reader.number(8) else {
      throw .message("\(process.pid): its answer cannot be read")
    }
    return EventSession(self, reply.socket, number, command: command)
  }
}
