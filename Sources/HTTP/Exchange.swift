internal import Linux

/// A request and its response over a connection of HTTP/1, RFC 9112.
struct Exchange {
  let request: Request
  let connection: Connection
  let pace: Pace

  private var record: TransferRecord { pace.record }
  private var observer: TransferObserver { pace.observer }

  /// - Returns: whether the connection may serve again; nil where it had ended before the response.
  func run() throws(TransferFailure) -> Bool? {
    connection.inbox.pieceLimit = observer.pieceLimit
    record.preTransfer = record.elapsed
    var keeps = true
    do throws(TransferFailure) {
      keeps = try send()
    } catch {
      // A server that refuses a body may have said why before it closed.
      guard error.code == .sendError, request.body != nil else {
        if connection.isReused { return nil }
        throw error
      }
      keeps = false
    }
    record.requestSent = record.elapsed
    guard let head = try receiveHead() else {
      if connection.isReused { return nil }
      throw TransferFailure(.emptyReply, "Empty reply from server")
    }
    return try receiveBody(head) && keeps
  }

  // MARK: sending

  /// - Returns: whether all was sent.
  private func send() throws(TransferFailure) -> Bool {
    let head = request.head(throughProxy: connection.isToProxy)
    guard let body = request.body else {
      try connection.send(head, pace)
      sent(head)
      return true
    }
    if request.continueWait == nil, !request.isChunked, let length = body.length, length <= 16384,
      let bytes = try small(body, length)
    {
      // One segment for head and body.
      try connection.send(head + bytes, pace)
      sent(head)
      record.uploaded += length
      if length > 0 { bytes.withUnsafeBytes { observer.sent(body: $0) } }
      try observer.moved(received: 0, sent: length)
      return true
    }
    try connection.send(head, pace)
    sent(head)
    if let wait = request.continueWait, try !awaitContinue(wait) { return false }
    return try sendBody(body)
  }

  private func sent(_ head: [UInt8]) {
    record.requestSize += head.count
    observer.sent(head: head)
  }

