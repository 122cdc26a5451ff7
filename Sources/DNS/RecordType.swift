internal import Linux

/// A type of resource records, by its number.
public struct RecordType: Hashable, Sendable, CustomStringConvertible {
  public let code: UInt16
  public init(_ code: UInt16) { self.code = code }

  public static let a = RecordType(1)
  public static let ns = RecordType(2)
  public static let cname = RecordType(5)
  public static let soa = RecordType(6)
  public static let ptr = RecordType(12)
  public static let mx = RecordType(15)
  public static let txt = RecordType(16)
  public static let aaaa = RecordType(28)
  public static let opt = RecordType(41)
  public static let rrsig = RecordType(46)
  public static let tsig = RecordType(250)
  public static let ixfr = RecordType(251)
  public static let axfr = RecordType(252)
  public static let any = RecordType(255)

  /// The mnemonic, or `TYPE1234` (RFC 3597).
  public var description: String {
    if let name = Self.queryOnly.first(where: { $0.code == code })?.name { return "\(name)" }
    if let kind = RecordKind(code) { return "\(kind.mnemonic)" }
    return "TYPE\(code)"
  }

  /// A mnemonic in any case, or `TYPE1234`.
  public init?(name: String) {
    let name = name.asciiUppercased
    if let known = Self.queryOnly.first(where: { "\($0.name)" == name })?.code {
      self.init(known)
    } else if name.hasPrefix("TYPE"), let code = UInt16(name.dropFirst(4)) {
      self.init(code)
    } else if let code = RecordKind.code(named: name) {
      self.init(code)
    } else {
      return nil
    }
  }

  /// What can be asked for but is no record.
  private static var queryOnly: [(code: UInt16, name: StaticString)] {
    [
      (0, "RESERVED0"), (41, "OPT"), (249, "TKEY"), (250, "TSIG"), (251, "IXFR"), (252, "AXFR"),
      (253, "MAILB"), (254, "MAILA"), (255, "ANY"),
    ]
  }
}

/// A class of resource records.
public struct RecordClass: Hashable, Sendable, CustomStringConvertible {
  public let code: UInt16
  public init(_ code: UInt16) { self.code = code }

  public static let internet = RecordClass(1)
  public static let chaos = RecordClass(3)
  public static let none = RecordClass(254)
  public static let any = RecordClass(255)

  private static var names: [(code: UInt16, name: StaticString)] {
    [(1, "IN"), (3, "CH"), (4, "HS"), (254, "NONE"), (255, "ANY"), (0, "RESERVED0")]
  }

  public var description: String {
    if let name = Self.names.first(where: { $0.code == code })?.name { return "\(name)" }
    return "CLASS\(code)"
  }

  /// `IN`, `CH`, `CHAOS`, `HS`, `HESIOD`, `ANY`, `CLASS1234`, in any case.
  public init?(name: String) {
    let name = name.asciiUppercased
    if let known = Self.names.first(where: { "\($0.name)" == name })?.code {
      self.init(known)
    } else if name == "CHAOS" || name == "HESIOD" {
      self.init(name == "CHAOS" ? 3 : 4)
    } else if name.hasPrefix("CLASS"), let code = UInt16(name.dropFirst(5)) {
      self.init(code)
    } else {
      return nil
    }
  }
}
