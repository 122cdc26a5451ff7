public import Box
public import Linux
internal import ProcFS
internal import Target

/// Attaches to a HotSpot VM in a container of its own, from outside, and sends it commands.
///
/// The listener's socket is `/tmp/.java_pidN` in the VM's root, N the PID that the VM knows. Where it
/// is missing, a file `.attach_pidN` and SIGQUIT make the VM open it; without that file, or where
/// nobody catches the signal, SIGQUIT prints all threads to the app's log or ends the VM. So it is
/// only sent once everything says that the VM will take it as meant.
public struct Attachment {
  let finder: JavaFinder
  public let process: JavaProcess
  private let status: ProcessStatus
  let root: Root

  /// Longest wait for the VM to open its socket, and for it to take a connection, in seconds.
  static let patience = 10.0

  /// Reaches the root of process `pid`; nothing in it is touched yet.
  public init(_ finder: JavaFinder, _ pid: Int32) throws(Failure) {
    self.finder = finder
    status = try finder.status(of: pid)
    process = finder.process(pid, status)
    root = try finder.paths.root(of: pid, subject: String(pid))
  }

  /// Sends one command.
  ///
  /// - Parameters:
  ///   - interruption: held signals end the wait for the answer; without it they do what they always do.
  ///   - sink: gets the text of the answer as it comes; false stops reading.
  public func execute(
    _ request: AttachRequest, waiting: (() -> Void)? = nil, interruption: Interruption? = nil,
    sink: (ArraySlice<UInt8>) -> Bool
  ) throws(Failure) -> AttachReply {
    if let reason = standstill(traced: false) {
      throw .message("\(process.pid): the process \(reason)")
    }
    let socket = try connect()
    var signal: Int32?
    let transport = Transport(
      send: { (bytes) throws(SystemError) in try socket.send(bytes) },
      receive: { (buffer) throws(SystemError) in
        while let interruption, !socket.isReadable(within: 0.25) {
          signal = interruption.pause(seconds: 0)
          if signal != nil { throw SystemError(.interrupted, "poll", "") }
        }
        if let waiting, !socket.isReadable(within: 3) { waiting() }
        return try socket.receive(into: &buffer)
      })
    var isWanted = true
    let reply: AttachReply?
    do throws(Failure) {
      reply = try transport.exchange(request) {
        isWanted = sink($0)
        return isWanted
      }
    } catch {
      throw signal.map { .quiet(128 + $0) } ?? error
    }
    guard let reply else {
      throw .message(
        "\(process.pid): the JVM closed the connection: it rejects uid \(Credentials.effectiveUID), "
          + "or it has ended")
    }
    if reply.status == 101 {
      let reason = request.needsSecondVersion ? ": arguments over 1024 bytes need JDK 24" : ""
      throw .message("\(process.pid): the JVM does not speak this attach protocol" + reason)
    }
    // The end of an answer and that of the VM look alike.
    if isWanted, hasEnded {
      throw .message("\(process.pid): the JVM has ended; its answer may be incomplete")
    }
    return reply
  }

  /// Why the VM cannot answer now: it is stopped or has ended; nil where that is not known.
  ///
  /// - Parameter traced: whether a stop for a tracer counts, too: with strace(1) there are many short ones.
  private func standstill(traced: Bool) -> StaticString? {
    switch (try? finder.processes.stat(of: process.pid))?.state {
    case UInt8(ascii: "T"): "is stopped"
    case UInt8(ascii: "t"): traced ? "is stopped by a tracer" : nil
    case UInt8(ascii: "Z"): "has ended (zombie)"
    default: nil
    }
  }

  private var hasEnded: Bool {
    do throws(SystemError) {
      // Long before it is a zombie, its end of the socket is closed.
      let stat = try finder.processes.stat(of: process.pid)
      return stat.isExiting || stat.state == UInt8(ascii: "Z")
    } catch {
      return error.errno == .noEntry || error.errno == .noProcess
    }
  }

  /// The whole text of a short answer.
  public func text(
    _ request: AttachRequest, limit: Int = 1 << 20, interruption: Interruption? = nil
  ) throws(Failure) -> (reply: AttachReply, text: [UInt8]) {
    var text: [UInt8] = []
    let reply = try execute(request, interruption: interruption) { piece in
      text += piece.prefix(limit - text.count)
      return text.count < limit
    }
    return (reply, text)
  }

