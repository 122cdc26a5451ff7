public import Linux

/// A line of hosts(5).
public struct HostsEntry: Sendable {
  public let address: IPAddress
  /// The canonical name first.
  public let names: [String]
}

/// hosts(5): addresses and their names.
public struct HostsFile: Sendable {
  public let entries: [HostsEntry]

  /// Bytes of the file, which may be a target's.
  public static let limit = 4 << 20

  public init(_ text: [UInt8]) {
    var entries: [HostsEntry] = []
    for line in text.prefix(Self.limit).split(separator: 10) {
      let words = words(line.prefix { $0 != UInt8(ascii: "#") && $0 != 13 })
      guard words.count >= 2, let address = IPAddress(words[0]) else { continue }
      entries.append(HostsEntry(address: address, names: Array(words.dropFirst())))
    }
    self.entries = entries
  }

  /// The lines with `name`, in any case, one dot at its end not counting.
  public func entries(named name: String) -> [HostsEntry] {
    let wanted = Self.key(name)
    return entries.filter { entry in entry.names.contains { Self.key($0).sameBytes(as: wanted) } }
  }

  public func entries(for address: IPAddress) -> [HostsEntry] {
    entries.filter { $0.address == address }
  }

  private static func key(_ name: String) -> String {
    let lowered = name.asciiLowercased
    return lowered.utf8.count > 1 && DomainName.isAbsolute(lowered)
      ? String(Substring(lowered.utf8.dropLast())) : lowered
  }
}