  /// The whole of a small body; nil where it is shorter than it said.
  private func small(_ body: UploadSource, _ length: Int) throws(TransferFailure) -> [UInt8]? {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, length), alignment: 1)
    defer { buffer.deallocate() }
    var bytes: [UInt8] = []
    while bytes.count < length {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(length - bytes.count)])
      let count = try body.read(into: rest)
      if count == 0 {
        throw TransferFailure(.readError, "the body to send is shorter than it was")
      }
      bytes.append(raw: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    return bytes
  }

  /// - Returns: whether the body is to be sent.
  private func awaitContinue(_ seconds: Double) throws(TransferFailure) -> Bool {
    let limit = Deadline(seconds: seconds)
    while connection.inbox.isEmpty {
      if let count = try connection.inbox.fillNow(connection.stream) {
        if count == 0 { return false }
        break
      }
      let stream = connection.stream
      if try pace.wait(stream.socket, stream.wantedToRead, limit: limit).isEmpty {
        if observer.wantsNotes {
          observer.note("Done waiting for 100-continue")
        }
        return true
      }
    }
    let bytes = connection.inbox.bytes
    guard bytes.count >= 10, bytes[9] == UInt8(ascii: "1") else { return false }
    guard let head = try connection.receiveHead(pace) else { return false }
    _ = try observer.received(head: head, isFinal: false)
    return true
  }

  /// - Returns: whether all of the body went.
  private func sendBody(_ body: UploadSource) throws(TransferFailure) -> Bool {
    // Room in front for the size of a chunk, and behind for its end.
    let room = 16
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: 1 << 16 + 2 * room, alignment: 64)
    defer { buffer.deallocate() }
    let middle = UnsafeMutableRawBufferPointer(rebasing: buffer[room..<(room + 1 << 16)])
    var left = request.isChunked ? nil : body.length
    while left != 0 {
      let wanted = min(middle.count, left ?? .max)
      let count = try body.read(into: UnsafeMutableRawBufferPointer(rebasing: middle[..<wanted]))
      if count == 0, let left {
        throw TransferFailure(
          .partialFile, "the body to send ended \(left) bytes before its length")
      }
      let piece = UnsafeRawBufferPointer(rebasing: middle[..<count])
      if request.isChunked {
        let framed = Self.frame(buffer, room, count)
        if try !sendPiece(framed) { return false }
      } else if try !sendPiece(piece) {
        return false
      }
      record.uploaded += count
      left = left.map { $0 - count }
      if count > 0 { observer.sent(body: piece) }
      try observer.moved(received: 0, sent: count)
      if count == 0 { break }
    }
    if observer.wantsNotes { observer.note("We are completely uploaded and fine") }
    return true
  }

  /// Puts size and end around the `count` bytes at `room`; 0 bytes are the last chunk.
  private static func frame(_ buffer: UnsafeMutableRawBufferPointer, _ room: Int, _ count: Int)
    -> UnsafeRawBufferPointer
  {
    let size = Array((String(count, radix: 16) + "\r\n").utf8)
    let start = room - size.count
    for (index, byte) in size.enumerated() { buffer[start + index] = byte }
    buffer[room + count] = 13
    buffer[room + count + 1] = 10
    return UnsafeRawBufferPointer(rebasing: buffer[start..<(room + count + 2)])
  }

  /// - Returns: false where the server has answered with an error meanwhile.
  private func sendPiece(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) -> Bool {
    var rest = bytes
    let stream = connection.stream
    while !rest.isEmpty {
      if let count = try stream.writeNow(rest) {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        continue
      }
      let ready = try pace.wait(stream.socket, stream.wantedToWrite.union(.read))
      guard ready.contains(.read) else { continue }
      let count = try connection.inbox.fillNow(stream)
      let bytes = connection.inbox.bytes
      if count == 0 || bytes.count >= 10 && bytes[9] >= UInt8(ascii: "4") {
        if observer.wantsNotes { observer.note("HTTP error before end of send, stop sending") }
        return false
      }
    }
    return true
  }

  // MARK: receiving

  /// The head of the final response; those of `1xx` before it are told of and passed over.
  private func receiveHead() throws(TransferFailure) -> ResponseHead? {
    var size = 0
    while true {
      let head = try connection.receiveHead(pace)
      guard let head else { return nil }
      size += head.size
      if size > ResponseHead.Limits.total { throw Connection.failure(.tooLarge) }
      if record.startTransfer == 0 { record.startTransfer = record.elapsed }
      if head.status >= 200 || head.status == 101 { return head }
      _ = try observer.received(head: head, isFinal: false)
    }
  }

  private enum Framing { case none, length(Int), chunks, untilClose }

  /// - Returns: whether the connection may serve again.
  private func receiveBody(_ head: ResponseHead) throws(TransferFailure) -> Bool {
    record.head = head
    let framing = try framing(head)
    let delivery = Delivery(pace, request)
    try delivery.begin(head)
    let body = BodyReader(connection, pace, delivery)
    switch framing {
    case .none: return head.keepsAlive
    case _ where delivery.isStopped: return false
    case .length(let length):
      try body.read(length: length)
      return head.keepsAlive
    case .chunks:
      try body.readChunks(isRaw: request.isRaw)
      return head.keepsAlive
    case .untilClose:
      try body.readAll()
      return false
    }
  }

  /// How long the body is, RFC 9112 section 6.3.
  private func framing(_ head: ResponseHead) throws(TransferFailure) -> Framing {
    if request.method == "HEAD" || request.expectsNoBody || head.status == 204
      || head.status == 304
    {
      return .none
    }
    if head.lists("transfer-encoding", "chunked") { return .chunks }
    if request.ignoresLength || head.status == 101 { return .untilClose }
    do throws(ResponseHead.Problem) {
      guard let length = try head.contentLength() else { return .untilClose }
      return length == 0 ? .none : .length(length)
    } catch {
      throw Connection.failure(error)
    }
  }
}
