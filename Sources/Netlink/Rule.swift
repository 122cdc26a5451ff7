public import Linux

/// A rule that chooses the table of routes, ip-rule(8), rtnetlink(7) RTM_NEWRULE.
public struct Rule: Sendable {
  public var family = 0
  public var sourcePrefix: UInt8 = 0
  public var destinationPrefix: UInt8 = 0
  public var service: UInt8 = 0
  public var table: UInt32 = 0
  /// FR_ACT_*: 1 look up, 2 go to, 3 nothing, 6 black hole, 7 unreachable, 8 prohibit.
  public var action: UInt8 = 0
  public var flags: UInt32 = 0
  public var source: NetAddress?
  public var destination: NetAddress?
  public var priority: UInt32 = 0
  public var mark: UInt32?
  public var markMask: UInt32?
  public var input: String?
  public var output: String?
  public var target: UInt32?
  public var suppressPrefix: UInt32?
  public var suppressGroup: UInt32?
  public var origin: UInt8?
  public var ipProtocol: UInt8?
  public var uids: ClosedRange<UInt32>?
  public var sourcePorts: ClosedRange<UInt16>?
  public var destinationPorts: ClosedRange<UInt16>?
  public var tunnel: UInt64?
  public var masterOnly = false

  /// FIB_RULE_INVERT, _IIF_DETACHED, _OIF_DETACHED.
  public static let isInverted: UInt32 = 2
  public static let isUnresolved: UInt32 = 4
  public static let isInputDetached: UInt32 = 8
  public static let isOutputDetached: UInt32 = 16

  public init() {}

  static let message: UInt16 = 32
  private static let headLength = 12

  /// All rules of a family, in the order they are tried.
  public static func all(family: Int, over transport: NetlinkTransport) throws(SystemError)
    -> [Rule]
  {
    var request = NetlinkRequest(34, isDump: true)
    request.put(UInt8(truncatingIfNeeded: family))
    request.put(zeroes: headLength - 1)
    var rules: [Rule] = []
    try transport.exchange(request) { message in
      if message.type == Self.message, let rule = Rule(message.payload) { rules.append(rule) }
    }
    return rules
  }

  /// The rule of one message; nil where it is too short to be one.
  public init?(_ payload: UnsafeRawBufferPointer) {
    let head = Fields(payload)
    guard head.has(0, Self.headLength) else { return nil }
    family = Int(head.byte(0))
    destinationPrefix = head.byte(1)
    sourcePrefix = head.byte(2)
    service = head.byte(3)
    table = UInt32(head.byte(4))
    action = head.byte(7)
    flags = head.word(8)
    Attributes.forEach(in: payload, from: Self.headLength) { type, value in read(type, value) }
  }

  private mutating func read(_ type: Int, _ value: Fields) {
    switch type {
    case 1: destination = NetAddress(value, family: family)
    case 2: source = NetAddress(value, family: family)
    case 3: input = String(bytes: value.textBytes)
    case 4: target = value.word(0)
    case 6: priority = value.word(0)
    case 10: mark = value.word(0)
    case 12: tunnel = value.bigLong(0)
    case 13: suppressGroup = value.word(0)
    case 14: suppressPrefix = value.word(0)
    case 15: table = value.word(0)
    case 16: markMask = value.word(0)
    case 17: output = String(bytes: value.textBytes)
    case 19: masterOnly = value.byte(0) != 0
    case 20:
      let (first, last) = (value.word(0), value.word(4))
      if value.has(0, 8), first <= last { uids = first...last }
    case 21: origin = value.byte(0)
    case 22: ipProtocol = value.byte(0)
    case 23: sourcePorts = Self.ports(value)
    case 24: destinationPorts = Self.ports(value)
    default: break
    }
  }

  private static func ports(_ value: Fields) -> ClosedRange<UInt16>? {
    let (first, last) = (value.half(0), value.half(2))
    return value.has(0, 4) && first <= last ? first...last : nil
  }
}
