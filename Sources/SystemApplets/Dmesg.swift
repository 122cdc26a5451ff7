public import Box
internal import Linux

/// Shows the messages of the kernel, util-linux dmesg(1).
public struct Dmesg: Command {
  var humanTime = false
  var isRaw = false
  var hidesTime = false
  var decodes = false
  var onlyKernel = false
  var onlyUsers = false
  var levels: [Int]?
  var facilities: [Int]?
  var follows = false
  var onlyNew = false
  var clears = false
  var readsAndClears = false
  var action: KernelLog.Action?
  var consoleLevel: Int32 = 0
  var colours = false

  public init() {}

  static let levelNames: [StaticString] = [
    "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
  ]
  static let facilityNames: [StaticString] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp",
  ]

  public static var manual: Manual<Dmesg> {
    Manual(
      "dmesg", "Show the messages of the kernel", family: .system,
      options: [
        .flag("T", "ctime", "Times of day, not seconds since the start") { $0.humanTime = true },
        .flag("t", "notime", "Without times") { $0.hidesTime = true },
        .flag("r", "raw", "As the kernel has them") { $0.isRaw = true },
        .flag("x", "decode", "Facility and level in front") { $0.decodes = true },
        .flag("k", "kernel", "Only messages of the kernel") { $0.onlyKernel = true },
        .flag("u", "userspace", "Only messages of programs") { $0.onlyUsers = true },
        .parsed("l", "level", "LIST", "Only these levels: err,warn; err+ and above") {
          (dmesg: inout Dmesg, list: String) throws(Failure) in
          dmesg.levels = try Dmesg.numbers(list, Dmesg.levelNames, "level")
        },
        .parsed("f", "facility", "LIST", "Only these facilities: kern,daemon") {
          (dmesg: inout Dmesg, list: String) throws(Failure) in
          dmesg.facilities = try Dmesg.numbers(list, Dmesg.facilityNames, "facility")
        },
        .flag("w", "follow", "Go on as messages come") { $0.follows = true },
        .flag("W", "follow-new", "Only what comes from now on") {
          ($0.follows, $0.onlyNew) = (true, true)
        },
        .flag("C", "clear", "Empty the buffer") { $0.clears = true },
        .flag("c", "read-clear", "Show, then empty the buffer") { $0.readsAndClears = true },
        .flag("D", "console-off", "No messages on the console") { $0.action = .consoleOff },
        .flag("E", "console-on", "Messages on the console") { $0.action = .consoleOn },
        .parsed("n", "console-level", "LEVEL", "From which level on messages go to the console") {
          (dmesg: inout Dmesg, text: String) throws(Failure) in
          let level = try Dmesg.numbers(text, Dmesg.levelNames, "level").first ?? 0
          (dmesg.action, dmesg.consoleLevel) = (.consoleLevel, Int32(level + 1))
        },
      ],
      examples: [
        ("dmesg -T | grep -i oom", "Did the kernel kill a process for its memory?"),
        ("dmesg -w -l err,warn", "Watch for trouble"),
      ],
      standard: "util-linux 2.38 dmesg(1)",
      deviations: ["no pager and no colours; unprintable bytes are escaped as elsewhere"])
  }

  static func numbers(_ list: String, _ names: [StaticString], _ what: String) throws(Failure)
    -> [Int]
  {
    var numbers: [Int] = []
    for word in list.split(separator: ",") {
      let isUp = word.hasSuffix("+")
      let name = isUp ? String(word.dropLast()) : String(word)
      let index = names.firstIndex { "\($0)" == name } ?? Int(name)
      guard let index, names.indices.contains(index) else {
        throw .usage("\(word): unknown \(what)")
      }
      numbers += isUp ? Array(0...index) : [index]
    }
    guard !numbers.isEmpty else { throw .usage("which \(what)?") }
    return numbers
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let first = operands.first { throw .usage("\(first): takes no operands") }
    do throws(SystemError) {
      if clears { return try KernelLog.perform(.clear) }
      if let action { return try KernelLog.perform(action, consoleLevel) }
      if follows { return try follow(context) }
      try all(context)
    } catch {
      throw Self.explained(error, context)
    }
  }

  private func all(_ context: Context) throws(SystemError) {
    let origin = Self.start(context)
    for line in try KernelLog.contents(clearing: readsAndClears).split(separator: 0x0A) {
      write(KernelMessage(line: line), origin, context)
    }
  }

  /// The time of day when the kernel started to count.
  private static func start(_ context: Context) -> Double {
    let now = context.clock.now()
    return Double(now.seconds) + Double(now.nanoseconds) / 1e9
      - Clock.sinceBoot().since(Instant(seconds: 0))
  }

  /// `/dev/kmsg` gives a record for each read.
  private func follow(_ context: Context) throws(SystemError) {
    let file = try File.open("/dev/kmsg", .read)
    if onlyNew { try file.seek(to: 0, .end) }
    let origin = Self.start(context)
    var record = [UInt8](repeating: 0, count: 8192)
    while context.output.failure == nil {
      do throws(SystemError) {
        let count = try file.read(into: &record)
        if count == 0 { return }
        if let message = KernelMessage(record: record[..<count]) {
          write(message, origin, context)
          context.output.flush()
        }
      } catch {
        // EPIPE: messages were lost to newer ones; the next read goes on behind the gap.
        guard error.errno == .brokenPipe else { throw error }
      }
    }
  }

  private func write(_ message: KernelMessage, _ origin: Double, _ context: Context) {
    if onlyKernel, message.facility != 0 { return }
    if onlyUsers, message.facility == 0 { return }
    if let levels, !levels.contains(message.level) { return }
    if let facilities, !facilities.contains(message.facility) { return }
    var line = ""
    if isRaw { line = "<\(message.facility << 3 | message.level)>" }
    if decodes {
      line = Self.padded(Self.name(message.facility, Self.facilityNames), 6)
      line += ":" + Self.padded(Self.name(message.level, Self.levelNames), 6) + ": "
    }
    if let seconds = message.seconds, !hidesTime || isRaw {
      line += time(seconds, origin)
    }
    context.output.line(line + Sanitize.escaped(String(bytes: message.text)))
  }

  private func time(_ seconds: Double, _ origin: Double) -> String {
    if humanTime, !isRaw {
      let instant = Instant(seconds: Int((origin + seconds).rounded(.down)))
      return "[" + format(instant.local, "%a %b %e %H:%M:%S %Y") + "] "
    }
    let text = fixed(seconds, 6)
    return "[" + String(repeating: " ", count: max(0, 12 - text.utf8.count)) + text + "] "
  }

  private static func name(_ number: Int, _ names: [StaticString]) -> String {
    names.indices.contains(number) ? "\(names[number])" : String(number)
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  private static func explained(_ error: SystemError, _ context: Context) -> Failure {
    guard error.errno == .notPermitted || error.errno == .denied else { return .system(error) }
    let restricts = (try? context.root.contents("/proc/sys/kernel/dmesg_restrict"))?.first
    let why = restricts == 0x31 ? " (kernel.dmesg_restrict is 1)" : ""
    return Failure(
      "the kernel's messages need CAP_SYSLOG\(why)",
      advice: "kubectl debug --profile=sysadmin, or look on the node", errno: error.errno)
  }
}

