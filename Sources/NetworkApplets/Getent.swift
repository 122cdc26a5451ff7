public import Box
internal import DNS
internal import Linux
internal import Target

/// Looks up names in the way of the C library, getent(1) of glibc.
public struct Getent: Command {
  var pid: Int?
  var service: String?

  public init() {}

  public static var manual: Manual<Getent> {
    Manual(
      "getent", "Look up hosts, users, groups and services", family: .network,
      operands: "DATABASE [KEY]...",
      options: [
        .flag("i", "no-idn", "Nothing: names are asked for as they are") { _ in },
        .value(nil, "of", "PID", "With the files of a process: of its root") {
          (options: inout Getent, pid: Int) in options.pid = pid
        },
        .value("s", "service", "SERVICE", "Use only this service: files, dns") {
          $0.service = $1
        },
      ],
      examples: [
        ("getent hosts kubernetes.default", "With /etc/hosts and the search list"),
        ("getent ahosts api", "All addresses, in the order they are tried"),
        ("getent --of 1 passwd 1000", "Who is that in the target?"),
      ],
      standard: "glibc 2.36 getent(1)",
      deviations: [
        "databases: ahosts, ahostsv4, ahostsv6, group, hosts, passwd, protocols, services",
        "groups and users come from files only",
      ])
  }

  /// glibc's status for a key that is not there.
  static let notFound: Int32 = 2

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let database = operands.first else { throw .usage("no database given") }
    let keys = Array(operands.dropFirst())
    let root: Root
    if let pid {
      guard let pid = Int32(exactly: pid), pid > 0 else { throw .usage("--of: not a process ID") }
      root = try Paths(context).root(of: pid)
    } else {
      root = context.root
    }
    let resolver = pid == nil ? Resolver(context) : Resolver(root: root)
    if let service { resolver.use(service: service) }
    switch database {
    case "hosts", "ahosts", "ahostsv4", "ahostsv6":
      try HostsDatabase(database, resolver, context.output).run(keys)
    case "passwd", "group", "services", "protocols":
      try FileDatabase(database, root, context.output).run(keys)
    default: throw .usage("\(database): unknown database; --help lists them")
    }
  }
}

/// The databases of names and addresses.
private struct HostsDatabase {
  let name: String
  let resolver: Resolver
  let output: Output

  init(_ name: String, _ resolver: Resolver, _ output: Output) {
    self.name = name
    self.resolver = resolver
    self.output = output
  }

  func run(_ keys: [String]) throws(Failure) {
    if keys.isEmpty {
      for entry in resolver.hosts.entries { line(entry.address, entry.names) }
      return
    }
    var isMissing = false
    for key in keys where !(name == "hosts" ? host(key) : addresses(key)) { isMissing = true }
    if isMissing { throw .quiet(Getent.notFound) }
  }

  private func line(_ address: IPAddress, _ names: [String]) {
    output.line(
      Sanitize.escaped(padded(address.description, 15) + " " + names.joined(separator: " ")))
  }

  /// gethostbyaddr(3), or gethostbyname2(3) for IPv6 and then for IPv4.
  private func host(_ key: String) -> Bool {
    if let address = IPAddress(key) {
      guard let names = resolver.names(of: address) else { return false }
      line(address, names)
      return true
    }
    let both = resolver.resolve(key)
    guard case .found = both.ending else { return false }
    let newer = both.addresses.filter { $0.family == .v6 }
    for address in newer.isEmpty ? both.addresses : newer {
      line(address, [both.canonicalName] + both.aliases)
    }
    return true
  }

  /// getaddrinfo(3) with AI_CANONNAME.
  private func addresses(_ key: String) -> Bool {
    let wantsV6 = name == "ahostsv6"
    var resolution = resolver.resolve(key, family: name == "ahostsv4" ? .v4 : nil)
    if wantsV6 {
      // AI_V4MAPPED: IPv4 only where there is nothing else.
      let newer = resolution.addresses.filter { $0.family == .v6 }
      resolution.addresses = newer.isEmpty ? resolution.addresses.map { $0.mapped } : newer
    }
    guard case .found = resolution.ending, !resolution.addresses.isEmpty else { return false }
    for (index, address) in AddressOrder.sorted(resolution.addresses).enumerated() {
      for kind in ["STREAM", "DGRAM", "RAW"] {
        let canonical = index == 0 && kind == "STREAM" ? resolution.canonicalName : ""
        output.line(
          Sanitize.escaped(
            padded(address.description, 15) + " " + padded(kind, 6) + " " + canonical))
      }
    }
    return true
  }
}

/// The databases that are files with a line per entry.
private struct FileDatabase {
  let name: String
  let output: Output
  private let lines: [[UInt8]]

  init(_ name: String, _ root: Root, _ output: Output) {
    self.name = name
    self.output = output
    let bytes = (try? root.contents("/etc/" + name, limit: 8 << 20)) ?? []
    lines = bytes.split(separator: 10).map { Array($0) }
  }

  private var isAccounts: Bool { name == "passwd" || name == "group" }

  func run(_ keys: [String]) throws(Failure) {
    if keys.isEmpty {
      for entry in lines { if let text = shown(entry) { output.line(text) } }
      return
    }
    var isMissing = false
    for key in keys {
      if let text = find(key) { output.line(text) } else { isMissing = true }
    }
    if isMissing { throw .quiet(Getent.notFound) }
  }

  private func find(_ key: String) -> String? {
    for entry in lines where isAccounts ? matches(account: entry, key) : matches(entry, key) {
      if let text = shown(entry) { return text }
    }
    return nil
  }

  /// The third field is the number, of users and of groups.
  private func matches(account entry: [UInt8], _ key: String) -> Bool {
    let fields = entry.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard fields.count >= 3 else { return false }
    if let number = UInt32(key) { return UInt32(String(bytes: fields[2])) == number }
    return fields[0].elementsEqual(key.bytes)
  }

  private func matches(_ entry: [UInt8], _ key: String) -> Bool {
    let words = Self.words(entry)
    guard words.count >= 2 else { return false }
    let parts = key.split(separator: "/", maxSplits: 1).map { String($0) }
    guard let wanted = parts.first else { return false }
    let place = words[1].split(separator: "/").map { String($0) }
    if parts.count > 1, name == "services" {
      guard place.count > 1, place[1].sameBytes(as: parts[1]) else { return false }
    }
    if let number = UInt32(wanted) { return place.first.flatMap { UInt32($0) } == number }
    return words[0].sameBytes(as: wanted)
      || words.dropFirst(2).contains { $0.sameBytes(as: wanted) }
  }

  private func shown(_ entry: [UInt8]) -> String? {
    if isAccounts {
      let fields = entry.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count >= 3, entry.first != UInt8(ascii: "#") else { return nil }
      return Sanitize.escaped(String(bytes: entry))
    }
    let words = Self.words(entry)
    guard words.count >= 2 else { return nil }
    return Sanitize.escaped(padded(words[0], 21) + " " + words.dropFirst().joined(separator: " "))
  }

  private static func words(_ entry: [UInt8]) -> [String] {
    entry.prefix { $0 != UInt8(ascii: "#") }.split { $0 == 0x20 || $0 == 9 || $0 == 13 }
      .map { String(bytes: Array($0)) }
  }
}

/// `text` with spaces behind it.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.utf8.count))
}
