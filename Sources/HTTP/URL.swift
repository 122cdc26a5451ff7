internal import Linux

/// An address of the web, RFC 3986, read as leniently as curl reads it.
public struct URL: Sendable {
  /// In lower case.
  public var scheme: String
  /// Percent-decoded.
  public var user: String?
  public var password: String?
  /// A name, or an address without brackets.
  public var host: String
  /// The zone of a link-local address.
  public var zone: String?
  /// nil: the usual one of the scheme.
  public var port: UInt16?
  /// Starts with `/`.
  public var path: String
  public var query: String?
  public var fragment: String?

  /// What is wrong with a text that is no URL.
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case empty, illegalByte, badScheme, badHost, badPort, noHost, badUser

    public var description: String {
      switch self {
      case .empty: "no URL"
      case .illegalByte: "control byte or space"
      case .badScheme: "bad scheme"
      case .badHost: "bad host name"
      case .badPort: "port number is not between 0 and 65535"
      case .noHost: "no host"
      case .badUser: "bad user or password"
      }
    }
  }

  static let longest = 8_000_000

  /// - Parameters:
  ///   - defaultScheme: where the text has none; nil guesses by the name.
  ///   - keepsDots: leaves `/./` and `/../` in the path.
  public init(_ text: String, defaultScheme: String? = nil, keepsDots: Bool = false)
    throws(Problem)
  {
    let bytes = text.bytes
    if bytes.isEmpty || bytes.count > Self.longest { throw .empty }
    if bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { throw .illegalByte }
    var rest = bytes[...]
    let hasScheme = Self.schemeEnd(rest)
    if let end = hasScheme {
      scheme = String(bytes: rest[..<end]).asciiLowercased
      rest = rest[(end + 1)...]
      let slashes = rest.prefix { $0 == UInt8(ascii: "/") }.count
      if scheme == "file" {
        rest = rest.dropFirst(slashes >= 2 ? 2 : 0)
      } else {
        guard (1...3).contains(slashes) else { throw .badScheme }
        rest = rest.dropFirst(slashes)
      }
    } else {
      scheme = defaultScheme ?? ""
    }
    host = ""
    path = "/"
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 } ?? rest.endIndex
    if scheme == "file" {
      let name = String(bytes: rest[..<end]).asciiLowercased
      guard name.isEmpty || name == "localhost" || name == "127.0.0.1" else { throw .badHost }
    } else {
      try readAuthority(rest[..<end])
      if scheme.isEmpty { scheme = Self.guessedScheme(host) }
    }
    readTail(rest[end...], keepsDots: keepsDots)
  }

  /// The `:` behind a scheme; `host:80` has none.
  private static func schemeEnd(_ text: ArraySlice<UInt8>) -> Int? {
    guard let first = text.first, Bytes.isLetter(first),
      let colon = text.firstIndex(of: UInt8(ascii: ":")), colon - text.startIndex <= 40,
      text[..<colon].allSatisfy({
        Bytes.isLetter($0) || Bytes.isDigit($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E
      })
    else { return nil }
    let behind = text[(colon + 1)...]
    return behind.first == UInt8(ascii: "/") ? colon : nil
  }

  private static func guessedScheme(_ host: String) -> String {
    let host = host.asciiLowercased
    for name in ["ftp", "dict", "ldap", "imap", "smtp", "pop3"] where host.hasPrefix(name + ".") {
      return name
    }
    return "http"
  }

  private mutating func readAuthority(_ text: ArraySlice<UInt8>) throws(Problem) {
    var place = text
    if let at = text.lastIndex(of: UInt8(ascii: "@")) {
      let login = text[..<at]
      place = text[(at + 1)...]
      let colon = login.firstIndex(of: UInt8(ascii: ":")) ?? login.endIndex
      guard let user = Percent.decode(login[..<colon]) else { throw .badUser }
      self.user = String(bytes: user)
      if colon < login.endIndex {
        guard let password = Percent.decode(login[(colon + 1)...]) else { throw .badUser }
        self.password = String(bytes: password)
      }
    }
    if place.first == UInt8(ascii: "[") {
      guard let close = place.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
      try readAddress(place[(place.startIndex + 1)..<close])
      let behind = place[(close + 1)...]
      guard behind.isEmpty || behind.first == UInt8(ascii: ":") else { throw .badHost }
      try readPort(behind.dropFirst())
      return
    }
    let colon = place.firstIndex(of: UInt8(ascii: ":")) ?? place.endIndex
    try readPort(place[colon...].dropFirst())
    guard let name = Percent.decode(place[..<colon]) else { throw .badHost }
    if name.isEmpty { throw .noHost }
    // What ends a host name, and what no name may hold.
    let forbidden = Array(" \r\n\t/:#?!@{}[]\\$'\"^`*<>=;,+&()|".utf8)
    guard name.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !forbidden.contains($0) }) else {
      throw .badHost
    }
    host = Self.normalizedQuad(name) ?? String(bytes: name)
  }

  private mutating func readAddress(_ text: ArraySlice<UInt8>) throws(Problem) {
    let percent = text.firstIndex(of: UInt8(ascii: "%")) ?? text.endIndex
    let address = String(bytes: text[..<percent])
    guard address.utf8.contains(UInt8(ascii: ":")), IPAddress(address) != nil else {
      throw .badHost
    }
    host = address.asciiLowercased
    guard percent < text.endIndex else { return }
    var name = text[(percent + 1)...]
    // RFC 6874 writes %25; most people do not.
    if name.starts(with: [0x32, 0x35]), name.count > 2 { name = name.dropFirst(2) }
    guard !name.isEmpty else { throw .badHost }
    zone = String(bytes: name)
  }

  private mutating func readPort(_ digits: ArraySlice<UInt8>) throws(Problem) {
    if digits.isEmpty { return }
    guard digits.allSatisfy({ Bytes.isDigit($0) }), let number = UInt16(String(bytes: digits))
    else { throw .badPort }
    port = number
  }

  private mutating func readTail(_ text: ArraySlice<UInt8>, keepsDots: Bool) {
    var tail = text
    if let hash = tail.firstIndex(of: UInt8(ascii: "#")) {
      fragment = String(bytes: tail[(hash + 1)...])
      tail = tail[..<hash]
    }
    if let mark = tail.firstIndex(of: UInt8(ascii: "?")) {
      query = String(bytes: tail[(mark + 1)...])
      tail = tail[..<mark]
    }
    if tail.isEmpty { return }
    path = keepsDots ? String(bytes: tail) : String(bytes: Self.withoutDots(tail))
  }

  /// An IPv4 address of one to four numbers, decimal, octal or hexadecimal, as dotted quad.
  private static func normalizedQuad(_ name: [UInt8]) -> String? {
    let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var numbers: [UInt64] = []
    for part in parts {
      guard let number = Bytes.cNumber(part) else { return nil }
      numbers.append(number)
    }
    var value: UInt64 = 0
    for (index, number) in numbers.enumerated() {
      let isLast = index == numbers.count - 1
      let room = isLast ? UInt64(8 * (5 - numbers.count)) : 8
      guard number < 1 << room else { return nil }
      value = value << room | number
    }
    return IPAddress(v4: UInt32(truncatingIfNeeded: value)).description
  }
}

