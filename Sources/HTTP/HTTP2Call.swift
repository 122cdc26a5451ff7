internal import Linux

/// One request over HTTP/2 and its response, without a connection: bytes in, bytes out. RFC 9113.
public final class HTTP2Call {
  private let session: HTTP2Session
  private let stream = HTTP2Session.Stream()
  private let collected: Collected

  /// What has come of a body; apart, so that the stream does not hold the call.
  private final class Collected {
    var bytes: [UInt8] = []
  }

  /// - Parameters:
  ///   - fields: with `:method`, `:scheme`, `:authority` and `:path` before all others.
  ///   - limit: the most bytes that are taken of the response's body.
  public init(_ fields: [HeaderField], body: [UInt8]?, limit: Int) throws(TransferFailure) {
    let collected = Collected()
    self.collected = collected
    session = try HTTP2Session()
    if let body {
      stream.body = BytesSource(body)
      stream.left = body.count
    }
    stream.onData = { bytes throws(TransferFailure) in
      guard collected.bytes.count + bytes.count <= limit else {
        throw TransferFailure(.fileTooLarge, "more than \(limit) bytes came")
      }
      collected.bytes.append(raw: bytes)
    }
    try session.submit(fields, stream)
  }

  /// What is to be sent now; empty where there is nothing.
  public func nextToSend() throws(TransferFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try session.nextToSend() { bytes.append(raw: piece) }
    return bytes
  }

  /// Takes what has come.
  ///
  /// - Throws: where it is no HTTP/2, or more than one takes.
  public func receive(_ bytes: ArraySlice<UInt8>) throws(TransferFailure) {
    bytes.withUnsafeBytes { raw in
      stream.keep { () throws(TransferFailure) in try session.receive(raw) }
    }
    if let failure = stream.failure { throw failure }
    if stream.isTooLarge { throw TransferFailure(.receiveError, "Too large response headers") }
  }

  /// Whether the response is whole, or was given up.
  public var isEnded: Bool { stream.closeCode != nil || stream.isEnded && stream.hasHead }
  /// Whether the connection is of no use any more.
  public var isBroken: Bool { session.isOver }
  /// 0: there is none yet.
  public var status: Int { stream.hasHead ? stream.status : 0 }
  /// Of the response, as far as it has come.
  public var body: [UInt8] { collected.bytes }
  public var fields: [HeaderField] { stream.fields }
  public var trailers: [HeaderField] { stream.trailers }
  /// Why the peer gave the stream up, in the words of RFC 9113 section 7; nil where it did not.
  public var reset: String? {
    guard let code = stream.closeCode, code != 0 else { return nil }
    return HTTP2Session.name(code)
  }
}
