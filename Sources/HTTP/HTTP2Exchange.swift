internal import Linux

/// A request and its response as a stream of HTTP/2.
struct HTTP2Exchange {
  let request: Request
  let connection: Connection
  let session: HTTP2Session
  let pace: Pace

  private var record: TransferRecord { pace.record }
  private var observer: TransferObserver { pace.observer }

  /// - Returns: whether the connection may serve again; nil where it had ended before the response.
  func run() throws(TransferFailure) -> Bool? {
    connection.inbox.pieceLimit = observer.pieceLimit
    record.preTransfer = record.elapsed
    let stream = HTTP2Session.Stream()
    stream.body = request.body
    stream.left = request.body?.length
    let delivery = Delivery(pace, request)
    prepare(stream, delivery)
    try session.submit(fields(), stream)
    announce()
    var isFirst = true
    while true {
      try flush(stream)
      if isFirst { record.requestSent = record.elapsed }
      isFirst = false
      if let failure = stream.failure { throw failure }
      if stream.isTooLarge {
        session.cancel()
        throw TransferFailure(.receiveError, "Too large response headers")
      }
      if stream.closeCode != nil || stream.isEnded && stream.hasHead || delivery.isStopped { break }
      if session.isOver { throw TransferFailure(.http2, "Error in the HTTP2 framing layer") }
      if try !connection.inbox.fill(connection.stream, pace) {
        if connection.isReused, !stream.hasHead { return nil }
        throw TransferFailure(
          .http2Stream, stream.hasHead ? "HTTP/2 connection ended early" : "Empty reply from server"
        )
      }
      try receive()
    }
    return try end(stream, delivery)
  }

  private func receive() throws(TransferFailure) {
    let bytes = connection.inbox.bytes
    if record.headerSize == 0, bytes.starts(with: Array("HTTP/1".utf8)) {
      throw TransferFailure(.http2, "Remote peer returned unexpected data: HTTP/1, not HTTP/2")
    }
    defer { connection.inbox.take(bytes.count) }
    try session.receive(bytes)
  }

  private func end(_ stream: HTTP2Session.Stream, _ delivery: Delivery) throws(TransferFailure)
    -> Bool
  {
    if delivery.isStopped {
      session.cancel()
      try flush(stream)
      return session.isUsable
    }
    if let code = stream.closeCode, code != 0 {
      throw TransferFailure(
        .http2Stream,
        "HTTP/2 stream was not closed cleanly: \(HTTP2Session.name(code)) (err \(code))")
    }
    guard stream.hasHead else {
      throw TransferFailure(.http2Stream, "HTTP/2 stream was closed without a response")
    }
    if let length = record.contentLength, delivery.size < length, !delivery.hasNoBody {
      throw TransferFailure(
        .partialFile, "transfer closed with \(length - delivery.size) bytes remaining to read")
    }
    record.trailers = stream.trailers
    return session.isUsable
  }

  // MARK: sending

  /// The fields as HTTP/2 has them: no connection, no host, names in lower case. RFC 9113 section 8.
  private func fields() -> [HeaderField] {
    var authority = request.url.authority
    var others: [HeaderField] = []
    for field in request.fields {
      let name = field.name.asciiLowercased
      switch name {
      case "host": authority = field.value
      case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "expect":
        continue
      default: others.append(HeaderField(name, field.value))
      }
    }
    return [
      HeaderField(":method", request.method),
      HeaderField(":path", request.target ?? request.url.target),
      HeaderField(":scheme", request.url.scheme), HeaderField(":authority", authority),
    ] + others
  }

  /// Shows the request in the form of HTTP/1.
  private func announce() {
    var head = "\(request.method) \(request.target ?? request.url.target) HTTP/2\r\n".bytes
    for field in fields() {
      if observer.wantsNotes { observer.note("h2h3 [\(field.name): \(field.value)]") }
      if field.name.hasPrefix(":") {
        if field.name == ":authority" { Request.write(HeaderField("Host", field.value), to: &head) }
      } else {
        Request.write(field, to: &head)
      }
    }
    head += [13, 10]
    record.requestSize += head.count
    observer.sent(head: head)
  }

  /// Sends all that is to be sent, and takes what comes meanwhile.
  private func flush(_ stream: HTTP2Session.Stream) throws(TransferFailure) {
    let wire = connection.stream
    while let bytes = try session.nextToSend() {
      var rest = bytes
      while !rest.isEmpty {
        if let count = try wire.writeNow(rest) {
          rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else {
          // A peer that waits for us to read would never read itself.
          let ready = try pace.wait(wire.socket, wire.wantedToWrite.union(.read))
          guard ready.contains(.read) else { continue }
          if let count = try connection.inbox.fillNow(wire), count > 0 { try receive() }
        }
      }
      if stream.failure != nil { return }
    }
  }

  // MARK: receiving

  private func prepare(_ stream: HTTP2Session.Stream, _ delivery: Delivery) {
    stream.onSent = { [pace] bytes throws(TransferFailure) in
      pace.record.uploaded += bytes.count
      if !bytes.isEmpty { pace.observer.sent(body: bytes) }
      try pace.observer.moved(received: 0, sent: bytes.count)
    }
    stream.onInterim = { stream throws(TransferFailure) in
      try show(stream.status, stream.fields)
      let head = ResponseHead(status: stream.status, fields: stream.fields, major: 2)
      _ = try pace.observer.received(head: head, isFinal: false)
    }
    stream.onHead = { stream throws(TransferFailure) in
      if record.startTransfer == 0 { record.startTransfer = record.elapsed }
      try show(stream.status, stream.fields)
      let head = ResponseHead(status: stream.status, fields: stream.fields, major: 2)
      record.head = head
      try delivery.begin(head)
    }
    stream.onTrailers = { stream throws(TransferFailure) in
      for field in stream.trailers { try showLine(field.name + ": " + field.value) }
    }
    stream.onData = { bytes throws(TransferFailure) in try delivery.take(bytes) }
  }

  private func show(_ status: Int, _ fields: [HeaderField]) throws(TransferFailure) {
    try showLine("HTTP/2 \(status) ")
    for field in fields { try showLine(field.name + ": " + field.value) }
    try showLine("")
  }

  private func showLine(_ text: String) throws(TransferFailure) {
    let line = text.bytes + [13, 10]
    record.headerSize += line.count
    try observer.received(line: line)
  }
}
