public import Linux

/// What of a packet is told, and how.
public struct PacketStyle: Sendable {
  /// The link layer's header, too.
  public var showsLink = false
  public var isQuiet = false
  public var verbosity = 0
  /// Sequence numbers of TCP as they are, instead of from the start of the connection.
  public var isAbsolute = false
  /// Whether unknown contents are shown in hexadecimal where nothing else is known of them.
  public var dumpsUnknown = true
  public var checksSums = true
  /// Names of servers in TLS, which tcpdump does not tell.
  public var showsServerNames = true

  public init() {}
}

/// The names of addresses and ports; this one knows none, and numbers are printed.
open class PacketNames {
  public init() {}

  open func host(_ address: IPAddress) -> String? { nil }
  open func port(_ port: UInt16, isTCP: Bool) -> String? { nil }
  /// What a protocol of IP is called, where names are wanted at all.
  open func transport(_ number: Int) -> String? { nil }
  open func interface(_ index: UInt32) -> String? { nil }
}

/// A packet ends before what is to be read of it.
struct Truncated: Error {}

/// The lines of tcpdump(8) about packets: bytes in, text out.
///
/// What is read is checked to be there; what is missing ends the line with ` [|protocol]`.
public final class PacketPrinter {
  public let out = TextBuffer(capacity: 4096)
  public var style: PacketStyle
  let names: PacketNames
  /// What was captured of the packet.
  var packet = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Where what may be read ends: of the capture, or of the protocol that encloses this one.
  var end = 0
  /// The protocol that is being read, for ` [|tcp]`.
  var reading: StaticString = "packet"
  /// How long the header of the link layer is, with the tags behind it.
  var headerLength = 0
  /// How deep protocols lie in each other.
  var depth = 0
  var flows = FlowTable()
  /// What the other side has counted from, for the ranges of selective acknowledgements.
  var sackBase: UInt32 = 0
  /// Whether the link layer is one that Linux made up.
  var isInCooked = false

  static let deepest = 16

  public init(_ style: PacketStyle, names: PacketNames = PacketNames()) {
    self.style = style
    self.names = names
  }

  /// Puts the text for one packet into `out`, without time and newline.
  ///
  /// - Parameters:
  ///   - bytes: as far as it was captured.
  ///   - length: on the wire.
  /// - Returns: how long the header of the link layer is.
  public func tell(_ bytes: UnsafeRawBufferPointer, length: Int, link: LinkType) -> Int {
    packet = bytes
    end = bytes.count
    depth = 0
    headerLength = 0
    guard !bytes.isEmpty, length > 0 else {
      put("[Invalid header: caplen==", bytes.count, ", len==")
      put(length, "]")
      return 0
    }
    do throws(Truncated) {
      try tellLink(link, length)
    } catch {
      put(" [|", reading, "]")
    }
    return min(headerLength, bytes.count)
  }

  /// Runs `body` with nothing to read behind `limit`.
  func within(_ limit: Int, _ body: () throws(Truncated) -> Void) throws(Truncated) {
    let before = end
    end = min(end, max(0, limit))
    depth += 1
    defer {
      end = before
      depth -= 1
    }
    if depth > Self.deepest { throw Truncated() }
    try body()
  }

  // MARK: reading

  @inline(__always)
  func need(_ offset: Int, _ count: Int) throws(Truncated) {
    guard offset >= 0, count >= 0, offset <= end - count else { throw Truncated() }
  }

  func has(_ offset: Int, _ count: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= end - count
  }

  func number8(_ offset: Int) throws(Truncated) -> Int {
    try need(offset, 1)
    return Int(packet[offset])
  }

  func number16(_ offset: Int) throws(Truncated) -> Int {
    try need(offset, 2)
    return Int(packet[offset]) << 8 | Int(packet[offset + 1])
  }

  func number32(_ offset: Int) throws(Truncated) -> UInt32 {
    try need(offset, 4)
    return packet.loadUnaligned(fromByteOffset: offset, as: UInt32.self).byteSwapped
  }

  // MARK: writing

  func put(_ text: StaticString) {
    out.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func put(_ first: StaticString, _ second: StaticString, _ third: StaticString) {
    put(first)
    put(second)
    put(third)
  }

  func put(_ number: Int) { _ = out.append(number) }
  func put(_ number: UInt32) { _ = out.append(Int(number)) }

  /// `before`, the number, `after`.
  func put(_ before: StaticString, _ number: Int, _ after: StaticString = "") {
    put(before)
    put(number)
    put(after)
  }

  func put(text: String) {
    var text = text
    text.withUTF8 { out.append(UnsafeRawBufferPointer($0)) }
  }

  /// `places` digits; 0 is as many as it takes.
  func hexadecimal(_ value: UInt32, _ places: Int = 0) {
    var shift = places > 0 ? places * 4 : max(4, (32 - value.leadingZeroBitCount + 3) / 4 * 4)
    while shift > 0 {
      shift -= 4
      out.append(Self.digit(Int(value >> UInt32(shift) & 15)))
    }
  }

  func hexadecimal(_ value: Int, _ places: Int = 0) {
    hexadecimal(UInt32(truncatingIfNeeded: value), places)
  }

  static func digit(_ value: Int) -> UInt8 { UInt8(value < 10 ? 0x30 + value : 0x57 + value) }

  /// A byte of foreign text, with everything that is not printable ASCII as `^X` and `M-x`.
  func safe(_ byte: UInt8) {
    var byte = byte
    if byte >= 0x80 {
      put("M-")
      byte &= 0x7F
    }
    if byte < 0x20 || byte == 0x7F {
      out.append(UInt8(ascii: "^"))
      byte ^= 0x40
    }
    out.append(byte)
  }

  func safe(_ range: Range<Int>) throws(Truncated) {
    try need(range.lowerBound, range.count)
    for offset in range { safe(packet[offset]) }
  }

  /// A comma, a name and its number: `name (5)`.
  func put(name: StaticString?, _ unknown: StaticString, _ number: Int) {
    put(name ?? unknown)
    put(" (", number, ")")
  }
}
