internal import Linux

/// A cookie, RFC 6265.
public struct Cookie: Sendable {
  public var name: String
  public var value: String
  /// In lower case, without a dot in front.
  public var domain: String
  /// Whether hosts below `domain` get it too.
  public var includesSubdomains: Bool
  public var path: String
  public var isSecure = false
  public var isHTTPOnly = false
  /// Seconds since 1970; nil: until the end of the session.
  public var expires: Int?

  static let longest = 4096

  /// What `Set-Cookie: text` from `url` sets; nil where it is nothing, or not theirs to set.
  ///
  /// - Parameter now: seconds since 1970.
  public init?(_ text: String, from url: URL, now: Int) {
    let parts = text.bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard let first = parts.first, let equals = first.firstIndex(of: UInt8(ascii: "=")) else {
      return nil
    }
    let name = Bytes.trimmed(first[..<equals])
    let value = Bytes.trimmed(first[(equals + 1)...])
    guard !name.isEmpty, name.count + value.count <= Self.longest,
      name.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
      value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 9 })
    else { return nil }
    self.name = String(bytes: name)
    self.value = String(bytes: value)
    domain = url.host.asciiLowercased
    includesSubdomains = false
    path = Self.defaultPath(url.path)
    var maximumAge: Int?
    for part in parts.dropFirst() {
      let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let key = Bytes.trimmed(part[..<equals])
      let value = String(bytes: Bytes.trimmed(part[equals...].dropFirst()))
      if Bytes.equal(key, "secure") {
        isSecure = true
      } else if Bytes.equal(key, "httponly") {
        isHTTPOnly = true
      } else if Bytes.equal(key, "domain") {
        guard take(domain: value, url) else { return nil }
      } else if Bytes.equal(key, "path") {
        if value.hasPrefix("/") { path = value }
      } else if Bytes.equal(key, "max-age") {
        maximumAge = Int(value) ?? (value.hasPrefix("-") ? 0 : nil)
      } else if Bytes.equal(key, "expires") {
        expires = HTTPDate.parse(value)
      }
    }
    if let maximumAge { expires = maximumAge <= 0 ? 1 : now.addingCapped(maximumAge) }
    if isSecure, !url.isTrustworthy { return nil }
    if self.name.hasPrefix("__Secure-"), !isSecure { return nil }
    if self.name.hasPrefix("__Host-"), !isSecure || includesSubdomains || path != "/" {
      return nil
    }
  }

  /// A line of a cookie file, in the form that Netscape began; nil where it is none.
  public init?(fileLine: ArraySlice<UInt8>) {
    var line = Bytes.trimmed(fileLine)
    let mark = Array("#HttpOnly_".utf8)
    if line.starts(with: mark) {
      isHTTPOnly = true
      line = line.dropFirst(mark.count)
    }
    if line.first == UInt8(ascii: "#") { return nil }
    let fields = line.split(separator: 9, omittingEmptySubsequences: false)
    guard fields.count == 6 || fields.count == 7, let time = Bytes.number(fields[4]) else {
      return nil
    }
    let host = fields[0].first == UInt8(ascii: ".") ? fields[0].dropFirst() : fields[0]
    domain = String(bytes: host).asciiLowercased
    includesSubdomains = Bytes.equal(fields[1], "TRUE")
    path = String(bytes: fields[2])
    isSecure = Bytes.equal(fields[3], "TRUE")
    expires = time == 0 ? nil : time
    name = String(bytes: fields[5])
    value = fields.count > 6 ? String(bytes: fields[6]) : ""
    guard !name.isEmpty, !domain.isEmpty else { return nil }
  }

  public var fileLine: String {
    (isHTTPOnly ? "#HttpOnly_" : "") + (includesSubdomains ? "." : "") + domain + "\t"
      + (includesSubdomains ? "TRUE" : "FALSE") + "\t" + path + "\t" + (isSecure ? "TRUE" : "FALSE")
      + "\t" + String(expires ?? 0) + "\t" + name + "\t" + value
  }

  private static func defaultPath(_ path: String) -> String {
    let bytes = path.bytes
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return "/" }
    return String(bytes: bytes[..<slash])
  }

  private mutating func take(domain text: String, _ url: URL) -> Bool {
    var name = text.bytes[...]
    if name.first == UInt8(ascii: ".") { name = name.dropFirst() }
    if name.isEmpty { return true }
    let wanted = String(bytes: name).asciiLowercased
    let host = url.host.asciiLowercased
    if wanted.sameBytes(as: host) {
      includesSubdomains = IPAddress(host) == nil
      return true
    }
    // Without a list of public suffixes: a name without a dot is one.
    guard name.contains(UInt8(ascii: ".")), Self.isBelow(host, wanted) else { return false }
    domain = wanted
    includesSubdomains = true
    return true
  }

  static func isBelow(_ host: String, _ domain: String) -> Bool {
    host.hasSuffix("." + domain) && IPAddress(host) == nil
  }

  func matches(_ url: URL, now: Int) -> Bool {
    if let expires, expires <= now { return false }
    if isSecure, !url.isTrustworthy { return false }
    let host = url.host.asciiLowercased
    guard host.sameBytes(as: domain) || includesSubdomains && Self.isBelow(host, domain) else {
      return false
    }
    if path == "/" || url.path.sameBytes(as: path) { return true }
    guard url.path.utf8.starts(with: path.utf8) else { return false }
    return path.hasSuffix("/") || url.path.utf8.dropFirst(path.utf8.count).first == 0x2F
  }
}

