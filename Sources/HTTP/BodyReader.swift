internal import Linux

/// Reads the body of a response of HTTP/1 and hands it on.
struct BodyReader {
  private let connection: Connection
  private let pace: Pace
  private let ignores: Bool
  private let maximumSize: Int?
  private let decoder: ContentDecoder?

  init(
    _ connection: Connection, _ pace: Pace, ignores: Bool, _ maximumSize: Int?,
    _ decoder: ContentDecoder?
  ) {
    self.connection = connection
    self.pace = pace
    self.ignores = ignores
    self.maximumSize = maximumSize
    self.decoder = decoder
  }

  func read(length: Int) throws(TransferFailure) {
    var left = length
    while left > 0 {
      if connection.inbox.isEmpty, try !fill() {
        throw TransferFailure(
          .partialFile, "transfer closed with \(left) bytes remaining to read")
      }
      let count = min(left, connection.inbox.count)
      try deliver(UnsafeRawBufferPointer(rebasing: connection.inbox.bytes[..<count]))
      connection.inbox.take(count)
      left -= count
    }
  }

  func readAll() throws(TransferFailure) {
    while true {
      if connection.inbox.isEmpty, try !fill() { return }
      let bytes = connection.inbox.bytes
      try deliver(bytes)
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
      if isRaw, framing > 0 { try deliver(UnsafeRawBufferPointer(rebasing: all[..<framing])) }
      connection.inbox.take(framing)
      switch step {
      case .end: return
      case .hungry:
        if try !fill() {
          throw TransferFailure(
            .partialFile, "transfer closed with outstanding read data remaining")
        }
      case .data(let count):
        try deliver(UnsafeRawBufferPointer(rebasing: rest[..<count]))
        connection.inbox.take(count)
      case .trailer(let count):
        let line = connection.inbox.takeBytes(count)
        pace.record.headerSize += count
        try pace.observer.received(line: line)
      }
    }
  }

  private func fill() throws(TransferFailure) -> Bool {
    // An answer that never ends slowly enough never waits.
    if pace.deadline.hasPassed { throw pace.timedOut() }
    return try connection.inbox.fill(connection.stream, pace)
  }

  private func deliver(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) {
    pace.record.downloaded += bytes.count
    if let maximumSize, pace.record.downloaded > maximumSize {
      throw TransferFailure(
        .fileTooLarge,
        "Exceeded the maximum allowed file size (\(maximumSize)) with \(pace.record.downloaded) bytes")
    }
    pace.observer.received(raw: bytes)
    try pace.observer.moved(received: bytes.count, sent: 0)
    if ignores { return }
    guard let decoder else { return try pace.observer.received(body: bytes) }
    let observer = pace.observer
    try decoder.run(bytes) { piece throws(TransferFailure) in
      try observer.received(body: piece)
    }
  }
}
