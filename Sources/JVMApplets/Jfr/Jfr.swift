public import Box
internal import HotSpot
internal import JFR
internal import Linux
internal import ProcFS

/// Records a JVM's flight recording from outside, and reads recordings.
public struct Jfr: Command {
  var output: String?
  var settings = "profile"
  var events: String?
  var depth = 5
  var force = false

  public init() {}

  public static var manual: Manual<Jfr> {
    Manual(
      "jfr", "Record a JVM with its flight recorder, and read recordings", family: .runtimes,
      operands: "PID [SECONDS]|{summary|print|hot|collapsed} FILE",
      options: [
        .value(nil, "events", "NAMES", "Only these events, in print, hot and collapsed") {
          $0.events = $1
        },
        .value("o", "output", "FILE", "Write the recording to FILE of this container; - is stdout")
        {
          $0.output = $1
        },
        .value(nil, "settings", "NAME", "How much to record: default, or profile as here") {
          $0.settings = $1
        },
        .value(nil, "stack-depth", "DEPTH", "Frames of each stack in print, 5 unless told") {
          (options: inout Jfr, depth: Int) in options.depth = depth
        },
      ],
      examples: [
        ("jfr 1 30 -o x.jfr", "Record half a minute; nothing stays in the target"),
        ("jfr hot x.jfr | head", "Which methods use the processor?"),
        ("jfr collapsed x.jfr > x.txt", "Stacks for a flame graph"),
        ("jfr print --events GarbageCollection x.jfr", "As the JDK's jfr prints it"),
      ],
      standard: "JDK 17 jfr(1) for summary and print",
      deviations: [
        "PID, hot and collapsed are additions",
        "metadata, configure, assemble and disassemble are refused, and so are --json, --xml and --categories",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let verb = operands.first else {
      throw .usage("what? a PID, or summary, print, hot, collapsed")
    }
    if let pid = decimal(Array(verb.utf8)) {
      guard operands.count <= 2 else { throw .usage("\(operands[2]): one operand too many") }
      let seconds = try Self.duration(operands.count == 2 ? operands[1] : "10")
      let recorder = JfrRecorder(pid: pid, seconds: seconds, settings: settings, output: output)
      return try recorder.run(&context)
    }
    let refused: [StaticString] = [
      "metadata", "configure", "assemble", "disassemble", "view", "scrub",
    ]
    if refused.contains(where: { "\($0)" == verb }) {
      throw .usage(
        "\(verb): is not among what this jfr does; it has summary, print, hot, collapsed")
    }
    let verbs = ["summary", "print", "hot", "collapsed"]
    guard verbs.contains(where: { $0 == verb }) else {
      let hint = nearest(to: verb, among: verbs).map { "; did you mean \($0)?" } ?? ""
      throw .usage("\(verb): neither a PID nor a command" + hint)
    }
    guard operands.count == 2 else { throw .usage("\(verb): needs one FILE") }
    let recording = Recording(operands[1])
    switch verb {
    case "summary": try JfrSummary().show(recording, context)
    case "print": try JfrPrinter(filter: JfrFilter(events), depth: depth).show(recording, context)
    case "hot": try JfrProfile(events).showHot(recording, &context)
    default: try JfrProfile(events).showCollapsed(recording, context)
    }
  }

  /// `30`, `30s`, `5m`, `1h` in seconds.
  private static func duration(_ text: String) throws(Failure) -> Int {
    let digits = text.prefix { $0 >= "0" && $0 <= "9" }
    let unit = String(text.dropFirst(digits.count))
    let factor = unit.isEmpty || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0
    guard factor > 0, let number = Int(String(digits)), number > 0, number <= 86400 / factor else {
      throw .usage("\(text): not a duration of at most a day, as in 30, 30s or 5m")
    }
    return number * factor
  }
}

/// Which events are wanted, by their names with or without `jdk.`; `*` stands for anything at an end.
struct JfrFilter {
  private let names: [String]

  init(_ text: String?) {
    names = (text ?? "").split(separator: ",").map { String($0) }
  }

  func admits(_ name: String) -> Bool {
    if names.isEmpty { return true }
    let short = baseName(JfrFilter.slashed(name))
    return names.contains { Self.matches($0, name) || Self.matches($0, short) }
  }

  private static func slashed(_ name: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars { scalars.append(scalar == "." ? "/" : scalar) }
    return String(scalars)
  }

  private static func matches(_ pattern: String, _ name: String) -> Bool {
    let bytes = Array(pattern.utf8)
    let text = Array(name.utf8)
    guard let star = bytes.firstIndex(of: UInt8(ascii: "*")) else { return bytes == text }
    let tail = bytes[(star + 1)...]
    return text.count >= bytes.count - 1 && text.starts(with: bytes[..<star])
      && text.suffix(tail.count).elementsEqual(tail)
  }
}
