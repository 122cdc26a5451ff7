internal import Linux

/// The extension mechanism of DNS, RFC 6891.
public struct EDNS: Sendable {
  /// Bytes that the sender can take over UDP.
  public var bufferSize: UInt16 = 1232
  public var extendedCode: UInt8 = 0
  public var version: UInt8 = 0
  /// The DO bit is the highest.
  public var flags: UInt16 = 0
  public var options: [EDNSOption] = []

  public init() {}

  public var wantsSignatures: Bool {
    get { flags & 0x8000 != 0 }
    set { flags = newValue ? flags | 0x8000 : flags & 0x7FFF }
  }

  init(_ record: Record) throws(WireError) {
    bufferSize = record.recordClass.code
    extendedCode = UInt8(record.timeToLive >> 24)
    version = UInt8(record.timeToLive >> 16 & 0xFF)
    flags = UInt16(record.timeToLive & 0xFFFF)
    var reader = WireReader(record.data)
    while !reader.isAtEnd {
      let code = try reader.number16()
      let length = Int(try reader.number16())
      let option = EDNSOption(code, Array(try reader.take(length)))
      guard option.isWellFormed else { throw .badOption }
      options.append(option)
    }
  }

  var record: Record {
    var data: [UInt8] = []
    for option in options {
      for number in [Int(option.code), option.data.count] {
        data += [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
      }
      data += option.data
    }
    let life = UInt32(extendedCode) << 24 | UInt32(version) << 16 | UInt32(flags)
    return Record(
      name: .root, type: .opt, recordClass: RecordClass(bufferSize), timeToLive: life, data: data)
  }

  /// The data of the first option `code`.
  public func option(_ code: UInt16) -> [UInt8]? { options.first { $0.code == code }?.data }

  /// All extended errors, RFC 8914.
  public var errors: [ExtendedError] { options.compactMap { ExtendedError($0) } }
}

/// An option of EDNS.
public struct EDNSOption: Sendable {
  public let code: UInt16
  public let data: [UInt8]

  public init(_ code: UInt16, _ data: [UInt8] = []) {
    self.code = code
    self.data = data
  }

  public static let nsid: UInt16 = 3
  public static let clientSubnet: UInt16 = 8
  public static let expire: UInt16 = 9
  public static let cookie: UInt16 = 10
  public static let keepalive: UInt16 = 11
  public static let padding: UInt16 = 12
  public static let extendedError: UInt16 = 15

  /// The IANA registry, as dig names them.
  private static let names: [(code: UInt16, name: StaticString)] = [
    (1, "LLQ"), (2, "UPDATE-LEASE"), (3, "NSID"), (5, "DAU"), (6, "DHU"), (7, "N3U"),
    (8, "CLIENT-SUBNET"), (9, "EXPIRE"), (10, "COOKIE"), (11, "TCP-KEEPALIVE"), (12, "PADDING"),
    (13, "CHAIN"), (14, "KEY-TAG"), (15, "EDE"), (16, "CLIENT-TAG"), (17, "SERVER-TAG"),
  ]

  /// nil: nobody knows it.
  public var name: String? {
    Self.names.first { $0.code == code }.map { "\($0.name)" }
  }

  /// A name of the registry, in any case with `-` or without, or a number.
  public static func code(named text: String) -> UInt16? {
    if let code = UInt16(text) { return code }
    let wanted = text.asciiUppercased
    return names.first { "\($0.name)" == wanted }?.code
  }

  /// Whether the data have a form that the RFC of the option allows.
  var isWellFormed: Bool {
    switch code {
    case Self.clientSubnet: subnet != nil
    case Self.cookie: data.count == 8 || (16...40).contains(data.count)
    case Self.extendedError: data.count >= 2
    case Self.keepalive: data.isEmpty || data.count == 2
    case Self.expire: data.isEmpty || data.count == 4
    default: true
    }
  }

  /// The network that a query is asked for, RFC 7871: `192.0.2.0/24/0`; nil where it makes no sense.
  public var subnet: String? {
    var reader = WireReader(data)
    do throws(WireError) {
      let family = try reader.number16()
      let source = try reader.number8()
      let scope = try reader.number8()
      if family == 0, reader.isAtEnd { return "0/\(source)/\(scope)" }
      let size = family == 1 ? 4 : family == 2 ? 16 : 0
      let part = reader.rest()
      guard part.count <= size, Int(source) <= size * 8, part.count == (Int(source) + 7) / 8,
        let address = IPAddress(
          bytes: Array(part) + [UInt8](repeating: 0, count: size - part.count))
      else { return nil }
      return "\(address.description)/\(source)/\(scope)"
    } catch {
      return nil
    }
  }

  /// The option that asks for answers fit for a network: `192.0.2.0/24`, an address alone, or `0`.
  public static func subnet(_ text: String) -> EDNSOption? {
    let bytes = text.bytes
    let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first else { return nil }
    if first == [0x30], parts.count == 1 || parts[1] == [0x30] {
      return EDNSOption(clientSubnet, [0, 0, 0, 0])
    }
    guard let address = IPAddress(String(bytes: first)) else { return nil }
    var prefix = address.family == .v4 ? 32 : 128
    if parts.count == 2 {
      guard let given = Int(String(bytes: parts[1])), given >= 0, given <= prefix else {
        return nil
      }
      prefix = given
    }
    var network = Array(address.bytes.prefix((prefix + 7) / 8))
    // What lies behind the prefix is nobody's business.
    if prefix % 8 != 0 {
      network[network.count - 1] &= UInt8(truncatingIfNeeded: 0xFF00 >> (prefix % 8))
    }
    return EDNSOption(clientSubnet, [0, address.family == .v4 ? 1 : 2, UInt8(prefix), 0] + network)
  }
}

/// What went wrong at the server, in its own words, RFC 8914.
public struct ExtendedError: Sendable {
  public let code: UInt16
  /// Foreign text.
  public let text: String

  public init?(_ option: EDNSOption) {
    guard option.code == EDNSOption.extendedError, option.data.count >= 2 else { return nil }
    code = UInt16(option.data[0]) << 8 | UInt16(option.data[1])
    text = String(bytes: option.data[2...].prefix { $0 != 0 })
  }

  private static let names: [StaticString] = [
    "Other", "Unsupported DNSKEY Algorithm", "Unsupported DS Digest Type", "Stale Answer",
    "Forged Answer", "DNSSEC Indeterminate", "DNSSEC Bogus", "Signature Expired",
    "Signature Not Yet Valid", "DNSKEY Missing", "RRSIGs Missing", "No Zone Key Bit Set",
    "NSEC Missing", "Cached Error", "Not Ready", "Blocked", "Censored", "Filtered", "Prohibited",
    "Stale NXDOMAIN Answer", "Not Authoritative", "Not Supported", "No Reachable Authority",
    "Network Error", "Invalid Data",
  ]

  /// nil: not in the registry as dig knows it.
  public var name: String? {
    Int(code) < Self.names.count ? "\(Self.names[Int(code)])" : nil
  }
}
