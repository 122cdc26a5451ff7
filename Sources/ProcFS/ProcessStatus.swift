internal import Linux

/// `/proc/PID/status`, proc_pid_status(5): the lines are found by name, missing ones are nil or empty.
public struct ProcessStatus: Sendable {
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Real, effective, saved, file system.
  public var uids: [UInt32] { numbers("Uid").map { UInt32(truncatingIfNeeded: $0) } }
  public var gids: [UInt32] { numbers("Gid").map { UInt32(truncatingIfNeeded: $0) } }
  public var groups: [UInt32] { numbers("Groups").map { UInt32(truncatingIfNeeded: $0) } }
  public var effectiveUID: UInt32? { uids.count > 1 ? uids[1] : nil }
  public var effectiveGID: UInt32? { gids.count > 1 ? gids[1] : nil }
  public var parent: Int32? { numbers("PPid").first.map { Int32(truncatingIfNeeded: $0) } }
  public var threads: Int? { numbers("Threads").first }
  /// PIDs from our namespace inwards to the process's own.
  public var namespacePIDs: [Int] { numbers("NSpid") }
  public var threadGroup: Int32? { numbers("Tgid").first.map { Int32(truncatingIfNeeded: $0) } }
  public var tracer: Int32? { numbers("TracerPid").first.map { Int32(truncatingIfNeeded: $0) } }
  public var noNewPrivileges: Bool { numbers("NoNewPrivs").first == 1 }
  /// 0 off, 1 strict, 2 filter.
  public var seccomp: Int? { numbers("Seccomp").first }

  public var inheritable: UInt64 { mask("CapInh") }
  public var permitted: UInt64 { mask("CapPrm") }
  public var effective: UInt64 { mask("CapEff") }
  public var bounding: UInt64 { mask("CapBnd") }
  public var ambient: UInt64 { mask("CapAmb") }
  /// Bit n-1 stands for signal n.
  public var ignoredSignals: UInt64 { mask("SigIgn") }
  public var caughtSignals: UInt64 { mask("SigCgt") }
  public var blockedSignals: UInt64 { mask("SigBlk") }
  public var pendingSignals: UInt64 { mask("ShdPnd") | mask("SigPnd") }

  /// The first number of any line: KiB for the `Vm…` and `Rss…` lines.
  public func number(_ name: String) -> Int? { numbers(name).first }

  /// The text behind `name:`, without the blanks around it.
  public func text(_ name: String) -> String? { value(name).map { String(bytes: $0) } }

  private func numbers(_ name: String) -> [Int] {
    guard let value = value(name) else { return [] }
    var numbers: [Int] = []
    for word in value.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }) {
      guard let number = Int(String(decoding: word, as: UTF8.self)) else { break }
      numbers.append(number)
    }
    return numbers
  }

  private func mask(_ name: String) -> UInt64 {
    guard let value = value(name) else { return 0 }
    return UInt64(String(decoding: value, as: UTF8.self), radix: 16) ?? 0
  }

  /// The kernel escapes newlines in `Name:`, so a hostile name cannot forge a line.
  private func value(_ name: String) -> ArraySlice<UInt8>? {
    for line in bytes.split(separator: 0x0A) where line.starts(with: name.utf8) {
      let rest = line.dropFirst(name.utf8.count)
      guard rest.first == UInt8(ascii: ":") else { continue }
      let text = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
      return text[
        ..<(text.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? text.startIndex)]
    }
    return nil
  }
}
