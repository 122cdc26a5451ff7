internal import Linux

/// A connection that bytes go through: a socket, or TLS over one. It never blocks.
class ByteStream {
  let socket: Socket

  init(_ socket: Socket) { self.socket = socket }

  /// What to wait for where a call came to nothing.
  var wantedToRead: Readiness { .read }
  var wantedToWrite: Readiness { .write }
  /// Whether bytes lie here already, which no poll(2) of the socket would tell.
  var hasPending: Bool { false }

  /// nil where nothing is there, 0 at the end.
  func readNow(into buffer: UnsafeMutableRawBufferPointer) throws(TransferFailure) -> Int? {
    do throws(SystemError) {
      return try socket.receive(into: buffer)
    } catch {
      throw TransferFailure(
        .receiveError, "Recv failure: " + error.reason, errno: error.errno)
    }
  }

  /// nil where nothing goes.
  func writeNow(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) -> Int? {
    do throws(SystemError) {
      return try socket.send(bytes)
    } catch {
      throw TransferFailure(.sendError, "Send failure: " + error.reason, errno: error.errno)
    }
  }

  /// Says the end, where the protocol has a way to.
  func close() {}

  /// Tells of what the protocol has in the way of messages of its own; nil ends that.
  func watch(_ observer: TransferObserver?) {}
}

/// The time that a transfer may take, and who is told while it waits.
final class Pace {
  let observer: TransferObserver
  let record: TransferRecord
  let deadline: Deadline

  init(_ observer: TransferObserver, _ record: TransferRecord, _ deadline: Deadline) {
    self.observer = observer
    self.record = record
    self.deadline = deadline
  }

  /// Waits until `socket` is ready.
  ///
  /// - Parameter limit: ends the wait without failure.
  /// - Returns: what has come; empty where `limit` has passed.
  @discardableResult
  func wait(_ socket: Socket, _ events: Readiness, limit: Deadline = .never)
    throws(TransferFailure) -> Readiness
  {
    while true {
      try observer.idle()
      let end = deadline.earlier(limit)
      let ready = try poll(socket, events, end.earlier(Deadline(seconds: observer.patience)))
      if !ready.isEmpty { return ready }
      if limit.hasPassed { return [] }
      if deadline.hasPassed { throw timedOut() }
    }
  }

  /// Waits until `socket` has `count` bytes, but a moment at most: whoever wakes us for each packet, the sender on
  /// the same machine or the network card, could do better things meanwhile. socket(7) SO_RCVLOWAT.
  func gather(_ count: Int, _ socket: Socket) throws(TransferFailure) {
    // Where this is refused, a single byte is enough, as always.
    try? socket.set(.receiveLowWater, Int32(count))
    defer { try? socket.set(.receiveLowWater, 1) }
    try wait(socket, .read, limit: Deadline(seconds: 0.01))
  }

  private func poll(_ socket: Socket, _ events: Readiness, _ deadline: Deadline)
    throws(TransferFailure) -> Readiness
  {
    do throws(SystemError) {
      return try socket.wait(for: events, until: deadline)
    } catch {
      throw TransferFailure(.receiveError, "poll: " + error.reason, errno: error.errno)
    }
  }

  func timedOut() -> TransferFailure {
    let milliseconds = String(Int(record.elapsed * 1000))
    if record.preTransfer == 0 {
      return TransferFailure(
        .timedOut,
        record.connect > 0
          ? "SSL connection timeout" : "Connection timed out after \(milliseconds) milliseconds")
    }
    var text = "Operation timed out after " + milliseconds + " milliseconds with "
    text += String(record.downloaded)
    if let size = record.contentLength { text += " out of " + String(size) }
    return TransferFailure(.timedOut, text + " bytes received")
  }
}
