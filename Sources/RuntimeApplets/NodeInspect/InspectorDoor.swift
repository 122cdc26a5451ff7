internal import Box
internal import Linux
internal import LocalHTTP
internal import ProcFS
internal import Report
internal import Runtimes
internal import Target

/// Opens the inspector of a process, and closes it again.
final class InspectorDoor {
  let pid: Int32
  /// Whether it was closed before.
  private(set) var hasOpened = false
  private let context: Context
  private let processes: ProcFS
  private let listeners: TargetListeners

  /// Seconds that Node.js gets to open the port.
  private static let patience = 5.0
  /// SIGUSR1.
  private static let signal: Int32 = 10

  init(_ pid: Int32, _ context: Context) throws(Failure) {
    self.pid = pid
    self.context = context
    processes = try attempt { () throws(SystemError) in try ProcFS(context.root) }
    listeners = TargetListeners(processes: processes, pid: pid)
    guard (try? processes.stat(of: pid)) != nil else {
      throw Failure("\(pid): no process \(pid), or /proc hides it", errno: .noProcess)
    }
  }

  /// A session with the inspector of this very process.
  func open() throws(Failure) -> InspectorSession {
    if let session = try session(among: candidates(listeners.all())) { return session }
    try checkSignal()
    let before = listeners.all()
    do throws(SystemError) {
      try Signal(Self.signal).send(to: pid)
    } catch {
      throw refused(error)
    }
    hasOpened = true
    let deadline = Deadline(seconds: Self.patience)
    while !deadline.hasPassed {
      context.clock.sleep(seconds: 0.02)
      let new = listeners.all().filter { !before.contains($0) }
      if let session = try session(among: candidates(new)) { return session }
    }
    throw Failure(
      "\(pid): opened no inspector within \(Int(Self.patience)) s",
      advice: "its port (9229) may be taken by another process of the pod, or it was started with "
        + "--disable-sigusr1: look at its standard error")
  }

  /// Who may be it: those of the process where that can be seen, else all that listen on the loopback.
  private func candidates(_ all: [Listener]) -> [Listener] {
    if let own = listeners.own() { return all.filter { own.contains($0) } }
    return all.filter { $0.endpoint.address.isLoopback }
  }

  private func session(among candidates: [Listener]) throws(Failure) -> InspectorSession? {
    for listener in candidates {
      guard let path = Self.target(listener.reachable) else { continue }
      let session = try InspectorSession(listener.reachable, path)
      // Two processes of a pod may have one, and only one of them port 9229.
      guard try session.processID() == innerPID else { continue }
      return session
    }
    return nil
  }

  /// The PID that the process knows of itself.
  private var innerPID: Int {
    (try? processes.status(of: pid))?.namespacePIDs.last ?? Int(pid)
  }

  /// The path of the WebSocket; nil where this is no inspector.
  private static func target(_ endpoint: Endpoint) -> String? {
    guard let answer = try? LocalConnection.get(endpoint, "/json/list", seconds: 2),
      answer.status == 200, let list = try? JSON(parsing: answer.body),
      let first = list.items?.first,
      let url = first["webSocketDebuggerUrl"]?.string, url.hasPrefix("ws://")
    else { return nil }
    let path = url.utf8.dropFirst(5).drop { $0 != UInt8(ascii: "/") }
    // It goes into the head of a request.
    guard !path.isEmpty, path.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    return String(bytes: Array(path))
  }

  /// What says that the signal would do harm.
  private func checkSignal() throws(Failure) {
    let arguments = (try? processes.arguments(of: pid)) ?? []
    guard RuntimeInspector(processes).facts(of: pid, arguments: arguments).kind == .node else {
      throw .message("\(pid): is no Node.js process")
    }
    guard let status = try? processes.status(of: pid) else { return }
    let bit: UInt64 = 1 << UInt64(Self.signal - 1)
    guard status.caughtSignals & bit != 0, status.ignoredSignals & bit == 0 else {
      throw Failure(
        "\(pid): does not catch SIGUSR1, which would end it",
        advice: "it is starting, or was started with --disable-sigusr1 or NODE_OPTIONS=--inspect…; "
          + "only --inspect at its start helps")
    }
    if let stat = try? processes.stat(of: pid), [0x54, 0x74, 0x5A].contains(stat.state) {
      throw .message("\(pid): the process is stopped or has ended")
    }
  }

  private func refused(_ error: SystemError) -> Failure {
    guard error.errno == .notPermitted, let status = try? processes.status(of: pid),
      let uid = status.effectiveUID
    else { return .system(error.about(String(pid))) }
    return .denied(
      String(pid),
      "SIGUSR1 is refused: it runs as uid \(uid), you are uid \(Credentials.effectiveUID) without "
        + "CAP_KILL", advice: Advice.sameIDs(uid: uid, gid: status.effectiveGID ?? 0))
  }

  /// Has the process close its inspector, and waits until the port is closed.
  ///
  /// What runs in the application for it can throw nothing, and keeps it alive no longer than it
  /// would have lived.
  func close(_ session: InspectorSession) throws(Failure) {
    let endpoint = session.endpoint
    _ = try session.call("Runtime.evaluate", Self.closing)
    session.end()
    let deadline = Deadline(seconds: 3)
    while !deadline.hasPassed {
      if !listeners.all().contains(where: { $0.reachable == endpoint }) { return }
      context.clock.sleep(seconds: 0.02)
    }
    throw .message("\(pid): the inspector at \(endpoint) is still open: node-inspect \(pid) close")
  }

  private static var closing: [(key: String, value: JSON)] {
    let text =
      "(()=>{try{const i=(typeof process.getBuiltinModule==='function')"
      + "?process.getBuiltinModule('inspector'):require('inspector');"
      + "setTimeout(()=>{try{i.close()}catch(e){}},50).unref();return true}catch(e){return false}})()"
    return [
      (key: "expression", value: .string(text)), (key: "includeCommandLineAPI", value: .flag(true)),
      (key: "returnByValue", value: .flag(true)), (key: "silent", value: .flag(true)),
    ]
  }
}
