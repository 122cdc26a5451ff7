internal import Box
internal import HTTP
internal import Linux

/// Transfers at the same time, `-Z`: each is a process of its own, and has its own connections.
///
/// A worker writes what it receives where it belongs, and hands the cookies it was given through a pipe at its end.
final class CurlParallel {
  /// Where `--parallel-max` says nothing of use, and the most that it may say.
  static let usual = 50
  static let most = 300
  /// What the file of the cookies of one worker may have.
  private static let jarLimit = 4 << 20

  private final class Worker {
    let pid: Int32
    let pipe: File
    var cookies: [UInt8] = []

    init(_ pid: Int32, _ pipe: consuming File) {
      self.pid = pid
      self.pipe = pipe
    }
  }

  private let session: CurlSession
  private let limit: Int
  private var workers: [Worker] = []
  /// Of the transfer that failed last; 0 where none did.
  private(set) var status: Int32 = 0

  init(_ session: CurlSession) {
    self.session = session
    limit = session.settings.parallelLimit
  }

  /// Begins a transfer, when there is room for it.
  ///
  /// - Parameter body: the transfer; what it returns is its status.
  func start(_ body: () -> Int32) throws(Failure) {
    while workers.count >= limit { try collect() }
    // What is held here would be written by both.
    session.flush()
    let worker = try attempt { () throws(SystemError) in
      let pipe = try ChildOutput()
      let end = pipe.writerDescriptor
      let pid = try Child.fork { work(end, body) }
      return Worker(pid, pipe.read())
    }
    workers.append(worker)
  }

  private func work(_ end: Int32, _ body: () -> Int32) -> Int32 {
    try? Process.setParentDeathSignal(Signal.terminate.number)
    let status = body()
    session.flush()
    if let jar = session.jar {
      let output = Output(descriptor: end)
      output.write(jar.text)
      output.flush()
    }
    return status
  }

  /// Waits until at least one of them has ended.
  private func collect() throws(Failure) {
    let count = workers.count
    while workers.count == count {
      let items = workers.map { (descriptor: $0.pipe.descriptor, events: Readiness.read) }
      let ready = try attempt { () throws(SystemError) in try Poll.wait(items, until: .never) }
      for index in ready.indices.reversed() where !ready[index].isEmpty {
        if try attempt({ () throws(SystemError) in try hasEnded(workers[index]) }) {
          try end(workers.remove(at: index))
        }
      }
    }
  }

  private func hasEnded(_ worker: Worker) throws(SystemError) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 16384)
    let count = try worker.pipe.read(into: &bytes)
    if worker.cookies.count + count <= Self.jarLimit { worker.cookies += bytes[..<count] }
    return count == 0
  }

  private func end(_ worker: Worker) throws(Failure) {
    let reason = try attempt { () throws(SystemError) in try Child.wait(for: worker.pid) }
    if reason.status != 0 { status = reason.status }
    session.jar?.read(worker.cookies)
  }

  /// Waits for all; with `--fail-early` the first failure is the end of the others.
  func finish() throws(Failure) {
    while !workers.isEmpty, !isOver { try collect() }
    for worker in workers { try? Signal.terminate.send(to: worker.pid) }
    let failed = status
    while !workers.isEmpty { try collect() }
    if failed != 0, session.settings.failsEarly { status = failed }
  }

  /// Whether nothing more is to be begun.
  var isOver: Bool { status != 0 && session.settings.failsEarly }
}
