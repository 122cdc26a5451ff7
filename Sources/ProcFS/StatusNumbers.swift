internal import CLinux

/// The numbers of `/proc/PID/status` that tables show, proc_pid_status(5). Plain data.
public struct StatusNumbers: Sendable {
  /// Real, effective, saved and file-system IDs.
  public struct IDs: Sendable {
    public var real: UInt32 = 0
    public var effective: UInt32 = 0
    public var saved: UInt32 = 0
    public var fileSystem: UInt32 = 0
  }

  public var users = IDs()
  public var groups = IDs()
  /// KiB that may not be paged out.
  public var locked = 0
  /// KiB in memory; nil for what has none: kernel threads and zombies.
  public var resident: Int?
  /// KiB of data and stack.
  public var data = 0
  public var stack = 0
  /// Bit n-1 stands for signal n.
  public var pending: UInt64 = 0
  public var sharedPending: UInt64 = 0
  public var blocked: UInt64 = 0
  public var ignored: UInt64 = 0
  public var caught: UInt64 = 0

  public init() {}

  /// The kernel escapes newlines in `Name:`, so a hostile name cannot forge a line.
  mutating func parse(_ text: UnsafeRawBufferPointer) {
    var start = 0
    while start < text.count {
      let rest = UnsafeRawBufferPointer(rebasing: text[start...])
      guard let base = rest.baseAddress else { return }
      let length = memchr(base, 0x0A, rest.count).map { UnsafeRawPointer($0) - base } ?? rest.count
      if length > 7 { parseLine(UnsafeRawBufferPointer(rebasing: rest[..<length])) }
      start += length + 1
    }
  }

  private mutating func parseLine(_ line: UnsafeRawBufferPointer) {
    switch line[0] {
    case UInt8(ascii: "U"): if line.startsWith("Uid:\t") { users = Self.ids(line) }
    case UInt8(ascii: "G"): if line.startsWith("Gid:\t") { groups = Self.ids(line) }
    case UInt8(ascii: "V"):
      if line.startsWith("VmLck:\t") { locked = Self.number(line) }
      if line.startsWith("VmData:\t") { data = Self.number(line) }
      if line.startsWith("VmStk:\t") { stack = Self.number(line) }
      if line.startsWith("VmRSS:\t") { resident = Self.number(line) }
    case UInt8(ascii: "S"):
      if line.startsWith("SigPnd:\t") { pending = Self.mask(line) }
      if line.startsWith("ShdPnd:\t") { sharedPending = Self.mask(line) }
      if line.startsWith("SigBlk:\t") { blocked = Self.mask(line) }
      if line.startsWith("SigIgn:\t") { ignored = Self.mask(line) }
      if line.startsWith("SigCgt:\t") { caught = Self.mask(line) }
    default: break
    }
  }

  private static func ids(_ line: UnsafeRawBufferPointer) -> IDs {
    var scanner = NumberScanner(line, from: 4)
    return IDs(
      real: UInt32(truncatingIfNeeded: scanner.number()),
      effective: UInt32(truncatingIfNeeded: scanner.number()),
      saved: UInt32(truncatingIfNeeded: scanner.number()),
      fileSystem: UInt32(truncatingIfNeeded: scanner.number()))
  }

  private static func number(_ line: UnsafeRawBufferPointer) -> Int {
    var scanner = NumberScanner(line, from: 7)
    return scanner.number()
  }

  private static func mask(_ line: UnsafeRawBufferPointer) -> UInt64 {
    var value: UInt64 = 0
    for byte in line[8...] {
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
      case 0x61...0x66: value = value << 4 | UInt64(byte - 0x57)
      default: return value
      }
    }
    return value
  }
}

extension UnsafeRawBufferPointer {
  func startsWith(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount, let base = baseAddress else { return false }
    return memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}
