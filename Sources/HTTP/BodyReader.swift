internal import Linux

/// Reads the body of a response of HTTP/1 and hands it on.
struct BodyReader {
  private let connection: Connection
  private let pace: Pace
  private let delivery: Delivery

  init(_ connection: Connection, _ pace: Pace, _ delivery: Delivery) {
    self.connection = connection
    self.pace = pace
    self.delivery = delivery
  }

  func read(length: Int) throws(TransferFailure) {
    var left = length
    while left > 0 {
      if connection.inbox.isEmpty, try !fill(expected: left) {
        throw TransferFailure(
          .partialFile, "transfer closed with \(left) bytes remaining to read")
      }
      let count = min(left, connection.inbox.count)
      try delivery.take(UnsafeRawBufferPointer(rebasing: connection.inbox.bytes[..<count]))
      connection.inbox.take(count)
      left -= count
    }
  }

  func readAll() throws(TransferFailure) {
    while true {
      if connection.inbox.isEmpty, try !fill() { return }
      let bytes = connection.inbox.bytes
      try delivery.take(bytes)
      connection.inbox.take(bytes.count)
    }
  }

  func readChunks(isRaw: Bool) throws(TransferFailure) {
    var chunks = ChunkedDecoder()
    while true {
      let all = connection.inbox.bytes
      var rest = all
      let step: ChunkedDecoder.Step
      do throws(ChunkedDecoder.Problem) {
        step = try chunks.step(&rest)
      } catch {
        throw TransferFailure(.receiveError, error.description)
      }
      let framing = all.count - rest.count
      if isRaw, framing > 0 { try delivery.take(UnsafeRawBufferPointer(rebasing: all[..<framing])) }
      connection.inbox.take(framing)
      switch step {
      case .end: return
      case .hungry:
        if try !fill() {
          throw TransferFailure(
            .partialFile, "transfer closed with outstanding read data remaining")
        }
      case .data(let count):
        try delivery.take(UnsafeRawBufferPointer(rebasing: rest[..<count]))
        connection.inbox.take(count)
      case .trailer(let count):
        let line = connection.inbox.takeBytes(count)
        pace.record.headerSize += count
        try pace.observer.received(line: line)
      }
    }
  }

  private func fill(expected: Int = 0) throws(TransferFailure) -> Bool {
    try connection.inbox.fill(connection.stream, pace, expected: expected)
  }
}
