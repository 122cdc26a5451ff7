internal import Box
internal import HTTP
internal import Linux

/// Transfers at the same time, `-Z`: each is a process of its own, and has its own connections.
///
/// A worker writes what it receives where it belongs; through a pipe it tells how far it has come, and at its end the
/// cookies it was given.
final class CurlParallel {
  /// Where `--parallel-max` says nothing of use, and the most that it may say.
  static let usual = 50
  static let most = 300
  /// What the file of the cookies of one worker may have.
  private static let jarLimit = 4 << 20

  private final class Worker {
    let pid: Int32
    let pipe: File
    private(set) var cookies: [UInt8] = []
    private(set) var tally = CurlTally()
    /// What has come of a line.
    private var rest: [UInt8] = []

    init(_ pid: Int32, _ pipe: consuming File) {
      self.pid = pid
      self.pipe = pipe
    }

    /// Takes what the worker has told.
    ///
    /// - Returns: whether that was its end.
    func hear() throws(SystemError) -> Bool {
      var bytes = [UInt8](repeating: 0, count: 16384)
      let count = try pipe.read(into: &bytes)
      if count == 0 { return true }
      var lines = (rest + bytes[..<count]).split(separator: 0x0A, omittingEmptySubsequences: false)
      rest = lines.popLast().map { Array($0) } ?? []
      for line in lines {
        if line.first == UInt8(ascii: "P") {
          tally = CurlTally(line.dropFirst(2)) ?? tally
        } else if cookies.count + line.count <= CurlParallel.jarLimit {
          cookies += line.dropFirst(2) + [0x0A]
        }
      }
      if rest.count > CurlParallel.jarLimit { rest = [] }
      return false
    }
  }

  private let session: CurlSession
  private let limit: Int
  private var workers: [Worker] = []
  private var meter: CurlParallelMeter?
  private var begun = 0
  /// Of those that have ended.
  private var ended = CurlTally()
  /// Of the transfer that failed last; 0 where none did.
  private(set) var status: Int32 = 0

  init(_ session: CurlSession) {
    self.session = session
    limit = session.settings.parallelLimit
    ended.expected = 0
    if !session.settings.isSilent, !session.settings.hidesMeter {
      meter = CurlParallelMeter(session.errors)
    }
  }

  /// What is received is shown where the meter would be.
  func hideMeter() { meter = nil }

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
    begun += 1
  }

  private func work(_ end: Int32, _ body: () -> Int32) -> Int32 {
    try? Process.setParentDeathSignal(Signal.terminate.number)
    let report = CurlReport(descriptor: end)
    session.meter = report
    let status = body()
    session.flush()
    if let jar = session.jar { report.tell(cookies: jar.text.bytes) }
    return status
  }

  /// Waits until at least one of them has ended.
  private func collect() throws(Failure) {
    let count = workers.count
    while workers.count == count {
      let items = workers.map { (descriptor: $0.pipe.descriptor, events: Readiness.read) }
      let deadline: Deadline = meter == nil ? .never : Deadline(seconds: 0.5)
      let ready = try attempt { () throws(SystemError) in try Poll.wait(items, until: deadline) }
      for index in ready.indices.reversed() where !ready[index].isEmpty {
        if try attempt({ () throws(SystemError) in try workers[index].hear() }) {
          try end(workers.remove(at: index))
        }
      }
      meter?.tick(tally, transfers: begun, live: workers.count)
    }
  }

  private var tally: CurlTally { workers.reduce(ended) { $0 + $1.tally } }

  private func end(_ worker: Worker) throws(Failure) {
    let reason = try attempt { () throws(SystemError) in try Child.wait(for: worker.pid) }
    if reason.status != 0 { status = reason.status }
    session.jar?.read(worker.cookies)
    var tally = worker.tally
    // Its length is known now, if it was not before.
    if tally.expected == nil { tally.expected = tally.received }
    ended = ended + tally
  }

  /// Waits for all; with `--fail-early` the first failure is the end of the others.
  func finish() throws(Failure) {
    while !workers.isEmpty, !isOver { try collect() }
    for worker in workers { try? Signal.terminate.send(to: worker.pid) }
    let failed = status
    while !workers.isEmpty { try collect() }
    if begun > 0 { meter?.end(ended, transfers: begun) }
    if failed != 0, session.settings.failsEarly { status = failed }
  }

  /// Whether nothing more is to be begun.
  var isOver: Bool { status != 0 && session.settings.failsEarly }
}
