internal import Linux

/// An interface of pcapng: what its packets' times mean.
struct BlockInterface {
  var linkType: Int32
  var snapshot: Int
  /// Units of time in a second.
  var resolution: UInt64 = 1_000_000
  /// Seconds that all times lack.
  var offset = 0
}

/// The blocks of pcapng, draft-ietf-opsawg-pcapng.
extension CaptureReader {
  private enum Kind {
    static let section: UInt32 = 0x0A0D_0D0A
    static let interface: UInt32 = 1
    static let oldPacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6
  }

  /// The longest block that is read: no packet and no list of options is longer.
  private static let largestBlock = 16 << 20
  private static let mostInterfaces = 4096

  /// Reads up to the first interface: the file has no other header.
  func readFirstSection() throws(CaptureError) -> CaptureFormat {
    try readSection()
    while interfaces.isEmpty {
      guard let (kind, body) = try block() else {
        throw .damaged("the capture file has no Interface Description Blocks")
      }
      switch kind {
      case Kind.interface: try addInterface(body)
      case Kind.simplePacket, Kind.enhancedPacket, Kind.oldPacket:
        throw .damaged(
          "the capture file has a packet block before any Interface Description Blocks")
      default: continue
      }
    }
    return CaptureFormat(
      linkType: interfaces[0].linkType, snapshot: interfaces[0].snapshot,
      isNanoseconds: interfaces[0].resolution > 1_000_000)
  }

  /// The next packet of any interface; all have to be of one link type.
  func nextBlockPacket() throws(CaptureError) -> CapturedPacket? {
    while !(try buffer.isAtEnd()) {
      let start = try buffer.peek(4)
      // The same in either byte order; what follows in it tells the order of what is behind it.
      if ByteOrder(isSwapped: false).number32(start, 0) == Kind.section {
        interfaces = []
        try readSection()
        continue
      }
      guard let (kind, body) = try block() else { return nil }
      switch kind {
      case Kind.interface: try addInterface(body)
      case Kind.enhancedPacket:
        return try packet(
          of: Int(order.number32(body, 0)), body, high: order.number32(body, 4),
          low: order.number32(body, 8), captured: Int(order.number32(body, 12)),
          length: Int(order.number32(body, 16)), from: 20)
      case Kind.oldPacket:
        return try packet(
          of: Int(order.number16(body, 0)), body, high: order.number32(body, 4),
          low: order.number32(body, 8), captured: Int(order.number32(body, 12)),
          length: Int(order.number32(body, 16)), from: 20)
      case Kind.simplePacket:
        let length = Int(order.number32(body, 0))
        let snapshot = interfaces.first?.snapshot ?? 0
        return try packet(
          of: 0, body, high: 0, low: 0, captured: min(length, snapshot, max(0, body.count - 4)),
          length: length, from: 4)
      default: continue
      }
    }
    return nil
  }

  private func packet(
    of number: Int, _ body: UnsafeRawBufferPointer, high: UInt32, low: UInt32, captured: Int,
    length: Int, from start: Int
  ) throws(CaptureError) -> CapturedPacket {
    guard number < interfaces.count else {
      throw .damaged(
        "a packet arrived on interface \(number), but there's no Interface Description Block "
          + "for that interface")
    }
    guard start <= body.count, captured <= body.count - start else {
      throw .damaged(
        "block of \(body.count) bytes holds a packet of \(captured) captured bytes")
    }
    let interface = interfaces[number]
    let time = UInt64(high) << 32 | UInt64(low)
    let rest = time % interface.resolution
    let (seconds, _) = Int(time / interface.resolution).addingReportingOverflow(interface.offset)
    let product = rest.multipliedFullWidth(by: 1_000_000_000)
    let nanoseconds = interface.resolution.dividingFullWidth(product).quotient
    let bytes = UnsafeRawBufferPointer(rebasing: body[start..<start + captured])
    return CapturedPacket(
      seconds: seconds, nanoseconds: Int(nanoseconds), length: length,
      bytes: UnsafeRawBufferPointer(rebasing: bytes[..<min(captured, format.snapshot)]))
  }