extension URL {
  public var defaultPort: UInt16 {
    switch scheme {
    case "https", "wss": 443
    case "ftp": 21
    default: 80
    }
  }

  public var effectivePort: UInt16 { port ?? defaultPort }
  public var isSecure: Bool { scheme == "https" }

  /// The host as it stands in a URL: IPv6 in brackets.
  public var bracketedHost: String {
    guard host.utf8.contains(UInt8(ascii: ":")) else { return host }
    return "[" + host + (zone.map { "%25" + $0 } ?? "") + "]"
  }

  /// What the header `Host` says, RFC 9110 section 7.2.
  public var authority: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[" + host + "]" : host
    guard let port, port != defaultPort else { return name }
    return name + ":" + String(port)
  }

  /// Path and query, as a request line has them.
  public var target: String { query.map { path + "?" + $0 } ?? path }

  /// The whole, without password unless `withLogin`.
  public func text(withLogin: Bool = true, withFragment: Bool = true) -> String {
    var text = scheme + "://"
    if withLogin, user != nil || password != nil {
      text += Percent.encode(user ?? "")
      if let password { text += ":" + Percent.encode(password) }
      text += "@"
    }
    text += bracketedHost
    if let port { text += ":" + String(port) }
    text += target
    if withFragment, let fragment { text += "#" + fragment }
    return text
  }

  /// What is behind the last `/` of the path.
  public var fileName: String {
    let bytes = path.bytes
    let slash = bytes.lastIndex(of: UInt8(ascii: "/")) ?? -1
    return String(bytes: bytes[(slash + 1)...])
  }

  /// Where a reference in this document leads, RFC 3986 section 5.2. What may not stand in a URL is
  /// escaped, as servers often forget to do it.
  public func resolving(_ reference: String, keepsDots: Bool = false) throws(Problem) -> URL {
    let bytes = Percent.escapeIllegal(reference.bytes)
    if Self.isAbsolute(bytes[...]) {
      return try URL(String(bytes: bytes), keepsDots: keepsDots)
    }
    if bytes.starts(with: [0x2F, 0x2F]) {
      return try URL(scheme + ":" + String(bytes: bytes), keepsDots: keepsDots)
    }
    var result = self
    result.fragment = nil
    if bytes.isEmpty { return result }
    switch bytes[0] {
    case UInt8(ascii: "#"): result.fragment = String(bytes: bytes.dropFirst())
    case UInt8(ascii: "?"):
      result.query = nil
      result.readTail(path.bytes + bytes, keepsDots: true)
    case UInt8(ascii: "/"):
      result.query = nil
      result.readTail(bytes[...], keepsDots: keepsDots)
    default:
      result.query = nil
      let folder = path.bytes
      let slash = folder.lastIndex(of: UInt8(ascii: "/")) ?? 0
      result.readTail(
        Array(folder[..<slash]) + [UInt8(ascii: "/")] + bytes, keepsDots: keepsDots)
    }
    return result
  }

  private mutating func readTail(_ text: [UInt8], keepsDots: Bool) {
    readTail(text[...], keepsDots: keepsDots)
  }

  private static func isAbsolute(_ text: ArraySlice<UInt8>) -> Bool { schemeEnd(text) != nil }

  /// A path without `.` and `..`, RFC 3986 section 5.2.4.
  static func withoutDots(_ path: ArraySlice<UInt8>) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let parts = path.split(separator: slash, omittingEmptySubsequences: false)
    var kept: [ArraySlice<UInt8>] = []
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      if Self.isDots(part, 1) {
        if isLast { kept.append([]) }
      } else if Self.isDots(part, 2) {
        if kept.count > 1 { kept.removeLast() }
        if isLast { kept.append([]) }
      } else {
        kept.append(part)
      }
    }
    var result: [UInt8] = []
    for (index, part) in kept.enumerated() {
      if index > 0 { result.append(slash) }
      result += part
    }
    return result.first == slash ? result : [slash] + result
  }

  /// `.` or `..`, also written `%2e`.
  private static func isDots(_ part: ArraySlice<UInt8>, _ count: Int) -> Bool {
    guard part.count <= 3 * count, let plain = Percent.decode(part), plain.count == count else {
      return false
    }
    return plain.allSatisfy { $0 == UInt8(ascii: ".") }
  }
}
