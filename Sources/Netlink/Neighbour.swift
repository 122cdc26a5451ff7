public import Linux

/// An entry of the ARP or neighbour table, rtnetlink(7) RTM_NEWNEIGH.
public struct Neighbour: Sendable {
  public var family = 0
  public var interface: UInt32 = 0
  /// NUD_*, one bit each.
  public var state: UInt16 = 0
  /// NTF_*.
  public var flags: UInt8 = 0
  public var type: UInt8 = 0
  public var address: NetAddress?
  public var hardwareAddress: [UInt8] = []
  public var probes: UInt32?
  /// Clock ticks since it was confirmed, used and changed, and who refers to it.
  public var confirmed: UInt32?
  public var used: UInt32 = 0
  public var updated: UInt32 = 0
  public var references: UInt32 = 0
  public var origin: UInt8?
  public var master: UInt32?

  public static let incomplete: UInt16 = 0x01
  public static let reachable: UInt16 = 0x02
  public static let stale: UInt16 = 0x04
  public static let delay: UInt16 = 0x08
  public static let probe: UInt16 = 0x10
  public static let failed: UInt16 = 0x20
  public static let noARP: UInt16 = 0x40
  public static let permanent: UInt16 = 0x80

  public static let isProxy: UInt8 = 0x08
  public static let isRouter: UInt8 = 0x80

  public init() {}

  static let message: UInt16 = 28
  private static let headLength = 12

  /// All neighbours of a family or (0) of all.
  ///
  /// - Parameter proxies: those that are answered for, instead of those that were asked for.
  public static func all(
    family: Int, proxies: Bool = false, over transport: NetlinkTransport
  ) throws(SystemError) -> [Neighbour] {
    var request = NetlinkRequest(30, isDump: true)
    request.put(UInt8(truncatingIfNeeded: family))
    request.put(zeroes: 9)
    request.put(proxies ? isProxy : 0)
    request.put(UInt8(0))
    var neighbours: [Neighbour] = []
    try transport.exchange(request) { message in
      guard message.type == Self.message, let neighbour = Neighbour(message.payload) else {
        return
      }
      neighbours.append(neighbour)
    }
    return neighbours
  }

  /// The neighbour of one message; nil where it is too short to be one.
  public init?(_ payload: UnsafeRawBufferPointer) {
    let head = Fields(payload)
    guard head.has(0, Self.headLength) else { return nil }
    let family = Int(head.byte(0))
    self.family = family
    interface = head.word(4)
    state = head.half(8)
    flags = head.byte(10)
    type = head.byte(11)
    Attributes.forEach(in: payload, from: Self.headLength) { type, value in
      switch type {
      case 1: address = NetAddress(value, family: family)
      case 2: hardwareAddress = Array(value.bytes.prefix(32))
      case 3:
        confirmed = value.word(0)
        used = value.word(4)
        updated = value.word(8)
        references = value.word(12)
      case 4: probes = value.word(0)
      case 9: master = value.word(0)
      case 12: origin = value.byte(0)
      default: break
      }
    }
  }
}