  /// Removes a file that the VM wrote to `/tmp`, with its own rights.
  public func remove(_ name: String) {
    guard let folder = try? root.open("/tmp", [.path, .directory]) else { return }
    _ = Trigger.owned(ids) { () throws(SystemError) in try removeFile(name, in: folder) }
  }

  /// Removes an empty folder of the VM's, with its own rights.
  ///
  /// - Returns: whether it is gone.
  func removeFolder(_ path: String) -> Bool {
    let failure = Trigger.owned(ids) { () throws(SystemError) in
      try root.spot(path).removeFolder()
    }
    return failure == nil
  }

  /// A connection to the listener, which is started where it has not been.
  private func connect() throws(Failure) -> LocalSocket {
    if let socket = try knock() { return socket }
    try checkSignal()
    // Below another root the PIDs may be those of others.
    guard finder.isLive else { throw .message("\(process.pid): cannot attach below another root") }
    return try start()
  }

  /// The ids that the listener compares with its own.
  private var ids: (uid: UInt32, gid: UInt32) { (process.uid, process.gid) }

  /// Connects to the socket that is there.
  ///
  /// - Returns: nil where there is none, or a stale one that nobody listens at.
  private func knock() throws(Failure) -> LocalSocket? {
    let name = "/tmp/.java_pid\(process.innerPID)"
    let display = "/proc/\(process.pid)/root\(name)"
    let status: FileStatus
    do throws(SystemError) {
      let handle = try root.open(name, [.path, .noFollow])
      status = try handle.status()
      if status.kind == .socket, status.uid == process.uid {
        return try LocalSocket.connect(to: handle, as: ids, seconds: Int32(Self.patience))
      }
    } catch {
      switch error.errno {
      case .noEntry, .nobodyListens: return nil
      case .wouldBlock:
        throw .message("\(process.pid): the JVM takes no connection: it hangs or is stopped")
      case .denied:
        throw .denied(
          display,
          "permission denied: only uid \(process.uid) gid \(process.gid) may connect",
          advice: Advice.sameIDs(uid: process.uid, gid: process.gid))
      default: throw .system(error.about(display))
      }
    }
    let what =
      status.kind == .socket ? "belongs to uid \(status.uid)" : "is \(status.kind.noun), no socket"
    throw .message("\(display): \(what); it is not trusted as the socket of uid \(process.uid)")
  }
}

extension Attachment {
  /// What says that SIGQUIT would not start the listener.
  func checkSignal() throws(Failure) {
    let pid = process.pid
    guard try isHotSpot() else {
      throw .message("\(pid): is no HotSpot JVM (no libjvm.so in it, no VM Thread)")
    }
    if isDisabled {
      throw Failure(
        "\(pid): the JVM was started with -XX:+DisableAttachMechanism",
        advice: "jps and jstat still work; kill -QUIT \(pid) prints all threads to the app's log")
    }
    // The signal would wait, and find no trigger when it comes.
    if let reason = standstill(traced: true) {
      throw .message("\(pid): the process \(reason)")
    }
    let quit: UInt64 = 1 << 2
    if status.caughtSignals & quit == 0 || status.ignoredSignals & quit != 0 {
      throw Failure(
        "\(pid): the JVM does not catch SIGQUIT: it is starting, or runs with -Xrs",
        advice: "try again in a moment; with -Xrs only -XX:+StartAttachListener helps")
    }
  }

  /// By its counters, else by the options we can see.
  private var isDisabled: Bool {
    let data = try? finder.perfData(of: process.pid, innerPID: process.innerPID, uid: process.uid)
    if let allows = data?.allowsAttach { return !allows }
    let option = "-XX:+DisableAttachMechanism"
    let arguments = (try? finder.processes.arguments(of: process.pid)) ?? []
    if arguments.contains(where: { $0.sameBytes(as: option) }) { return true }
    let doorway = Doorway(finder.processes)
    guard let file = try? doorway.open(process.pid, "environ", .read).take(),
      let bytes = try? file.contents(limit: 1 << 20)
    else { return false }
    return bytes.split(separator: 0).contains { entry in
      let text = String(bytes: entry)
      let isOptions = text.hasPrefix("JAVA_TOOL_OPTIONS=") || text.hasPrefix("JDK_JAVA_OPTIONS=")
      return isOptions && text.split(separator: " ").contains { $0.hasSuffix(option) }
    }
  }

