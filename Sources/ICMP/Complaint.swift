public import Linux

/// What an ICMP error says: RFC 792, RFC 1122, RFC 1812, RFC 4443.
public struct Complaint: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case unreachable, timeExceeded, tooBig, sourceQuench, redirect, parameterProblem, other
  }

  public let family: IPAddress.Family
  public let type: UInt8
  public let code: UInt8
  /// The MTU of the next hop, the gateway to use, or the byte that is wrong.
  public let info: UInt32

  public init(_ family: IPAddress.Family, type: UInt8, code: UInt8, info: UInt32) {
    self.family = family
    self.type = type
    self.code = code
    self.info = info
  }

  public var kind: Kind {
    if family == .v4 {
      switch type {
      case 3: code == 4 ? .tooBig : .unreachable
      case 4: .sourceQuench
      case 5: .redirect
      case 11: .timeExceeded
      case 12: .parameterProblem
      default: .other
      }
    } else {
      switch type {
      case 1: .unreachable
      case 2: .tooBig
      case 3: .timeExceeded
      case 4: .parameterProblem
      default: .other
      }
    }
  }

  /// Whether the destination itself says that nothing listens there.
  public var isPortUnreachable: Bool {
    kind == .unreachable && code == (family == .v4 ? 3 : 4)
  }

  /// The packet ran out of hops on its way, not while its fragments were put together.
  public var isHopLimit: Bool { kind == .timeExceeded && code == 0 }

  /// The MTU of the next hop, where the packet was too big and the router knows RFC 1191.
  public var mtu: Int? { kind == .tooBig && info > 0 ? Int(info) : nil }

  /// In a few lower-case words, for verdicts.
  public var words: String {
    switch kind {
    case .tooBig: return "packet too big, mtu " + String(info)
    case .timeExceeded: return code == 0 ? "hop limit exceeded" : "reassembly timed out"
    case .sourceQuench: return "source quench"
    case .redirect: return "redirect"
    case .parameterProblem: return "parameter problem"
    case .unreachable: return "\(family == .v4 ? unreachable4 : unreachable6)"
    case .other: return "icmp type \(type) code \(code)"
    }
  }

  private var unreachable4: StaticString {
    switch code {
    case 0: "network unreachable"
    case 1: "host unreachable"
    case 2: "protocol unreachable"
    case 3: "port unreachable"
    case 5: "source route failed"
    case 6: "network unknown"
    case 7: "host unknown"
    case 8: "source host isolated"
    case 9: "network prohibited"
    case 10: "host prohibited"
    case 11: "network unreachable for this type of service"
    case 12: "host unreachable for this type of service"
    case 13: "administratively prohibited"
    case 14: "host precedence violation"
    case 15: "precedence cutoff"
    default: "unreachable for an unknown reason"
    }
  }

  private var unreachable6: StaticString {
    switch code {
    case 0: "no route"
    case 1: "administratively prohibited"
    case 2: "beyond the scope of the source address"
    case 3: "address unreachable"
    case 4: "port unreachable"
    case 5: "source address failed policy"
    case 6: "route rejected"
    default: "unreachable for an unknown reason"
    }
  }
}

/// An ICMP error with what it quotes of the packet it complains about.
public struct ICMPError: Equatable, Sendable {
  public let complaint: Complaint
  public let quoted: QuotedPacket

  /// Reads a message without its IP header; nil where it is no error, or quotes too little.
  public init?(_ bytes: [UInt8], _ family: IPAddress.Family) {
    guard bytes.count >= 8 else { return nil }
    let type = bytes[0]
    let info =
      switch (family, type) {
      // RFC 1191: the MTU is the second half of a word that was unused.
      case (.v4, 3): UInt32(bytes.number16(at: 6))
      case (.v4, 12): UInt32(bytes[4])
      default: bytes.number32(at: 4)
      }
    complaint = Complaint(family, type: type, code: bytes[1], info: info)
    let isError = family == .v6 ? type < 128 : complaint.kind != .other
    guard isError, let quoted = QuotedPacket(Array(bytes[8...]), family) else { return nil }
    self.quoted = quoted
  }
}
