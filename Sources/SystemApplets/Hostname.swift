public import Box
internal import Linux

/// Prints the names and addresses of this host. Debian's hostname(1); does not set the name.
public struct Hostname: Command {
  enum Choice { case name, short, domain, full, address, allAddresses, alias }

  var choice = Choice.name

  public init() {}

  public static var manual: Manual<Hostname> {
    Manual(
      "hostname", "Print the host name, or addresses of this host", family: .system,
      options: [
        .flag("a", "alias", "Other names, by /etc/hosts") { $0.choice = .alias },
        .flag("d", "domain", "The part behind the first dot of the long name") {
          $0.choice = .domain
        },
        .flag("f", "fqdn long", "The long name, by /etc/hosts") { $0.choice = .full },
        .flag("I", "all-ip-addresses", "All addresses, but loopback and link-local") {
          $0.choice = .allAddresses
        },
        .flag("i", "ip-address", "The addresses of the name, by /etc/hosts") {
          $0.choice = .address
        },
        .flag("s", "short", "The part before the first dot") { $0.choice = .short },
      ],
      examples: [("hostname -I", "The addresses of the pod"), ("hostname -f", "The long name")],
      standard: "Debian's hostname(1)",
      deviations: ["asks /etc/hosts and not DNS; does not set the name"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let operand = operands.first {
      throw .usage("\(operand): this hostname does not set the name, which belongs to the pod")
    }
    let name = Host().node
    switch choice {
    case .name: context.output.line(Sanitize.escaped(name))
    case .short: context.output.line(Sanitize.escaped(Self.short(name)))
    case .allAddresses:
      let addresses = try attempt { () throws(SystemError) in try Host.addresses() }
      context.output.line(addresses.map { $0 + " " }.joined())
    default:
      let text = try resolved(name, context)
      if choice != .domain || !text.isEmpty { context.output.line(text) }
    }
  }

  private func resolved(_ name: String, _ context: Context) throws(Failure) -> String {
    let bytes = try attempt { () throws(SystemError) in
      try context.root.contents("/etc/hosts", limit: 1 << 20)
    }
    let entries = HostsFile(bytes).entries(of: name)
    guard let first = entries.first, let full = first.names.first else {
      throw .message("\(name): not in /etc/hosts")
    }
    switch choice {
    case .domain: return Sanitize.escaped(Self.domain(full))
    case .address: return Sanitize.escaped(entries.map { $0.address }.joined(separator: " "))
    case .alias: return Sanitize.escaped(first.names.dropFirst().joined(separator: " "))
    default: return Sanitize.escaped(full)
    }
  }

  static func short(_ name: String) -> String {
    String(name.prefix { $0 != "." })
  }

  static func domain(_ name: String) -> String {
    guard let dot = name.firstIndex(of: ".") else { return "" }
    return String(name[name.index(after: dot)...])
  }
}

/// The lines of hosts(5).
struct HostsFile {
  struct Entry {
    let address: String
    /// The first is the canonical one.
    let names: [String]
  }

  let entries: [Entry]

  init(_ bytes: [UInt8]) {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
    entries = bytes.split(separator: 10).compactMap { line in
      let text = line.prefix { $0 != UInt8(ascii: "#") }
      let words = text.split(whereSeparator: isBlank).map { String(bytes: $0) }
      guard let address = words.first, words.count > 1 else { return nil }
      return Entry(address: address, names: Array(words.dropFirst()))
    }
  }

  /// The entries that list `name`, in any case of letters.
  func entries(of name: String) -> [Entry] {
    let wanted = name.lowercased()
    return entries.filter { entry in entry.names.contains { $0.lowercased() == wanted } }
  }
}
