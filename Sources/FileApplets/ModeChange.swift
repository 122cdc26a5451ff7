internal import Linux

/// A change of permissions as chmod(1) takes it: octal, or symbolic clauses. POSIX.1-2017 chmod(1),
/// "Extended Description".
struct ModeChange {
  private enum Copy { case user, group, other }

  private struct Clause {
    /// Bits of the classes that were named; nil where none was, so that the umask counts.
    var who: UInt32?
    var operation: UInt8
    var bits: UInt32 = 0
    var copy: Copy?
    /// `X`: execution for folders and for what some may execute.
    var hasConditionalExecute = false
    /// Bits of an octal mode; setuid and setgid of folders stay unless all digits were given.
    var isOctal = false
    var keepsFolderBits = false
  }

  private var clauses: [Clause] = []
  private let mask: UInt32

  /// - Parameter mask: the umask, for clauses that name no class.
  init?(_ text: String, mask: UInt32 = Process.mask) {
    self.mask = mask
    let bytes = text.bytes
    guard let first = bytes.first else { return nil }
    if first >= 0x30, first <= 0x37 {
      guard bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x37 }), let value = UInt32(text, radix: 8),
        value <= 0o7777
      else { return nil }
      var clause = Clause(who: 0o7777, operation: UInt8(ascii: "="), bits: value)
      clause.isOctal = true
      clause.keepsFolderBits = bytes.count < 5
      clauses = [clause]
      return
    }
    for part in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard parse(part) else { return nil }
    }
  }

  private mutating func parse(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    var who: UInt32?
    while let letter = rest.first, let bits = Self.classBits(letter) {
      who = (who ?? 0) | bits
      rest = rest.dropFirst()
    }
    guard !rest.isEmpty else { return false }
    while let operation = rest.first {
      guard "+-=".utf8.contains(operation) else { return false }
      rest = rest.dropFirst()
      var clause = Clause(who: who, operation: operation)
      if let digit = rest.first, digit >= 0x30, digit <= 0x37 {
        guard who == nil else { return false }
        let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x37 }
        guard let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 8),
          value <= 0o7777
        else { return false }
        (clause.who, clause.bits) = (0o7777, value)
        rest = rest.dropFirst(digits.count)
      } else {
        while let letter = rest.first, !"+-=".utf8.contains(letter) {
          guard Self.add(letter, to: &clause) else { return false }
          rest = rest.dropFirst()
        }
      }
      clauses.append(clause)
    }
    return true
  }

  private static func classBits(_ letter: UInt8) -> UInt32? {
    switch letter {
    case UInt8(ascii: "u"): 0o4700
    case UInt8(ascii: "g"): 0o2070
    case UInt8(ascii: "o"): 0o1007
    case UInt8(ascii: "a"): 0o7777
    default: nil
    }
  }

  private static func add(_ letter: UInt8, to clause: inout Clause) -> Bool {
    switch Unicode.Scalar(letter) {
    case "r": clause.bits |= 0o444
    case "w": clause.bits |= 0o222
    case "x": clause.bits |= 0o111
    case "X": clause.hasConditionalExecute = true
    case "s": clause.bits |= 0o6000
    case "t": clause.bits |= 0o1000
    case "u": clause.copy = .user
    case "g": clause.copy = .group
    case "o": clause.copy = .other
    default: return false
    }
    return true
  }

  /// What `permissions` become.
  func applied(to permissions: UInt32, isFolder: Bool) -> UInt32 {
    clauses.reduce(permissions) { apply($1, to: $0, isFolder) }
  }

  private func apply(_ clause: Clause, to mode: UInt32, _ isFolder: Bool) -> UInt32 {
    if clause.isOctal {
      let kept = isFolder && clause.keepsFolderBits ? mode & 0o6000 : 0
      return clause.bits | kept
    }
    var bits = clause.bits
    if clause.hasConditionalExecute, isFolder || mode & 0o111 != 0 { bits |= 0o111 }
    switch clause.copy {
    case .user: bits |= Self.spread(mode >> 6 & 7)
    case .group: bits |= Self.spread(mode >> 3 & 7)
    case .other: bits |= Self.spread(mode & 7)
    case nil: break
    }
    let classes = clause.who ?? 0o7777
    // Without a class the umask protects; the sticky bit belongs to all.
    let affected = clause.who == nil ? bits & ~mask : bits & classes
    switch clause.operation {
    case UInt8(ascii: "+"): return mode | affected
    case UInt8(ascii: "-"): return mode & ~affected
    default:
      var kept = mode & ~classes
      // A folder keeps setuid and setgid unless the clause speaks of them.
      if isFolder, bits & 0o6000 == 0 { kept |= mode & 0o6000 }
      return kept | affected
    }
  }

  private static func spread(_ bits: UInt32) -> UInt32 { bits << 6 | bits << 3 | bits }
}