  /// The kind and the body of the next block; nil at the end.
  private func block() throws(CaptureError) -> (UInt32, UnsafeRawBufferPointer)? {
    let head = try buffer.peek(8)
    if head.isEmpty { return nil }
    guard head.count == 8 else {
      throw .damaged(
        "truncated pcapng dump file; tried to read 8 bytes, only got \(head.count)")
    }
    let kind = order.number32(head, 0)
    let size = Int(order.number32(head, 4))
    guard size >= 12, size % 4 == 0 else {
      throw .damaged(
        "block in pcapng dump file has a length of \(size) that is not a multiple of 4")
    }
    guard size <= Self.largestBlock else {
      throw .damaged("pcapng block size of \(size) is larger than maximum of \(Self.largestBlock)")
    }
    let whole = try buffer.take(size)
    guard whole.count == size else {
      throw .damaged(
        "truncated pcapng dump file; tried to read \(size) bytes, only got \(whole.count)")
    }
    guard Int(order.number32(whole, size - 4)) == size else {
      throw .damaged("block total length \(size) is not repeated behind the block")
    }
    return (kind, UnsafeRawBufferPointer(rebasing: whole[8..<size - 4]))
  }

  private func readSection() throws(CaptureError) {
    let head = try buffer.peek(12)
    guard head.count == 12 else {
      throw .damaged(
        "truncated pcapng dump file; tried to read 12 bytes, only got \(head.count)")
    }
    switch ByteOrder(isSwapped: false).number32(head, 8) {
    case 0x1A2B_3C4D: order = ByteOrder(isSwapped: false)
    case 0x4D3C_2B1A: order = ByteOrder(isSwapped: true)
    default: throw .damaged("unknown byte order of a pcapng section")
    }
    guard let (_, body) = try block() else { return }
    let major = order.number16(body, 4)
    guard major == 1 else {
      throw .damaged("unsupported pcapng savefile version \(major).\(order.number16(body, 6))")
    }
  }

  private func addInterface(_ body: UnsafeRawBufferPointer) throws(CaptureError) {
    guard body.count >= 8 else { throw .damaged("an Interface Description Block is too short") }
    guard interfaces.count < Self.mostInterfaces else {
      throw .damaged("more than \(Self.mostInterfaces) interfaces")
    }
    var interface = BlockInterface(
      linkType: Int32(order.number16(body, 0)), snapshot: Self.snapshot(order.number32(body, 4)))
    var position = 8
    while position + 4 <= body.count {
      let code = order.number16(body, position)
      let size = Int(order.number16(body, position + 2))
      let start = position + 4
      if code == 0 || start + size > body.count { break }
      if code == 9, size == 1 {
        guard let resolution = Self.resolution(body[start]) else {
          throw .damaged("unsupported time stamp resolution \(body[start])")
        }
        interface.resolution = resolution
      }
      if code == 14, size == 8 {
        let low = UInt64(order.number32(body, start + (order.isSwapped ? 4 : 0)))
        let high = UInt64(order.number32(body, start + (order.isSwapped ? 0 : 4)))
        interface.offset = Int(Int64(bitPattern: high << 32 | low))
      }
      position = start + (size + 3) / 4 * 4
    }
    if let first = interfaces.first, first.linkType != interface.linkType {
      throw .damaged(
        "an interface has a type \(interface.linkType) different from the type of the first "
          + "interface")
    }
    interfaces.append(interface)
  }

  /// Units in a second: a power of 10, or of 2 where the highest bit is set.
  private static func resolution(_ code: UInt8) -> UInt64? {
    let exponent = Int(code & 0x7F)
    if code & 0x80 != 0 { return exponent < 64 ? 1 << UInt64(exponent) : nil }
    guard exponent < 20 else { return nil }
    return (0..<exponent).reduce(1) { value, _ in value * 10 }
  }
}
