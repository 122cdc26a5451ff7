public import Linux

/// What resolv.conf(5) says.
public struct ResolverConfiguration: Sendable {
  public enum Limits {
    /// Bytes of the file.
    public static let file = 1 << 20
    /// Servers and suffixes that are taken; glibc and musl use three servers.
    public static let servers = 32
    public static let suffixes = 64
  }

  public var servers: [Endpoint] = []
  /// Suffixes as written, in order.
  public var search: [String] = []
  public var hasSearch = false
  public var ndots = 1
  /// Seconds.
  public var timeout = 5
  public var attempts = 2
  public var rotates = false
  public var usesTCP = false
  public var usesEDNS = false
  public var trustsAD = false
  public var singleRequest = false
  public var singleRequestReopen = false
  public var noAAAA = false
  /// Options that nobody acts upon here.
  public var otherOptions: [String] = []
  /// `nameserver` lines without an address.
  public var badServers: [String] = []

  public init() {}

  public init(_ text: [UInt8]) {
    for line in text.prefix(Limits.file).split(whereSeparator: { $0 == 10 || $0 == 13 }) {
      let comment = line.firstIndex { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ";") }
      // A sign in front makes a comment; behind a word it ends the line for BIND and musl.
      let words = words(line[..<(comment ?? line.endIndex)])
      if let keyword = words.first { read(keyword, Array(words.dropFirst())) }
    }
  }

  private mutating func read(_ keyword: String, _ values: [String]) {
    switch keyword {
    case "nameserver":
      guard let text = values.first else { return }
      if let address = IPAddress(text) {
        if servers.count < Limits.servers { servers.append(Endpoint(address, port: 53)) }
      } else if badServers.count < Limits.servers {
        badServers.append(text)
      }
    case "search":
      hasSearch = true
      search = Array(values.prefix(Limits.suffixes))
    case "domain":
      guard let name = values.first else { return }
      hasSearch = true
      search = [name]
    case "options": for option in values { set(option) }
    default: break
    }
  }

  /// One word behind `options`, or of the variable RES_OPTIONS.
  public mutating func set(_ option: String) {
    let parts = option.bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1)
    let number = parts.count > 1 ? Int(String(bytes: parts[1])) : nil
    switch parts.first.map({ String(bytes: $0) }) ?? "" {
    case "ndots": if let number { ndots = max(0, min(number, 15)) }
    case "timeout": if let number { timeout = max(1, min(number, 30)) }
    case "attempts": if let number { attempts = max(1, min(number, 5)) }
    case "rotate": rotates = true
    case "use-vc": usesTCP = true
    case "edns0": usesEDNS = true
    case "trust-ad": trustsAD = true
    case "single-request": singleRequest = true
    case "single-request-reopen": singleRequestReopen = true
    case "no-aaaa": noAAAA = true
    default: if otherOptions.count < Limits.suffixes { otherOptions.append(option) }
    }
  }

  /// The names to ask for in turn, absolute, and which of them is the name as it was given.
  public func candidates(_ name: String) -> [(name: String, isGiven: Bool)] {
    if DomainName.isAbsolute(name) { return [(name, true)] }
    let dots = name.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: ".") ? 1 : 0) }
    let given = [(name: name + ".", isGiven: true)]
    let longer = search.map { suffix in
      (name: suffix == "." ? name + "." : name + "." + withDot(suffix), isGiven: suffix == ".")
    }
    return dots >= ndots ? given + longer : longer + given
  }

  private func withDot(_ suffix: String) -> String {
    DomainName.isAbsolute(suffix) ? suffix : suffix + "."
  }
}

/// The words of a line, between blanks.
func words(_ line: some Collection<UInt8>) -> [String] {
  Array(line).split { $0 == 0x20 || $0 == 9 }.map { String(bytes: $0) }
}
