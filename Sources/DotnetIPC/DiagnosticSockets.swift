internal import Linux

/// The name of a runtime's diagnostics socket: `dotnet-diagnostic-PID-START-socket`.
public struct DiagnosticName: Equatable, Sendable {
  /// As the process knows itself.
  public let pid: Int
  /// When it started, in the clock ticks of `/proc/PID/stat`.
  public let start: Int

  public init?(_ name: String) {
    let parts = Array(name.utf8).split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].elementsEqual("dotnet".utf8),
      parts[1].elementsEqual("diagnostic".utf8), parts[4].elementsEqual("socket".utf8),
      let pid = Self.number(parts[2]), let start = Self.number(parts[3])
    else { return nil }
    self.pid = pid
    self.start = start
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}

/// The diagnostics sockets in `/proc/net/unix`, which anybody in the network namespace may read.
///
/// The paths are those that their owners bound, the true TMPDIR in them.
public struct DiagnosticSockets: Sendable {
  public struct Entry: Sendable {
    public let name: DiagnosticName
    public let path: String
  }

  public let entries: [Entry]

  private static let mostEntries = 4096

  public init(_ table: [UInt8]) {
    var entries: [Entry] = []
    for line in table.split(separator: UInt8(ascii: "\n")) {
      guard let start = line.firstIndex(of: UInt8(ascii: "/")), entries.count < Self.mostEntries
      else { continue }
      let path = String(bytes: line[start...])
      if let name = DiagnosticName(baseName(path)) { entries.append(Entry(name: name, path: path)) }
    }
    self.entries = entries
  }

  /// The socket of a process: by both numbers, else by its PID alone, which other containers may have too.
  public func path(innerPID: Int, start: Int?) -> String? {
    let mine = entries.filter { $0.name.pid == innerPID }
    if let start, let exact = mine.first(where: { $0.name.start == start }) { return exact.path }
    return mine.count == 1 ? mine[0].path : nil
  }
}
