internal import CLinux

/// The numbers of `/proc/PID/stat` without the name, proc_pid_stat(5). Times are clock ticks.
///
/// Plain data: thousands of them are read and sorted without a reference count.
public struct StatLine: Sendable {
  /// `R S D T t Z X I`.
  public var state: UInt8 = 0x3F
  public var parent: Int32 = 0
  public var group: Int32 = 0
  public var session: Int32 = 0
  /// Device number of the controlling terminal; 0 is none.
  public var terminal: Int32 = 0
  /// The group in the foreground of that terminal; -1 is none.
  public var foreground: Int32 = 0
  public var flags: UInt32 = 0
  public var minorFaults = 0
  public var childMinorFaults = 0
  public var majorFaults = 0
  public var childMajorFaults = 0
  public var userTicks = 0
  public var systemTicks = 0
  public var childUserTicks = 0
  public var childSystemTicks = 0
  public var priority = 0
  public var nice = 0
  public var threads = 0
  /// Ticks since boot.
  public var startTicks = 0
  /// Bytes.
  public var virtualSize = 0
  /// Pages.
  public var residentPages = 0
  /// Bytes; all bits set is no limit.
  public var residentLimit: UInt64 = 0
  /// Addresses; 0 or 1 to whom the kernel does not tell them.
  public var codeStart: UInt64 = 0
  public var codeEnd: UInt64 = 0
  public var stackStart: UInt64 = 0
  public var stackPointer: UInt64 = 0
  public var instructionPointer: UInt64 = 0
  public var processor = 0
  public var realTimePriority = 0
  public var policy = 0

  public init() {}

  /// PF_KTHREAD of the kernel's sched.h.
  public var isKernelThread: Bool { flags & 0x0020_0000 != 0 }

  /// PF_EXITING: it ends, before any of its descriptors is closed.
  public var isExiting: Bool { flags & 0x4 != 0 }

  /// Reads a line, without the numbers behind the resident pages unless `whole`.
  ///
  /// - Returns: the range of the name in it, which may hold any bytes; nil for anything that is not such a line.
  mutating func parse(_ line: UnsafeRawBufferPointer, whole: Bool = true)
    -> (pid: Int32, name: Range<Int>)?
  {
    // The name may itself hold spaces and parentheses: the last `)` ends it.
    guard let base = line.baseAddress, let begin = memchr(base, 0x28, line.count),
      let end = memrchr(base, 0x29, line.count)
    else { return nil }
    let open = begin - UnsafeMutableRawPointer(mutating: base)
    let close = end - UnsafeMutableRawPointer(mutating: base)
    guard open > 1, close > open, let pid = decimal(line[..<(open - 1)]) else { return nil }
    var scanner = NumberScanner(line, from: close + 1)
    guard let state = scanner.letter() else { return nil }
    self.state = state
    guard parseNumbers(&scanner) else { return nil }
    if whole { parseTail(&scanner) }
    return (pid, (open + 1)..<close)
  }

  private mutating func parseNumbers(_ scanner: inout NumberScanner) -> Bool {
    parent = scanner.int32()
    group = scanner.int32()
    session = scanner.int32()
    terminal = scanner.int32()
    foreground = scanner.int32()
    flags = UInt32(truncatingIfNeeded: scanner.number())
    minorFaults = scanner.number()
    childMinorFaults = scanner.number()
    majorFaults = scanner.number()
    childMajorFaults = scanner.number()
    userTicks = scanner.number()
    systemTicks = scanner.number()
    childUserTicks = scanner.number()
    childSystemTicks = scanner.number()
    priority = scanner.number()
    nice = scanner.number()
    threads = scanner.number()
    _ = scanner.number()
    startTicks = scanner.number()
    virtualSize = scanner.number()
    residentPages = scanner.number()
    return !scanner.failed
  }

  /// Old kernels know fewer fields than 41; what is missing is 0.
  private mutating func parseTail(_ scanner: inout NumberScanner) {
    residentLimit = scanner.address()
    codeStart = scanner.address()
    codeEnd = scanner.address()
    stackStart = scanner.address()
    stackPointer = scanner.address()
    instructionPointer = scanner.address()
    for _ in 0..<8 { _ = scanner.number() }
    processor = scanner.number()
    realTimePriority = scanner.number()
    policy = scanner.number()
  }
}

/// Numbers between blanks, read in place. What is missing or no number is 0, and `failed` is set.
struct NumberScanner {
  private var next: UnsafeRawPointer
  private let end: UnsafeRawPointer
  private(set) var failed = false

  init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0) {
    // An empty buffer may have no address.
    let base = bytes.baseAddress ?? UnsafeRawPointer(("" as StaticString).utf8Start)
    next = base + min(position, bytes.count)
    end = base + bytes.count
  }

  mutating func letter() -> UInt8? {
    skipBlanks()
    guard next < end else { return nil }
    defer { next += 1 }
    return next.load(as: UInt8.self)
  }

  /// With wrap-around where it does not fit.
  mutating func number() -> Int {
    skipBlanks()
    var isNegative = false
    if next < end, next.load(as: UInt8.self) == UInt8(ascii: "-") {
      isNegative = true
      next += 1
    }
    let start = next
    var value = 0
    while next < end {
      let digit = next.load(as: UInt8.self) &- 0x30
      if digit > 9 { break }
      value = value &* 10 &+ Int(digit)
      next += 1
    }
    if next == start { failed = true }
    return isNegative ? 0 &- value : value
  }

  mutating func int32() -> Int32 { Int32(truncatingIfNeeded: number()) }
  mutating func address() -> UInt64 { UInt64(bitPattern: Int64(number())) }

  @inline(__always)
  private mutating func skipBlanks() {
    while next < end {
      let byte = next.load(as: UInt8.self)
      guard byte == 0x20 || byte == 0x09 else { return }
      next += 1
    }
  }
}
