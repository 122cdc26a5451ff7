public import Linux

/// An address of an interface, rtnetlink(7) RTM_NEWADDR.
public struct LinkAddress: Sendable {
  public var interface: UInt32 = 0
  public var family = 0
  public var prefix: UInt8 = 0
  /// IFA_F_*.
  public var flags: UInt32 = 0
  public var scope: UInt8 = 0
  public var local: NetAddress?
  /// The other end of a point-to-point link, otherwise the same as `local`.
  public var peer: NetAddress?
  public var broadcast: NetAddress?
  public var anycast: NetAddress?
  public var label: String?
  public var metric: UInt32?
  public var origin: UInt8?
  /// Seconds; all ones is for ever.
  public var validFor: UInt32 = .max
  public var preferredFor: UInt32 = .max

  public init() {}

  static let message: UInt16 = 20
  private static let headLength = 8

  /// All addresses, of one family or (0) of all.
  public static func all(family: Int, over transport: NetlinkTransport) throws(SystemError)
    -> [LinkAddress]
  {
    var request = NetlinkRequest(22, isDump: true)
    request.put(UInt8(truncatingIfNeeded: family))
    request.put(zeroes: headLength - 1)
    var addresses: [LinkAddress] = []
    try transport.exchange(request) { message in
      guard message.type == Self.message, let address = LinkAddress(message.payload) else { return }
      addresses.append(address)
    }
    return addresses
  }

  /// The address of one message; nil where it is too short to be one.
  public init?(_ payload: UnsafeRawBufferPointer) {
    let head = Fields(payload)
    guard head.has(0, Self.headLength) else { return nil }
    let family = Int(head.byte(0))
    self.family = family
    prefix = head.byte(1)
    flags = UInt32(head.byte(2))
    scope = head.byte(3)
    interface = head.word(4)
    Attributes.forEach(in: payload, from: Self.headLength) { type, value in
      switch type {
      case 1: peer = NetAddress(value, family: family)
      case 2: local = NetAddress(value, family: family)
      case 3: label = String(bytes: value.textBytes)
      case 4: broadcast = NetAddress(value, family: family)
      case 5: anycast = NetAddress(value, family: family)
      case 6:
        preferredFor = value.word(0)
        validFor = value.word(4)
      case 8: flags = value.word(0)
      case 9: metric = value.word(0)
      case 11: origin = value.byte(0)
      default: break
      }
    }
    // IPv6 names an address without a peer only once.
    if local == nil { local = peer }
  }
}
