public import Linux

/// A way to a destination, one of several of a route or its only one.
public struct NextHop: Sendable {
  public var gateway: NetAddress?
  public var interface: UInt32?
  public var flags: UInt32 = 0
  public var weight = 1

  public init() {}
}

/// A route, rtnetlink(7) RTM_NEWROUTE.
public struct Route: Sendable {
  public var family = 0
  public var prefix: UInt8 = 0
  public var sourcePrefix: UInt8 = 0
  public var service: UInt8 = 0
  public var table: UInt32 = 0
  /// RTPROT_*: who made it.
  public var origin: UInt8 = 0
  public var scope: UInt8 = 0
  /// RTN_*.
  public var type: UInt8 = 0
  /// RTNH_F_* and RTM_F_*.
  public var flags: UInt32 = 0
  public var destination: NetAddress?
  public var source: NetAddress?
  public var preferredSource: NetAddress?
  public var hop = NextHop()
  /// Where there are several ways.
  public var hops: [NextHop] = []
  /// The number of a next hop object.
  public var hopObject: UInt32?
  public var metric: UInt32?
  public var inputInterface: UInt32?
  public var mark: UInt32?
  public var uid: UInt32?
  public var preference: UInt8?
  /// RTAX_* numbers with values, ascending.
  public var metrics: [(kind: Int, value: UInt32)] = []
  public var congestion: String?
  public var lastUsed: UInt32?
  public var expires: Int32?
  public var error: Int32?

  public static let isCloned: UInt32 = 0x200

  public init() {}

  static let message: UInt16 = 24
  private static let headLength = 12

  /// All routes of a family.
  ///
  /// - Parameter cached: those that the kernel learnt for single destinations, instead of the tables.
  public static func all(
    family: Int, cached: Bool = false, over transport: NetlinkTransport
  ) throws(SystemError) -> [Route] {
    var request = NetlinkRequest(26, isDump: true)
    request.put(UInt8(truncatingIfNeeded: family))
    request.put(zeroes: 7)
    request.put(cached ? isCloned : 0)
    var routes: [Route] = []
    try transport.exchange(request) { message in
      if message.type == Self.message, let route = Route(message.payload) { routes.append(route) }
    }
    return routes
  }

  /// What to ask the kernel's decision for.
  public struct Inquiry {
    public var destination: NetAddress
    public var destinationPrefix = 0
    public var source: NetAddress?
    public var output: UInt32?
    public var input: UInt32?
    public var mark: UInt32?
    public var uid: UInt32?
    public var service: UInt8 = 0
    /// IPPROTO_* and ports in numbers; 0 is none.
    public var ipProtocol: UInt8 = 0
    public var sourcePort: UInt16 = 0
    public var destinationPort: UInt16 = 0
    /// The route of the table that matches, not the one made from it.
    public var wantsMatch = false

    public init(_ destination: NetAddress) { self.destination = destination }
  }

  /// The way that the kernel would send to a destination.
  public static func decide(_ inquiry: Inquiry, over transport: NetlinkTransport)
    throws(SystemError) -> Route?
  {
    var request = NetlinkRequest(26, isDump: false)
    request.put(UInt8(inquiry.destination.family))
    request.put(UInt8(inquiry.destination.width))
    request.put(UInt8(inquiry.source?.width ?? 0))
    request.put(inquiry.service)
    request.put(zeroes: 4)
    // RTM_F_LOOKUP_TABLE, which IPv6 refuses, and RTM_F_FIB_MATCH.
    let table: UInt32 = inquiry.destination.isV6 ? 0 : 0x1000
    request.put(table | (inquiry.wantsMatch ? 0x2000 : 0))
    request.put(attribute: 1, inquiry.destination.bytes)
    if let source = inquiry.source { request.put(attribute: 2, source.bytes) }
    if let input = inquiry.input { request.put(attribute: 3, input) }
    if let output = inquiry.output { request.put(attribute: 4, output) }
    if let mark = inquiry.mark { request.put(attribute: 16, mark) }
    if let uid = inquiry.uid { request.put(attribute: 25, uid) }
    if inquiry.ipProtocol != 0 { request.put(attribute: 27, [inquiry.ipProtocol]) }
    if inquiry.sourcePort != 0 { request.put(attribute: 28, Self.big(inquiry.sourcePort)) }
    if inquiry.destinationPort != 0 {
      request.put(attribute: 29, Self.big(inquiry.destinationPort))
    }
    var route: Route?
    try transport.exchange(request) { message in
      if message.type == Self.message { route = Route(message.payload) }
    }
    return route
  }

  private static func big(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xFF)] }

  /// The route of one message; nil where it is too short to be one.
  public init?(_ payload: UnsafeRawBufferPointer) {
    let head = Fields(payload)
    guard head.has(0, Self.headLength) else { return nil }
    family = Int(head.byte(0))
    prefix = head.byte(1)
    sourcePrefix = head.byte(2)
    service = head.byte(3)
    table = UInt32(head.byte(4))
    origin = head.byte(5)
    scope = head.byte(6)
    type = head.byte(7)
    flags = head.word(8)
    hop.flags = flags
    Attributes.forEach(in: payload, from: Self.headLength) { type, value in read(type, value) }
  }

  private mutating func read(_ type: Int, _ value: Fields) {
    switch type {
    case 1: destination = NetAddress(value, family: family)
    case 2: source = NetAddress(value, family: family)
    case 3: inputInterface = value.word(0)
    case 4: hop.interface = value.word(0)
    case 5: hop.gateway = NetAddress(value, family: family)
    case 6: metric = value.word(0)
    case 7: preferredSource = NetAddress(value, family: family)
    case 8: readMetrics(value)
    case 9: hops = Self.hops(value, family: family)
    case 12:
      // struct rta_cacheinfo: references, last use, expiry, error.
      lastUsed = value.word(4)
      expires = Int32(bitPattern: value.word(8))
      error = Int32(bitPattern: value.word(12))
    case 15: table = value.word(0)
    case 16: mark = value.word(0)
    case 18: hop.gateway = Self.via(value)
    case 20: preference = value.byte(0)
    case 25: uid = value.word(0)
    case 30: hopObject = value.word(0)
    default: break
    }
  }

  private mutating func readMetrics(_ value: Fields) {
    var found: [(kind: Int, value: UInt32)] = []
    var name: String?
    Attributes.forEach(in: value.bytes) { type, value in
      if type == 16 {
        name = String(bytes: value.textBytes)
      } else if found.count < 64 {
        found.append((kind: type, value: value.word(0)))
      }
    }
    metrics = found
    congestion = name
  }

  /// RTA_VIA: a gateway of another family.
  private static func via(_ value: Fields) -> NetAddress? {
    NetAddress(Fields(value.slice(2)), family: Int(value.half(0)))
  }

  /// `struct rtnexthop`, one after the other.
  private static func hops(_ value: Fields, family: Int) -> [NextHop] {
    var hops: [NextHop] = []
    var offset = 0
    while value.has(offset, 8), hops.count < 4096 {
      let length = Int(value.half(offset))
      guard length >= 8, length <= value.count - offset else { break }
      var hop = NextHop()
      hop.flags = UInt32(value.byte(offset + 2))
      hop.weight = Int(value.byte(offset + 3)) + 1
      hop.interface = value.word(offset + 4)
      Attributes.forEach(in: value.slice(offset, length), from: 8) { type, value in
        switch type {
        case 5: hop.gateway = NetAddress(value, family: family)
        case 18: hop.gateway = via(value)
        default: break
        }
      }
      hops.append(hop)
      offset += (length + 3) & ~3
    }
    return hops
  }
}
