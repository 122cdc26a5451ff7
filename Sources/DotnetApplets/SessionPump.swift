internal import Box
internal import DotnetIPC
internal import Linux
internal import Target

/// Reads a session of events to its end, and sees that it ends: by time, key or signal.
///
/// Made before the session begins: from then on signals are held back, so that none leaves the runtime
/// with a session that nobody reads.
final class SessionPump {
  private let watch: SignalWatch
  private let context: Context
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  /// Called when something was typed; false stops the session.
  var keyboard: (() -> Bool)?
  /// Seconds between calls of `tick`; nil for none.
  var pace: Double?
  /// The signal that ended it early.
  private(set) var signal: Int32?

  private var complaint: Failure?

  /// Longest silence of a runtime that was asked to stop; the rundown of large programs takes its time.
  private static let patience = 120.0

  init(_ context: Context) throws(Failure) {
    self.context = context
    watch = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(1), Signal(2), Signal(15)])
    }
  }

  deinit {
    buffer.deallocate()
    watch.release()
  }

  /// - Parameters:
  ///   - limit: seconds until the session is stopped; nil leaves that to keys, signals and `sink`.
  ///   - tick: called at `pace`, and once before the end; false stops the session.
  ///   - sink: gets the bytes as they come; false stops the session, but not the reading.
  func run(
    _ session: EventSession, limit: Double?, tick: () -> Bool = { true },
    sink: (UnsafeRawBufferPointer) throws(Failure) -> Bool
  ) throws(Failure) {
    let end = limit.map { Deadline(seconds: $0) } ?? .never
    var next = pace.map { Deadline(seconds: $0) } ?? .never
    var silence = Deadline.never
    while true {
      let wake = session.isStopping ? silence : end.earlier(next)
      let ready = try wait(session, until: wake)
      if ready.signal, let number = watch.next() {
        // The second time: the runtime will find nobody at the other end.
        if session.isStopping { throw .quiet(128 + number) }
        signal = number
        halt(session)
      }
      if ready.keys, let keyboard, !session.isStopping, !keyboard() { halt(session) }
      if ready.data {
        let count = try session.receive(into: buffer)
        if count == 0 { return }
        let wantsMore = try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if !wantsMore, !session.isStopping { halt(session) }
      }
      if !session.isStopping, end.hasPassed { halt(session) }
      if !session.isStopping, next.hasPassed, let pace {
        next = Deadline(seconds: pace)
        if !tick() { halt(session) }
      }
      if session.isStopping, !ready.data, silence.hasPassed {
        throw complaint ?? .message("the runtime does not end the session")
      }
      if session.isStopping {
        silence = Deadline(seconds: complaint == nil ? Self.patience : DotnetClient.patience)
      }
    }
  }

  /// A runtime that cannot be asked to stop has ended, most likely: then its stream ends, too.
  private func halt(_ session: EventSession) {
    do throws(Failure) {
      try session.stop()
    } catch {
      complaint = error
    }
  }

  private func wait(_ session: EventSession, until deadline: Deadline) throws(Failure) -> (
    data: Bool, signal: Bool, keys: Bool
  ) {
    var items: [(descriptor: Int32, events: Readiness)] = [
      (session.descriptor, .read), (watch.descriptor, .read),
    ]
    let listens = keyboard != nil && !session.isStopping
    if listens { items.append((0, .read)) }
    let states = try attempt { () throws(SystemError) in try Poll.wait(items, until: deadline) }
    return (!states[0].isEmpty, !states[1].isEmpty, listens && !states[2].isEmpty)
  }
}

/// A file of ours that a command writes; `-` is standard output.
final class ResultFile {
  let name: String
  private let file: File?
  private let context: Context
  private(set) var size = 0

  init(_ name: String, _ context: Context) throws(Failure) {
    self.name = name
    self.context = context
    if name == "-" {
      if context.isInteractive { throw .usage("-o -: this is no text for a terminal") }
      file = nil
    } else {
      file = try Paths(context).location(name).open([.write, .create, .truncate])
    }
  }

  var isStandardOutput: Bool { file == nil }

  func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    size += bytes.count
    if isStandardOutput {
      context.output.write(bytes)
      context.output.flush()
      if let failure = context.output.failure { throw .system(failure) }
      return
    }
    do throws(SystemError) {
      try file?.write(bytes)
    } catch {
      throw .system(error.about(name))
    }
  }

  /// Takes back a file that nothing was written to.
  func removeIfEmpty() {
    guard size == 0, !isStandardOutput, let place = try? Paths(context).location(name),
      (try? place.status(follow: false))?.kind == .regular, let spot = try? place.spot()
    else { return }
    try? spot.remove()
  }
}
