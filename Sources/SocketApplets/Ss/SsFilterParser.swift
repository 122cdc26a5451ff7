internal import Box
internal import DNS
internal import Linux
internal import Netlink

/// Reads an expression: `or` binds least, `and` may be left out, `not` binds most.
struct SsFilterParser {
  private var tokens: [String] = []
  private var position = 0
  private var depth = 0
  private let context: Context
  private(set) var needsDetails = false
  private(set) var isAboutInternet = false

  init(_ operands: [String], _ context: Context) {
    self.context = context
    for operand in operands { tokens += Self.split(operand) }
  }

  /// Words, and the operators that may stand next to them without a blank.
  private static func split(_ text: String) -> [String] {
    var tokens: [String] = []
    var word: [UInt8] = []
    let bytes = text.bytes
    var index = 0
    var isBracketed = false
    func flush(_ word: inout [UInt8], _ tokens: inout [String]) {
      if !word.isEmpty { tokens.append(String(bytes: word)) }
      word = []
    }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "[") { isBracketed = true }
      if byte == UInt8(ascii: "]") { isBracketed = false }
      switch byte {
      case 0x20, 0x09, 0x0A: flush(&word, &tokens)
      case UInt8(ascii: "("), UInt8(ascii: ")"):
        flush(&word, &tokens)
        tokens.append(String(bytes: [byte]))
      case UInt8(ascii: "!"), UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "&"), UInt8(ascii: "|"):
        guard !isBracketed else {
          word.append(byte)
          continue
        }
        flush(&word, &tokens)
        var sign = [byte]
        let isDoubled = byte == UInt8(ascii: "&") || byte == UInt8(ascii: "|")
        if index < bytes.count, bytes[index] == (isDoubled ? byte : UInt8(ascii: "=")) {
          sign.append(bytes[index])
          index += 1
        }
        tokens.append(String(bytes: sign))
      default: word.append(byte)
      }
    }
    flush(&word, &tokens)
    return tokens
  }

  func peek() -> String? { position < tokens.count ? tokens[position] : nil }
  mutating func advance() { position += 1 }

  mutating func next() -> String? {
    guard let token = peek() else { return nil }
    position += 1
    return token
  }

  /// The whole expression.
  mutating func condition() throws(Failure) -> SsCondition {
    guard peek() != nil else { return .all }
    let condition = try either()
    if let rest = peek() { throw .usage("\(rest): not expected here in the expression") }
    return condition
  }

  private mutating func either() throws(Failure) -> SsCondition {
    var left = try both()
    while let token = peek(), token == "or" || token == "|" || token == "||" {
      advance()
      let right = try both()
      left = .either(left, right)
    }
    return left
  }

  private mutating func both() throws(Failure) -> SsCondition {
    var left = try single()
    while let token = peek(), token != ")", token != "or", token != "|", token != "||" {
      if token == "and" || token == "&" || token == "&&" { advance() }
      let right = try single()
      left = .both(left, right)
    }
    return left
  }

  private mutating func single() throws(Failure) -> SsCondition {
    guard let token = next() else { throw .usage("the expression ends too early") }
    // Foreign scripts may nest as deep as they like; our stack does not.
    depth += 1
    defer { depth -= 1 }
    if depth > 200 { throw .usage("the expression is nested too deep") }
    switch token {
    case "not", "!": return .not(try single())
    case "(":
      let inner = try either()
      guard next() == ")" else { throw .usage("a ) is missing in the expression") }
      return inner
    case "dst", "src": return try host(isSource: token == "src")
    case "dport", "sport": return try port(isSource: token == "sport")
    case "dev": return try device()
    case "fwmark": return try mark()
    case "cgroup":
      let isEqual = try equality("cgroup")
      guard let path = next() else { throw .usage("cgroup: needs a path") }
      needsDetails = true
      return .cgroup(path, isEqual: isEqual)
    case "autobound": return .autobound
    default: throw .usage("\(token): not expected here in the expression")
    }
  }

  /// The comparison in front of a value, `=` where there is none.
  private mutating func comparison() -> Comparison {
    guard let token = peek(), let comparison = Comparison(token) else { return .equal }
    advance()
    return comparison
  }

  private mutating func equality(_ name: String) throws(Failure) -> Bool {
    switch comparison() {
    case .equal: return true
    case .unequal: return false
    default: throw .usage("\(name): can only be = or !=")
    }
  }

  private mutating func port(isSource: Bool) throws(Failure) -> SsCondition {
    let name = isSource ? "sport" : "dport"
    let comparison = comparison()
    guard let text = next() else { throw .usage("\(name): needs a port") }
    let tail = text.utf8.lastIndex(of: UInt8(ascii: ":")).map {
      String(text[text.utf8.index(after: $0)...])
    }
    guard let port = PortNames(context.root).port(tail ?? text) else {
      throw .usage("\(text): no such port")
    }
    isAboutInternet = true
    return .port(isSource: isSource, comparison, port)
  }

  private mutating func host(isSource: Bool) throws(Failure) -> SsCondition {
    let isEqual = try equality(isSource ? "src" : "dst")
    guard let text = next() else { throw .usage("\(isSource ? "src" : "dst"): needs an address") }
    let pattern = try hostPattern(text)
    if pattern.glob == nil { isAboutInternet = true }
    let condition = SsCondition.host(isSource: isSource, pattern)
    return isEqual ? condition : .not(condition)
  }

  private func hostPattern(_ text: String) throws(Failure) -> HostPattern {
    var rest = text
    var family: IPAddress.Family?
    if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let head = String(text[..<colon])
      let tail = String(text[text.utf8.index(after: colon)...])
      switch head {
      case "inet": (rest, family) = (tail, .v4)
      case "inet6": (rest, family) = (tail, .v6)
      case "unix": return HostPattern(glob: tail)
      case "link", "netlink", "vsock": throw .usage("\(text): family not supported")
      default: break
      }
    }
    let first = rest.utf8.first
    if first == UInt8(ascii: "/") || first == UInt8(ascii: "@") { return HostPattern(glob: rest) }
    return try internetPattern(rest, family)
  }

  /// `ADDRESS[/PREFIX][:PORT]`, with brackets around IPv6; `*` is any.
  private func internetPattern(_ text: String, _ family: IPAddress.Family?) throws(Failure)
    -> HostPattern
  {
    var pattern = HostPattern()
    var host = text
    if NetPrefix(text) == nil, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
      !text.hasSuffix("]")
    {
      let name = String(text[text.utf8.index(after: colon)...])
      host = String(text[..<colon])
      if name != "*", !name.isEmpty {
        guard let port = PortNames(context.root).port(name) else {
          throw .usage("\(name): no such port")
        }
        pattern.port = port
      }
    }
    if host.isEmpty || host == "*" { return pattern }
    if let prefix = NetPrefix(host) {
      pattern.networks = [(address: prefix.address, prefix: prefix.length)]
      return pattern
    }
    // A pattern such as `*abstract*` can only mean the name of a unix socket.
    if host.utf8.contains(UInt8(ascii: "*")) { return HostPattern(glob: text) }
    for address in try Resolver(context).addresses(of: host, family: family) {
      let found = NetAddress(address)
      pattern.networks.append((address: found, prefix: found.width))
    }
    return pattern
  }

  private mutating func device() throws(Failure) -> SsCondition {
    let isEqual = try equality("dev")
    guard let name = next() else { throw .usage("dev: needs an interface") }
    guard let index = Interface.index(name) else { throw .usage("\(name): no such interface") }
    return .device(index, isEqual: isEqual)
  }

  private mutating func mark() throws(Failure) -> SsCondition {
    let isEqual = try equality("fwmark")
    guard let text = next() else { throw .usage("fwmark: needs a mark") }
    let parts = text.split(separator: "/", maxSplits: 1).map { String($0) }
    guard let value = parts.first.flatMap({ cNumber($0) }) else {
      throw .usage("\(text): not a mark")
    }
    var mask = UInt32.max
    if parts.count > 1 {
      guard let given = cNumber(parts[1]) else { throw .usage("\(text): not a mark") }
      mask = given
    }
    needsDetails = true
    return .mark(value, mask: mask, isEqual: isEqual)
  }
}

