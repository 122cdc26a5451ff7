internal import Linux

/// The first bytes of a peer, as far as they are a record of TLS. RFC 8446 section 5.1, RFC 5246 section 6.2.1.
public struct TLSRecord: Equatable, Sendable {
  public enum Content: Equatable, Sendable {
    case changeCipherSpec
    /// Level and description.
    case alert(fatal: Bool, UInt8)
    /// The type of the message: 1 client hello, 2 server hello.
    case handshake(UInt8)
    case applicationData
    case heartbeat
  }

  public let content: Content
  /// As stated: 0x0303 in all of today's.
  public let version: UInt16
  /// Stated bytes behind the header.
  public let length: Int

  /// The largest that TLS 1.2 lets a record be.
  public static let largest = 16384 + 2048

  /// nil where this cannot be the begin of a record.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= 5, bytes[1] == 3, bytes[2] <= 4 else { return nil }
    version = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    length = Int(bytes[3]) << 8 | Int(bytes[4])
    guard length > 0, length <= Self.largest else { return nil }
    switch bytes[0] {
    case 20: content = .changeCipherSpec
    case 21:
      guard length == 2, bytes.count >= 7, bytes[5] == 1 || bytes[5] == 2 else { return nil }
      content = .alert(fatal: bytes[5] == 2, bytes[6])
    case 22:
      guard bytes.count >= 6 else { return nil }
      content = .handshake(bytes[5])
    case 23: content = .applicationData
    case 24: content = .heartbeat
    default: return nil
    }
  }
}

/// What a peer speaks, by its first bytes.
public enum Speech: Equatable, Sendable {
  case tls(TLSRecord)
  case http(String)
  /// Frames of HTTP/2 without TLS.
  case http2
  case ssh(String)
  /// A greeting of `220`, and whether it says SMTP or FTP.
  case greeting(String, isMail: Bool)
  case imap(String)
  case pop3(String)
  case mysql(String)
  /// PostgreSQL's answer to something that is no start-up packet.
  case postgres
  case ldap
  case xmpp
  case redis(String)
  /// The protocol of SSL 2, or nobody's.
  case unknown

  public init(_ bytes: [UInt8]) {
    if let record = TLSRecord(bytes) {
      self = .tls(record)
      return
    }
    let line = Self.firstLine(bytes)
    if line.hasPrefix("HTTP/") {
      self = .http(line)
    } else if line.hasPrefix("SSH-") {
      self = .ssh(line)
    } else if line.hasPrefix("220") {
      let upper = line.asciiUppercased
      self = .greeting(line, isMail: !Self.contains(upper, "FTP"))
    } else if line.hasPrefix("* OK") || line.hasPrefix("* PREAUTH") || line.hasPrefix("* BYE") {
      self = .imap(line)
    } else if line.hasPrefix("+OK") {
      self = .pop3(line)
    } else if line.hasPrefix("-ERR") {
      self = .redis(line)
    } else if line.hasPrefix("<?xml") || line.hasPrefix("<stream:") {
      self = .xmpp
    } else {
      self = Self.binary(bytes)
    }
  }

  private static func binary(_ bytes: [UInt8]) -> Speech {
    guard let first = bytes.first else { return .unknown }
    // The settings that open a connection of HTTP/2, RFC 9113 section 6.5.
    if bytes.count >= 9, bytes[0] == 0, bytes[1] == 0, bytes[2] % 6 == 0, bytes[3] == 4,
      bytes[4] == 0, bytes[5...8].allSatisfy({ $0 == 0 })
    {
      return .http2
    }
    // A packet with number 0 and protocol 10: the greeting of MySQL.
    if bytes.count >= 6, bytes[3] == 0, bytes[4] == 10 || bytes[4] == 0xFF,
      Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16 >= 2, bytes[2] == 0
    {
      return .mysql(
        bytes[4] == 10 ? String(bytes: bytes[5...].prefix { $0 >= 0x20 && $0 < 0x7F }) : "")
    }
    if first == UInt8(ascii: "E"), bytes.count >= 5, bytes[1] == 0 { return .postgres }
    if first == 0x30, bytes.count >= 5, bytes[2] == 0x02 { return .ldap }
    return .unknown
  }

  /// The protocol in words, and what to do; nil for TLS and the unknown.
  public var advice: (name: String, fix: String)? {
    switch self {
    case .http(let line): ("plain HTTP (\(line))", "use http://, or the port that has TLS")
    case .http2: ("HTTP/2 without TLS", "use h2c, or the port that has TLS")
    case .ssh(let line): ("SSH (\(line))", "this is no TLS port")
    case .greeting(let line, true): ("SMTP (\(line))", "-starttls smtp")
    case .greeting(let line, false): ("FTP (\(line))", "-starttls ftp")
    case .imap(let line): ("IMAP (\(line))", "-starttls imap")
    case .pop3(let line): ("POP3 (\(line))", "-starttls pop3")
    case .mysql(let version): ("MySQL \(version)", "-starttls mysql")
    case .postgres: ("PostgreSQL", "-starttls postgres")
    case .ldap: ("LDAP", "-starttls ldap")
    case .xmpp: ("XMPP", "-starttls xmpp")
    case .redis(let line): ("Redis or another line protocol (\(line))", "this port has no TLS")
    case .tls, .unknown: nil
    }
  }

  private static func firstLine(_ bytes: [UInt8]) -> String {
    let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }.prefix(80)
    guard line.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return "" }
    return String(bytes: line)
  }

  private static func contains(_ text: String, _ word: StaticString) -> Bool {
    let bytes = text.bytes
    let count = word.utf8CodeUnitCount
    guard bytes.count >= count else { return false }
    for start in 0...(bytes.count - count) {
      var matches = true
      for index in 0..<count where bytes[start + index] != word.utf8Start[index] {
        matches = false
        break
      }
      if matches { return true }
    }
    return false
  }
}