  /// SIGQUIT ends a Go program and dumps the core of others: only what surely is HotSpot gets it.
  private func isHotSpot() throws(Failure) -> Bool {
    if finder.hasVMThread(process.pid) { return true }
    guard let file = try? Doorway(finder.processes).open(process.pid, "maps", .read).take(),
      let bytes = try? file.contents(limit: 16 << 20)
    else { return false }
    return bytes.split(separator: 0x0A).contains { line in
      line.suffix(11).elementsEqual("/libjvm.so\n".utf8.dropLast())
        || line.suffix(10).elementsEqual("/libjvm.so".utf8)
    }
  }

  /// Lays out the trigger, signals, and waits for the socket; the trigger is removed in any case.
  private func start() throws(Failure) -> LocalSocket {
    let interruption = Interruption()
    let trigger = try Trigger(finder, process, root)
    defer { trigger.remove() }
    try attempt { () throws(SystemError) in
      do throws(SystemError) {
        try Signal(3).send(to: process.pid)
      } catch {
        throw error.about("\(process.pid): SIGQUIT")
      }
    }
    var waited = 0.0
    var step = 0.005
    while waited < Self.patience {
      if let number = interruption.pause(seconds: step) { throw .quiet(128 + number) }
      waited += step
      step = min(step * 1.5, 0.2)
      if let socket = try knock() { return socket }
    }
    throw Failure(
      "\(process.pid): the JVM did not open its attach socket within \(Int(Self.patience)) s",
      advice: "it may hang, or /tmp of the container may be read-only or full")
  }
}

/// The file that tells a VM to start its listener on the next SIGQUIT.
///
/// The VM looks in its working folder first, then in `/tmp`, and wants it owned by its own user.
struct Trigger {
  private let folder: Int32
  private let name: String
  private let ids: (uid: UInt32, gid: UInt32)

  init(_ finder: JavaFinder, _ process: JavaProcess, _ root: Root) throws(Failure) {
    name = ".attach_pid\(process.innerPID)"
    ids = (process.uid, process.gid)
    var refusal: SystemError?
    for isTemporary in [false, true] {
      do throws(SystemError) {
        let place =
          isTemporary
          ? try root.open("/tmp", [.path, .directory])
          : try Doorway(finder.processes).open(process.pid, "cwd", [.path, .directory]).take()
        try Self.create(name, in: place, ids)
        folder = place.release()
        return
      } catch {
        refusal = error
      }
    }
    throw Self.explained(refusal, process)
  }

  func remove() {
    let file = File(owning: folder)
    _ = Self.owned(ids) { () throws(SystemError) in try removeFile(name, in: file) }
  }

  private static func create(
    _ name: String, in folder: borrowing File, _ ids: (uid: UInt32, gid: UInt32)
  ) throws(SystemError) {
    let descriptor = folder.descriptor
    var owner: UInt32?
    let failure = owned(ids) { () throws(SystemError) in
      do throws(SystemError) {
        owner = try File.open(
          at: descriptor, name, [.write, .create, .exclusive, .noFollow], permissions: 0o600
        ).status().uid
      } catch {
        guard error.errno == .exists else { throw error }
        // Left by a tool that was killed, or somebody else attaches right now.
        owner = try Directory(File.open(at: descriptor, ".", [.path, .directory])).status(name).uid
      }
    }
    if let failure { throw failure }
    if owner == ids.uid || owner == 0 { return }
    // Some mounts give every file to one owner.
    let handle = try File.open(at: descriptor, ".", [.path, .directory])
    _ = owned(ids) { () throws(SystemError) in try removeFile(name, in: handle) }
    throw SystemError(.notPermitted, "open", name)
  }

  /// Runs `body` with the file-system ids of the target, where we may take them, else as we are.
  static func owned(
    _ ids: (uid: UInt32, gid: UInt32), _ body: () throws(SystemError) -> Void
  ) -> SystemError? {
    func outcome() -> SystemError? {
      do throws(SystemError) {
        try body()
        return nil
      } catch {
        return error
      }
    }
    return Credentials.adopting(uid: ids.uid, gid: ids.gid, outcome) ?? outcome()
  }

  private static func explained(_ error: SystemError?, _ process: JavaProcess) -> Failure {
    let place = "/proc/\(process.pid)/root/tmp"
    guard let error else { return .message("\(process.pid): cannot attach") }
    if error.errno == .readOnly {
      return Failure(
        "\(process.pid): cannot attach: its /tmp and working folder are read-only",
        advice: "an emptyDir on /tmp; without it only kill -QUIT \(process.pid), which prints all "
          + "threads to the app's log", errno: error.errno)
    }
    return .system(error.about("\(place)/.attach_pid\(process.innerPID)"))
  }
}
