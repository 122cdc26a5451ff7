internal import Linux

/// One line of a head.
public struct HeaderField: Sendable {
  public let name: String
  public internal(set) var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// Status line and fields of a response, read line by line. RFC 9112.
///
/// Lenient as curl: lines may end with LF alone, lines without colon are passed over.
public struct ResponseHead: Sendable {
  public enum Limits {
    public static let line = 102_400
    public static let total = 307_200
    public static let fields = 5000
  }

  public enum Problem: Error, Equatable, Sendable {
    case notHTTP, unsupportedVersion, nulByte, lineTooLong, tooLarge, tooManyFields
    case badLength(String)
    case lengthTooLarge
  }

  public private(set) var major = 1
  public private(set) var minor = 1
  public private(set) var status = 0
  public private(set) var reason = ""
  public private(set) var fields: [HeaderField] = []
  /// All bytes so far, line ends included.
  public private(set) var size = 0

  /// From a status line, with or without its line end. RFC 9112 section 4.
  public init(statusLine: ArraySlice<UInt8>) throws(Problem) {
    size = statusLine.count
    if statusLine.count > Limits.line { throw .lineTooLong }
    if statusLine.contains(0) { throw .nulByte }
    guard statusLine.starts(with: Array("HTTP/".utf8)) else { throw .notHTTP }
    var rest = statusLine.dropFirst(5)
    let version = rest.prefix { $0 != 0x20 && $0 != 13 && $0 != 10 }
    let parts = version.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let major = parts.first.flatMap({ Bytes.number($0) }) else {
      throw .unsupportedVersion
    }
    let minor = parts.count > 1 ? Bytes.number(parts[1]) : 0
    guard let minor, major == 1 && minor <= 1 || major == 2 && minor == 0 else {
      throw .unsupportedVersion
    }
    self.major = major
    self.minor = minor
    rest = rest.dropFirst(version.count).drop { $0 == 0x20 }
    let code = rest.prefix { Bytes.isDigit($0) }
    guard code.count == 3, let status = Bytes.number(code), status >= 100 else {
      throw .unsupportedVersion
    }
    self.status = status
    reason = String(bytes: Bytes.trimmed(rest.dropFirst(3)))
  }

  /// A head that came as fields, as in HTTP/2.
  public init(status: Int, fields: [HeaderField], major: Int) {
    self.status = status
    self.fields = fields
    self.major = major
    minor = 0
  }

  /// Takes a line behind the status line, with or without its line end.
  public mutating func add(line: ArraySlice<UInt8>) throws(Problem) {
    size += line.count
    if line.count > Limits.line { throw .lineTooLong }
    if size > Limits.total { throw .tooLarge }
    if line.contains(0) { throw .nulByte }
    if let first = line.first, Bytes.isBlank(first), let last = fields.indices.last {
      // Folded, RFC 9112 section 5.2.
      fields[last].value += " " + String(bytes: Bytes.trimmed(line))
      return
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
    if fields.count >= Limits.fields { throw .tooManyFields }
    var name = line[..<colon]
    while let last = name.last, Bytes.isBlank(last) { name.removeLast() }
    fields.append(
      HeaderField(
        String(bytes: name), String(bytes: Bytes.trimmed(line[(colon + 1)...]))))
  }

  /// The first value of a field, whatever the case of its name.
  public func value(_ name: StaticString) -> String? {
    fields.first { Bytes.equal($0.name.utf8, name) }?.value
  }

  public func values(_ name: StaticString) -> [String] {
    fields.filter { Bytes.equal($0.name.utf8, name) }.map { $0.value }
  }

  /// Whether a field that lists words has `word` among them.
  public func lists(_ name: StaticString, _ word: StaticString) -> Bool {
    tokens(name).contains { Bytes.equal($0, word) }
  }

  /// The words of a field between commas, without parameters.
  public func tokens(_ name: StaticString) -> [[UInt8]] {
    var words: [[UInt8]] = []
    for value in values(name) {
      for part in value.bytes.split(separator: UInt8(ascii: ",")) {
        let word = Bytes.trimmed(part.prefix { $0 != UInt8(ascii: ";") })
        if !word.isEmpty { words.append(Array(word)) }
      }
    }
    return words
  }

  /// `Content-Length`; nil where there is none. Several that agree are one.
  public func contentLength() throws(Problem) -> Int? {
    var found: Int?
    for value in values("content-length") {
      for part in value.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      {
        let digits = Bytes.trimmed(part)
        guard !digits.isEmpty, digits.allSatisfy({ Bytes.isDigit($0) }) else {
          throw .badLength(value)
        }
        guard let number = Bytes.number(digits) else { throw .lengthTooLarge }
        if let found, found != number { throw .badLength(value) }
        found = number
      }
    }
    return found
  }

  /// `1.0`, `1.1`, `2`.
  public var version: String { major == 1 ? "1." + String(minor) : String(major) }

  /// Whether the connection may serve another request, RFC 9112 section 9.3.
  public var keepsAlive: Bool {
    if major > 1 { return true }
    if lists("connection", "close") || lists("proxy-connection", "close") { return false }
    if minor >= 1 { return true }
    return lists("connection", "keep-alive") || lists("proxy-connection", "keep-alive")
  }
}

/// `Content-Range: bytes 0-99/1234`, RFC 9110 section 14.4.
public struct ContentRange: Equatable, Sendable {
  /// First and last byte; nil in `bytes */1234`.
  public let first: Int?
  public let last: Int?
  /// The size of the whole, where it is known.
  public let size: Int?

  public init?(_ text: String) {
    var rest = text.bytes[...]
    let unit = Array("bytes".utf8)
    guard rest.count > unit.count, Bytes.equal(rest.prefix(5), "bytes") else { return nil }
    rest = rest.dropFirst(5).drop { $0 == 0x20 || $0 == 0x3D }
    guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    let range = Bytes.trimmed(rest[..<slash])
    let whole = Bytes.trimmed(rest[(slash + 1)...])
    let isUnknown = whole.elementsEqual([UInt8(ascii: "*")])
    size = Bytes.number(whole)
    if size == nil, !isUnknown { return nil }
    if range.elementsEqual([UInt8(ascii: "*")]) {
      first = nil
      last = nil
      return
    }
    guard let dash = range.firstIndex(of: UInt8(ascii: "-")),
      let first = Bytes.number(range[..<dash]), let last = Bytes.number(range[(dash + 1)...]),
      first <= last
    else { return nil }
    if let size, last >= size { return nil }
    self.first = first
    self.last = last
  }
}
