internal import Linux

/// A response code with the bits that EDNS adds, RFC 6895 section 2.3.
public struct ResponseCode: Hashable, Sendable, CustomStringConvertible {
  public let code: UInt16
  public init(_ code: UInt16) { self.code = code }

  public static let noError = ResponseCode(0)
  public static let formatError = ResponseCode(1)
  public static let serverFailure = ResponseCode(2)
  public static let noSuchName = ResponseCode(3)
  public static let notImplemented = ResponseCode(4)
  public static let refused = ResponseCode(5)
  public static let badVersion = ResponseCode(16)
  public static let badCookie = ResponseCode(23)

  private static let names: [StaticString] = [
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE", "RESERVED11", "RESERVED12", "RESERVED13", "RESERVED14",
    "RESERVED15", "BADVERS", "BADKEY", "BADTIME", "BADMODE", "BADNAME", "BADALG", "BADTRUNC",
    "BADCOOKIE",
  ]

  public var description: String {
    Int(code) < Self.names.count ? "\(Self.names[Int(code)])" : String(code)
  }
}

/// What a message is about, RFC 6895 section 2.2.
public struct Operation: Hashable, Sendable, CustomStringConvertible {
  public let code: UInt8
  public init(_ code: UInt8) { self.code = code & 15 }

  public static let query = Operation(0)

  private static let names: [StaticString] = [
    "QUERY", "IQUERY", "STATUS", "RESERVED3", "NOTIFY", "UPDATE", "RESERVED6", "RESERVED7",
    "RESERVED8", "RESERVED9", "RESERVED10", "RESERVED11", "RESERVED12", "RESERVED13",
    "RESERVED14", "RESERVED15",
  ]

  public var description: String { "\(Self.names[Int(code)])" }

  /// A name in any case, or a number below 16.
  public init?(name: String) {
    let upper = name.asciiUppercased
    if let index = Self.names.firstIndex(where: { "\($0)" == upper }) {
      self.init(UInt8(index))
    } else if let code = UInt8(name), code < 16 {
      self.init(code)
    } else {
      return nil
    }
  }
}

/// The flags of a header, RFC 1035 section 4.1.1 and RFC 4035 section 3.
public struct HeaderFlags: OptionSet, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let response = HeaderFlags(rawValue: 0x8000)
  public static let authoritative = HeaderFlags(rawValue: 0x0400)
  public static let truncated = HeaderFlags(rawValue: 0x0200)
  public static let recursionDesired = HeaderFlags(rawValue: 0x0100)
  public static let recursionAvailable = HeaderFlags(rawValue: 0x0080)
  public static let reserved = HeaderFlags(rawValue: 0x0040)
  public static let authenticData = HeaderFlags(rawValue: 0x0020)
  public static let checkingDisabled = HeaderFlags(rawValue: 0x0010)

  /// ` qr aa rd`, each behind a space.
  public var names: String {
    let all: [(HeaderFlags, StaticString)] = [
      (.response, " qr"), (.authoritative, " aa"), (.truncated, " tc"),
      (.recursionDesired, " rd"), (.recursionAvailable, " ra"), (.authenticData, " ad"),
      (.checkingDisabled, " cd"),
    ]
    var text = ""
    for (flag, name) in all where contains(flag) { text += "\(name)" }
    return text
  }
}
