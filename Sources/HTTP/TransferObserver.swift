public import Linux

/// Who wants to see, or stop, what goes on in a transfer.
open class TransferObserver {
  public enum Verdict: Sendable {
    case read
    /// The body is read and thrown away, for the sake of the connection.
    case ignore
    /// The body is not read; the connection ends.
    case stop
  }

  public init() {}

  /// Whether `note` does anything; to make its text takes time.
  open var wantsNotes: Bool { false }
  /// What happens on the way, a sentence each.
  open func note(_ text: String) {}
  /// What TLS has in the way of messages of its own, and heads of records; only where notes are wanted.
  open func sent(secure: UnsafeRawBufferPointer) {}
  open func received(secure: UnsafeRawBufferPointer) {}
  /// A name was looked up.
  open func looked(up host: String, _ addresses: [IPAddress]) {}
  open func connecting(to place: Endpoint, of host: String) {}
  open func connectionFailed(_ errno: Errno) {}
  open func connected() {}
  /// A connection of an earlier request serves this one.
  open func reused(_ host: String, port: UInt16) {}
  /// The head of a request as it was sent.
  open func sent(head: [UInt8]) {}
  open func sent(body: UnsafeRawBufferPointer) {}
  /// A line of a response's head or trailer, its end included.
  open func received(line: [UInt8]) throws(TransferFailure) {}
  /// A head is whole: of the response, a 1xx before it, or a proxy's answer.
  open func received(head: ResponseHead, isFinal: Bool) throws(TransferFailure) -> Verdict { .read }
  /// A piece of the body as it came over the wire, framing taken off.
  open func received(raw: UnsafeRawBufferPointer) {}
  /// A piece of the body, its encoding undone.
  open func received(body: UnsafeRawBufferPointer) throws(TransferFailure) {}
  /// Called before each wait and at least every `patience` seconds while one lasts.
  open func idle() throws(TransferFailure) {}
  open var patience: Double { 1 }
  /// The most bytes to read at once.
  open var pieceLimit: Int { .max }
  /// Called with how many bytes came or went.
  open func moved(received: Int, sent: Int) throws(TransferFailure) {}
}

/// What a transfer has come to so far; filled in even where it fails.
public final class TransferRecord {
  private let clock = Clock()
  public var start: Instant
  /// Seconds from `start`; 0 where it has not come to that.
  public var nameLookup = 0.0
  public var connect = 0.0
  /// TLS, with a proxy in between where there is one.
  public var secure = 0.0
  public var preTransfer = 0.0
  /// The request has been sent wholly.
  public var requestSent = 0.0
  public var startTransfer = 0.0
  public var total = 0.0

  public var head: ResponseHead?
  /// The status that a proxy gave to CONNECT.
  public var proxyStatus = 0
  public var headerSize = 0
  public var requestSize = 0
  /// Bytes of bodies on the wire.
  public var downloaded = 0
  public var uploaded = 0
  public var contentLength: Int?
  /// What stood behind the body.
  public var trailers: [HeaderField] = []
  public var connections = 0
  public var remote: SocketAddress?
  public var local: SocketAddress?
  public var roundTrip: RoundTrip?
  /// What X509 said of the peer's certificate; 0 is fine.
  public var verifyResult = 0
  public var tlsVersion: String?
  public var tlsCipher: String?

  public init() { start = clock.monotonic() }

  /// Seconds since `start`.
  public var elapsed: Double { clock.monotonic().since(start) }
}

/// The body of a request.
open class UploadSource {
  public init() {}
  /// Bytes in all; nil where nobody knows.
  open var length: Int? { nil }
  /// Reads once; 0 is the end.
  open func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferFailure) -> Int { 0 }
  /// Begins again; false where that is impossible.
  open func rewind() throws(TransferFailure) -> Bool { true }
}

/// A body that lies in memory.
public final class BytesSource: UploadSource {
  private let bytes: [UInt8]
  private var position = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public override var length: Int? { bytes.count }

  public override func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferFailure)
    -> Int
  {
    let count = min(buffer.count, bytes.count - position)
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
    }
    position += count
    return count
  }

  public override func rewind() throws(TransferFailure) -> Bool {
    position = 0
    return true
  }
}

/// Bodies one after the other.
public final class ChainedSource: UploadSource {
  private let parts: [UploadSource]
  private var index = 0

  public init(_ parts: [UploadSource]) { self.parts = parts }

  public override var length: Int? {
    var sum = 0
    for part in parts {
      guard let length = part.length else { return nil }
      sum = sum.addingCapped(length)
    }
    return sum
  }

  public override func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferFailure)
    -> Int
  {
    while index < parts.count {
      let count = try parts[index].read(into: buffer)
      if count > 0 { return count }
      index += 1
    }
    return 0
  }

  public override func rewind() throws(TransferFailure) -> Bool {
    index = 0
    for part in parts where try !part.rewind() { return false }
    return true
  }
}