/// One message: where it is from, how bad it is, when, and what.
struct KernelMessage: Equatable {
  var facility = 0
  var level = 6
  /// Since the start of the kernel.
  var seconds: Double?
  var text: [UInt8]

  /// `<6>[    1.234567] text`, as syslog(2) has it.
  init(line: ArraySlice<UInt8>) {
    var rest = line
    if rest.first == UInt8(ascii: "<"), let end = rest.prefix(6).firstIndex(of: UInt8(ascii: ">")),
      let priority = Int(String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)),
      priority >= 0
    {
      (facility, level) = (priority >> 3, priority & 7)
      rest = rest[(end + 1)...]
    }
    if rest.first == UInt8(ascii: "["), let end = rest.prefix(40).firstIndex(of: UInt8(ascii: "]"))
    {
      let digits = rest[(rest.startIndex + 1)..<end].drop { $0 == 0x20 }
      if let value = parseDouble(String(decoding: digits, as: UTF8.self)), value.isFinite {
        seconds = value
        rest = rest[(end + 1)...]
        if rest.first == 0x20 { rest = rest.dropFirst() }
      }
    }
    text = Array(rest)
  }

  /// `6,1234,5678901,-;text`, as `/dev/kmsg` has it; lines of properties follow.
  init?(record: ArraySlice<UInt8>) {
    guard let semicolon = record.firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let fields = record[..<semicolon].split(separator: UInt8(ascii: ","))
    guard fields.count >= 3, let priority = Int(String(decoding: fields[0], as: UTF8.self)),
      priority >= 0, let microseconds = Int(String(decoding: fields[2], as: UTF8.self))
    else { return nil }
    (facility, level) = (priority >> 3, priority & 7)
    seconds = Double(microseconds) / 1e6
    let rest = record[(semicolon + 1)...]
    text = Array(rest.prefix { $0 != 0x0A })
  }
}
