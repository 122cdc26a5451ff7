public import Box
internal import Linux

/// Runs a command and tells what it used. POSIX time(1), GNU time 1.9.
public struct Time: Command {
  var format: String?
  var path: String?
  var appends = false
  var isQuiet = false

  public init() {}

  public static var manual: Manual<Time> {
    Manual(
      "time", "Run a command and tell what time and memory it took", family: .shell,
      operands: "COMMAND [ARGUMENT]...", grammar: .posix,
      options: [
        .flag("a", "append", "Append to the file of -o") { $0.appends = true },
        .value("f", "format", "FORMAT", "What to tell: %e %U %S %M %P …, as time(1) names it") {
          $0.format = $1
        },
        .value("o", "output", "FILE", "Write to FILE, not to standard error") { $0.path = $1 },
        .flag("p", "portability", "The three lines of POSIX, and no more") {
          $0.format = TimeFormat.posix
          $0.isQuiet = true
        },
        .flag("q", "quiet", "Do not tell that the command failed") { $0.isQuiet = true },
        .flag("v", "verbose", "Everything, a line each") { $0.format = TimeFormat.verbose },
      ],
      examples: [
        ("time -p sleep 1", "How long does it take?"),
        ("time -f '%M KiB' ls -R /proc/1/root", "How much memory?"),
      ],
      standard: "POSIX time(1), GNU time(1)",
      deviations: ["unknown options end with 2, not 125"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else {
      throw Failure("no command given", status: TimeFormat.usageStatus)
    }
    let start = context.clock.monotonic()
    let pid = try context.spawn(operands)
    let (reason, usage) = try attempt { () throws(SystemError) in try Child.measure(pid) }
    let elapsed = context.clock.monotonic().since(start)
    var text = ""
    if !isQuiet {
      switch reason {
      case .exited(0): break
      case .exited(let status): text = "Command exited with non-zero status \(status)\n"
      case .signalled(let number): text = "Command terminated by signal \(number)\n"
      }
    }
    let wanted = format ?? context.variable("TIME") ?? TimeFormat.standard
    let values = TimeFormat(
      command: operands.joined(separator: " "), elapsed: elapsed, status: reason, usage: usage)
    text += values.text(wanted) + "\n"
    try write(text, context)
    if reason.status != 0 { throw .quiet(reason.status) }
  }

  private func write(_ text: String, _ context: Context) throws(Failure) {
    guard let path else {
      context.errors.write(text)
      context.errors.flush()
      return
    }
    let root = context.root
    try attempt { () throws(SystemError) in
      let mode: OpenMode = appends ? [.write, .create, .append] : [.write, .create, .truncate]
      let file = try root.open(path, mode)
      let bytes = text.bytes
      do throws(SystemError) {
        try file.write(bytes)
      } catch {
        throw error.about(path)
      }
    }
  }
}

/// The `%` conversions of time(1).
struct TimeFormat {
  let command: String
  /// Seconds.
  let elapsed: Double
  let status: ExitReason
  let usage: ResourceUsage

  static let usageStatus: Int32 = 125
  static let posix = "real %e\nuser %U\nsys %S"
  static let standard =
    "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n"
    + "%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps"
  static let verbose = """
    \tCommand being timed: "%C"
    \tUser time (seconds): %U
    \tSystem time (seconds): %S
    \tPercent of CPU this job got: %P
    \tElapsed (wall clock) time (h:mm:ss or m:ss): %E
    \tAverage shared text size (kbytes): %X
    \tAverage unshared data size (kbytes): %D
    \tAverage stack size (kbytes): %p
    \tAverage total size (kbytes): %K
    \tMaximum resident set size (kbytes): %M
    \tAverage resident set size (kbytes): %t
    \tMajor (requiring I/O) page faults: %F
    \tMinor (reclaiming a frame) page faults: %R
    \tVoluntary context switches: %w
    \tInvoluntary context switches: %c
    \tSwaps: %W
    \tFile system inputs: %I
    \tFile system outputs: %O
    \tSocket messages sent: %s
    \tSocket messages received: %r
    \tSignals delivered: %k
    \tPage size (bytes): %Z
    \tExit status: %x
    """

  func text(_ format: String) -> String {
    var result: [UInt8] = []
    var rest = format.bytes[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let letter = rest.popFirst() {
        result += value(Unicode.Scalar(letter))?.bytes ?? [UInt8(ascii: "?"), letter]
      } else if byte == UInt8(ascii: "\\"), let letter = rest.popFirst() {
        switch Unicode.Scalar(letter) {
        case "n": result.append(0x0A)
        case "t": result.append(0x09)
        case "\\": result.append(byte)
        default: result += [UInt8(ascii: "?"), byte, letter]
        }
      } else {
        result.append(byte == UInt8(ascii: "%") ? UInt8(ascii: "?") : byte)
      }
    }
    return String(bytes: result)
  }

  private func value(_ letter: Unicode.Scalar) -> String? {
    switch letter {
    case "%": "%"
    case "C": command
    case "e": fixed(elapsed, 2)
    case "E": clock
    case "U": fixed(usage.user, 2)
    case "S": fixed(usage.system, 2)
    case "P": percentage
    case "M": String(usage.largestResident)
    case "F": String(usage.majorFaults)
    case "R": String(usage.minorFaults)
    case "I": String(usage.blocksRead)
    case "O": String(usage.blocksWritten)
    case "w": String(usage.voluntarySwitches)
    case "c": String(usage.forcedSwitches)
    case "Z": String(Host.pageSize)
    case "x": String(exitStatus)
    // What Linux does not count.
    case "D", "K", "X", "W", "k", "p", "r", "s", "t": "0"
    default: nil
    }
  }

  private var exitStatus: Int32 {
    if case .exited(let status) = status { return status }
    return 0
  }

  private var percentage: String {
    guard elapsed > 0 else { return "?%" }
    return String(Int((usage.user + usage.system) * 100 / elapsed)) + "%"
  }

  /// `h:mm:ss`, or `m:ss.cc` below an hour.
  private var clock: String {
    let hundredths = Int(elapsed * 100)
    let two = { (value: Int) in (value < 10 ? "0" : "") + String(value) }
    let seconds = hundredths / 100
    if seconds >= 3600 {
      return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
    return "\(seconds / 60):\(two(seconds % 60)).\(two(hundredths % 100))"
  }
}