/// A number in C notation: `0x1f`, `017`, `12`.
func cNumber(_ text: String) -> UInt32? {
  if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt32(text.dropFirst(2), radix: 16) }
  if text.hasPrefix("0"), text.utf8.count > 1 { return UInt32(text.dropFirst(), radix: 8) }
  return UInt32(text)
}

/// An address with the number of bits that count: `10.0.0.0/8`, `10.1/16`, `[fe80::]/10`.
struct NetPrefix {
  let address: NetAddress
  let length: Int

  init?(_ text: String) {
    var host = text
    var length: Int?
    if let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) {
      guard let number = Int(text[text.utf8.index(after: slash)...]), number >= 0 else {
        return nil
      }
      length = number
      host = String(text[..<slash])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if let address = IPAddress(host) {
      self.address = NetAddress(address)
    } else if let short = Self.short(host) {
      address = short
    } else {
      return nil
    }
    let width = address.width
    self.length = length ?? width
    if self.length > width { return nil }
  }

  /// `10.1` for 10.1.0.0, as networks are written.
  private static func short(_ text: String) -> NetAddress? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count < 4, parts.count > 1 || text.utf8.count <= 3 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard let number = UInt8(part) else { return nil }
      value = value << 8 | UInt32(number)
    }
    return NetAddress(v4: value << UInt32(8 * (4 - parts.count)))
  }
}
