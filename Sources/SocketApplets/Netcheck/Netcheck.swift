public import Box
internal import DNS
internal import Linux
internal import Netlink
internal import Report

/// Looks once at everything that goes wrong in a pod's network, and says it in words.
public struct Netcheck: Command {
  var json = false
  var quiet = false

  public init() {}

  public static var manual: Manual<Netcheck> {
    Manual(
      "netcheck", "Find what is wrong with the pod's network, in words", family: .network,
      options: [
        .flag(nil, "json", "Print an object with all findings") { $0.json = true },
        .flag("q", "quiet", "Only what is wrong") { $0.quiet = true },
      ],
      examples: [
        ("netcheck", "Is anything wrong with the network here?"),
        ("netcheck --json", "The same for a program"),
      ],
      standard: "none; status 1 where something is wrong",
      deviations: [
        "looks at the resolver's files, interfaces, routes, queues, ports, retransmissions, drops",
        "sends nothing: dns, probe and tracepath do that",
        "counters count since the network namespace was made",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let operand = operands.first { throw .usage("\(operand): takes no operand") }
    let check = NetworkCheck(context)
    check.checkResolver()
    try check.checkInterfaces()
    try check.checkRoutes()
    try check.checkSockets()
    check.checkCounters()
    check.checkNode()
    if json { printJSON(check.findings, context) } else { printText(check.findings, context) }
    if check.findings.contains(where: { $0.grade == .wrong }) { context.fail() }
  }

  private func printText(_ findings: [Finding], _ context: Context) {
    for finding in findings {
      if quiet, finding.grade != .wrong { continue }
      context.output.line(
        left("\(finding.grade.word)", 6) + left("\(finding.topic)", 11)
          + Sanitize.escaped(finding.text))
      if !finding.evidence.isEmpty {
        context.output.line(
          String(repeating: " ", count: 17) + Sanitize.escaped(finding.evidence))
      }
    }
    let wrong = findings.filter { $0.grade == .wrong }.count
    context.output.line(wrong == 0 ? "nothing wrong found" : counted(wrong, "finding"))
  }

  private func printJSON(_ findings: [Finding], _ context: Context) {
    let shown = findings.filter { !quiet || $0.grade == .wrong }
    let objects = shown.map { finding in
      JSON.object([
        (key: "grade", value: .string("\(finding.grade.word)")),
        (key: "topic", value: .string("\(finding.topic)")),
        (key: "text", value: .string(finding.text)),
        (key: "evidence", value: finding.evidence.isEmpty ? .null : .string(finding.evidence)),
      ])
    }
    context.output.line(
      JSON.object([
        (key: "wrong", value: .number(findings.filter { $0.grade == .wrong }.count)),
        (key: "findings", value: .array(objects)),
      ]).text)
  }
}

/// `1 socket`, `2 sockets`.
func counted(_ count: Int, _ noun: StaticString) -> String {
  "\(count) \(noun)" + (count == 1 ? "" : "s")
}

/// One thing that was looked at.
struct Finding {
  enum Grade {
    case fine, note, wrong

    var word: StaticString {
      switch self {
      case .fine: "ok"
      case .note: "note"
      case .wrong: "WRONG"
      }
    }
  }

  let grade: Grade
  let topic: StaticString
  let text: String
  /// Where the numbers come from.
  let evidence: String
}

/// The checks, one after the other.
final class NetworkCheck {
  let context: Context
  let files: ProcNet
  let source: NetSource
  private(set) var findings: [Finding] = []

  init(_ context: Context) {
    self.context = context
    files = ProcNet(context.root)
    source = NetSource(context)
  }

  func add(
    _ grade: Finding.Grade, _ topic: StaticString, _ text: String, evidence: String = ""
  ) {
    findings.append(Finding(grade: grade, topic: topic, text: text, evidence: evidence))
  }

  /// Adds `text` where nothing of the topic is wrong or noted.
  func addFine(_ topic: StaticString, _ text: String) {
    let name = "\(topic)"
    if !findings.contains(where: { "\($0.topic)" == name && $0.grade == .wrong }) {
      add(.fine, topic, text)
    }
  }
}