extension URL {
  /// Whether secure cookies may travel: over TLS, or not at all over a network.
  var isTrustworthy: Bool {
    isSecure || host == "localhost" || host == "127.0.0.1" || host == "::1"
  }
}

extension Int {
  func addingCapped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

/// The cookies of a session.
public final class CookieJar {
  public private(set) var cookies: [Cookie] = []
  static let most = 3000

  public init() {}

  /// Reads a cookie file, or the headers of saved responses.
  ///
  /// - Parameter isNewSession: leaves cookies out that end with a session.
  public func read(_ file: [UInt8], isNewSession: Bool = false) {
    for line in file.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      guard let cookie = Cookie(fileLine: line) else { continue }
      if isNewSession, cookie.expires == nil { continue }
      add(cookie)
    }
  }

  /// Takes what a response sets.
  ///
  /// - Returns: the cookies taken, for those who want to see it.
  @discardableResult
  public func take(_ head: ResponseHead, from url: URL, now: Int) -> [Cookie] {
    var taken: [Cookie] = []
    for value in head.values("set-cookie") {
      guard let cookie = Cookie(value, from: url, now: now) else { continue }
      add(cookie)
      taken.append(cookie)
    }
    cookies.removeAll { if let end = $0.expires { end <= now } else { false } }
    return taken
  }

  private func add(_ cookie: Cookie) {
    let old = cookies.firstIndex {
      $0.name.sameBytes(as: cookie.name) && $0.domain.sameBytes(as: cookie.domain)
        && $0.path.sameBytes(as: cookie.path)
        && $0.includesSubdomains == cookie.includesSubdomains
    }
    if let old {
      cookies[old] = cookie
    } else if cookies.count < Self.most {
      cookies.append(cookie)
    }
  }

  /// What the header `Cookie` says to `url`; nil where there is nothing to say. The longest path
  /// comes first, RFC 6265 section 5.4.
  public func header(_ url: URL, now: Int) -> String? {
    let found = cookies.filter { $0.matches(url, now: now) }
    if found.isEmpty { return nil }
    let order = sortedIndices(found.count) { a, b in
      let (left, right) = (found[a], found[b])
      if left.path.utf8.count != right.path.utf8.count {
        return left.path.utf8.count > right.path.utf8.count
      }
      if left.domain.utf8.count != right.domain.utf8.count {
        return left.domain.utf8.count > right.domain.utf8.count
      }
      return left.name.utf8.count > right.name.utf8.count
    }
    return order.prefix(150).map { found[$0].name + "=" + found[$0].value }
      .joined(separator: "; ")
  }

  /// The jar as a file.
  public var text: String {
    var text = "# Netscape HTTP Cookie File\n# One cookie per line: domain, subdomains too, path, "
    text += "secure, expiry, name, value.\n\n"
    // The newest first, as curl does it.
    for cookie in cookies.reversed() { text += cookie.fileLine + "\n" }
    return text
  }
}
