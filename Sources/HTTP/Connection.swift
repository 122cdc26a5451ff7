internal import Linux

/// A connection to a server or a proxy, with what has come over it.
final class Connection {
  let number: Int
  /// What it is good for: scheme, host, port and the way there.
  let key: String
  let host: String
  var stream: ByteStream
  let inbox = Inbox()
  /// Whether requests name the whole URL.
  var isToProxy = false
  var isReused = false
  /// Where it speaks HTTP/2.
  var http2: HTTP2Session?

  init(number: Int, key: String, host: String, _ stream: ByteStream) {
    self.number = number
    self.key = key
    self.host = host
    self.stream = stream
  }

  /// Sends all of `bytes`.
  func send(_ bytes: [UInt8], _ pace: Pace) throws(TransferFailure) {
    var sent = 0
    while sent < bytes.count {
      var count: Int?
      var failure: TransferFailure?
      bytes.withUnsafeBytes { all in
        do throws(TransferFailure) {
          count = try stream.writeNow(UnsafeRawBufferPointer(rebasing: all[sent...]))
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if let count {
        sent += count
      } else {
        try pace.wait(stream.socket, stream.wantedToWrite)
      }
    }
  }

  /// Exactly `count` bytes, for the dialogs of proxies.
  func receive(_ count: Int, _ pace: Pace) throws(TransferFailure) -> [UInt8] {
    while inbox.count < count {
      guard try inbox.fill(stream, pace) else {
        throw TransferFailure(.proxyHandshake, "connection to proxy closed")
      }
    }
    return inbox.takeBytes(count)
  }

  /// Whether an idle connection is still good: nothing may have come, not even the end.
  var isAlive: Bool {
    guard inbox.isEmpty, !stream.hasPending else { return false }
    // Frames like PING may have come; the next exchange reads them.
    if let http2 { return http2.isUsable }
    let ready = try? stream.socket.wait(for: .read, until: Deadline(seconds: 0))
    return ready?.isEmpty ?? false
  }

  /// A head, line by line.
  ///
  /// - Returns: nil where the connection ended before the first byte.
  func receiveHead(_ pace: Pace) throws(TransferFailure) -> ResponseHead? {
    var head: ResponseHead?
    while true {
      guard let length = inbox.lineLength else {
        if head == nil, inbox.count >= 5, !looksLikeHTTP { throw oldProtocol() }
        if inbox.count > ResponseHead.Limits.line { throw Self.failure(.lineTooLong) }
        if try !inbox.fill(stream, pace) {
          if head == nil, inbox.isEmpty { return nil }
          if head == nil, !looksLikeHTTP { throw oldProtocol() }
          throw TransferFailure(
            .receiveError, "Recv failure: the head of the response is cut short")
        }
        continue
      }
      if head == nil, !looksLikeHTTP { throw oldProtocol() }
      let line = inbox.takeBytes(length)
      pace.record.headerSize += length
      do throws(ResponseHead.Problem) {
        if head == nil {
          head = try ResponseHead(statusLine: line[...])
          if let head, head.major == 1, head.minor == 0, pace.observer.wantsNotes {
            pace.observer.note("HTTP 1.0, assume close after body")
          }
        } else {
          try head?.add(line: line[...])
        }
      } catch {
        throw Self.failure(error)
      }
      try pace.observer.received(line: line)
      if line.count <= 2, line.first == 10 || line.first == 13, let head { return head }
    }
  }

  static let oldWords = "Received HTTP/0.9 when not allowed"

  private func oldProtocol() -> TransferFailure {
    TransferFailure(.unsupportedProtocol, Self.oldWords)
  }

  private var looksLikeHTTP: Bool {
    zip(inbox.bytes, Array("HTTP/".utf8)).allSatisfy { $0 == $1 }
  }

  static func failure(_ problem: ResponseHead.Problem) -> TransferFailure {
    switch problem {
    case .notHTTP: TransferFailure(.unsupportedProtocol, oldWords)
    case .unsupportedVersion:
      TransferFailure(.unsupportedProtocol, "Unsupported HTTP version in response")
    case .nulByte: TransferFailure(.strangeReply, "Nul byte in header")
    case .lineTooLong:
      TransferFailure(
        .receiveError, "Too large response header: a line longer than \(ResponseHead.Limits.line)")
    case .tooLarge:
      TransferFailure(
        .receiveError, "Too large response headers: more than \(ResponseHead.Limits.total)")
    case .tooManyFields:
      TransferFailure(
        .receiveError, "Too many response headers: more than \(ResponseHead.Limits.fields)")
    case .badLength(let text):
      TransferFailure(.strangeReply, "Invalid Content-Length: value: " + text)
    case .lengthTooLarge: TransferFailure(.fileTooLarge, "Maximum file size exceeded")
    }
  }
}
