internal import Linux

/// Hands a body on as the observer wants it: its encoding undone, or not at all.
final class Delivery {
  private let pace: Pace
  private let request: Request
  private var verdict = TransferObserver.Verdict.read
  private var decoder: ContentDecoder?
  /// Bytes that came.
  private(set) var size = 0
  private(set) var hasNoBody = false

  init(_ pace: Pace, _ request: Request) {
    self.pace = pace
    self.request = request
  }

  /// Whether the rest of the body is not wanted.
  var isStopped: Bool { verdict == .stop }

  /// Asks the observer about a final head.
  func begin(_ head: ResponseHead) throws(TransferFailure) {
    hasNoBody =
      request.method == "HEAD" || request.expectsNoBody || head.status == 204 || head.status == 304
    do throws(ResponseHead.Problem) {
      if !hasNoBody, !request.ignoresLength, !head.lists("transfer-encoding", "chunked") {
        pace.record.contentLength = try head.contentLength()
      }
    } catch {
      throw Connection.failure(error)
    }
    if let limit = request.maximumSize, let length = pace.record.contentLength, length > limit {
      throw TransferFailure(.fileTooLarge, "Maximum file size exceeded")
    }
    verdict = try pace.observer.received(head: head, isFinal: true)
    if verdict == .ignore, pace.observer.wantsNotes {
      pace.observer.note("Ignoring the response-body")
    }
    guard request.decodes, verdict == .read else { return }
    let codings = head.tokens("content-encoding")
    if codings.isEmpty { return }
    do throws(ContentDecoder.Problem) {
      let made = try ContentDecoder(codings, limit: request.maximumSize)
      decoder = made.isIdentity ? nil : made
    } catch {
      throw TransferFailure(.badContentEncoding, error.description)
    }
  }

  /// A piece of the body as it came.
  func take(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) {
    size += bytes.count
    pace.record.downloaded += bytes.count
    if let limit = request.maximumSize, size > limit {
      throw TransferFailure(
        .fileTooLarge,
        "Exceeded the maximum allowed file size (\(limit)) with \(size) bytes")
    }
    pace.observer.received(raw: bytes)
    try pace.observer.moved(received: bytes.count, sent: 0)
    guard verdict == .read else { return }
    guard let decoder else { return try pace.observer.received(body: bytes) }
    let observer = pace.observer
    try decoder.run(bytes) { piece throws(TransferFailure) in
      try observer.received(body: piece)
    }
  }
}
