/// Walks the values of a DER encoding, X.690.
public struct DERReader {
  public enum Tag {
    public static let integer: UInt8 = 0x02
    public static let octets: UInt8 = 0x04
    public static let objectIdentifier: UInt8 = 0x06
    public static let sequence: UInt8 = 0x30
    public static let set: UInt8 = 0x31
  }

  public struct Value: Equatable, Sendable {
    public let tag: UInt8
    /// With tag and length.
    public let whole: Range<Int>
    public let content: Range<Int>
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// Inside of a value.
  public init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = min(max(0, range.lowerBound), bytes.count)
    end = min(max(position, range.upperBound), bytes.count)
  }

  public var isAtEnd: Bool { position >= end }

  /// The next value; nil at the end, and where its length is more than there is.
  public mutating func next() -> Value? {
    let start = position
    guard end - position >= 2 else { return nil }
    let tag = bytes[position]
    // Tags of several bytes do not occur in X.509.
    guard tag & 0x1F != 0x1F else { return nil }
    var length = Int(bytes[position + 1])
    var content = position + 2
    if length & 0x80 != 0 {
      let count = length & 0x7F
      guard count >= 1, count <= 4, end - content >= count else { return nil }
      length = 0
      for index in 0..<count { length = length << 8 | Int(bytes[content + index]) }
      content += count
    }
    guard end - content >= length else { return nil }
    position = content + length
    return Value(tag: tag, whole: start..<position, content: content..<position)
  }

  /// The next value, where it has this tag.
  public mutating func next(_ tag: UInt8) -> Value? {
    let before = position
    guard let value = next(), value.tag == tag else {
      position = before
      return nil
    }
    return value
  }
}

/// Where in a certificate the names are, RFC 5280 section 4.1, without decoding the rest.
struct CertificateNames {
  let issuer: Range<Int>
  let subject: Range<Int>

  init?(_ der: [UInt8]) {
    var outer = DERReader(der)
    guard let certificate = outer.next(DERReader.Tag.sequence) else { return nil }
    var middle = DERReader(der, certificate.content)
    guard let signed = middle.next(DERReader.Tag.sequence) else { return nil }
    var inner = DERReader(der, signed.content)
    _ = inner.next(0xA0)
    guard inner.next(DERReader.Tag.integer) != nil,
      inner.next(DERReader.Tag.sequence) != nil,
      let issuer = inner.next(DERReader.Tag.sequence),
      inner.next(DERReader.Tag.sequence) != nil,
      let subject = inner.next(DERReader.Tag.sequence)
    else { return nil }
    self.issuer = issuer.whole
    self.subject = subject.whole
  }
}
