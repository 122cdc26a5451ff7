internal import Box
internal import HotSpot
internal import Linux
internal import ProcFS

/// The PID that `text` spells.
func parsePID(_ text: String) throws(Failure) -> Int32 {
  guard let pid = decimal(Array(text.utf8)), pid > 0 else {
    throw .usage("\(text): not a process ID")
  }
  return pid
}

/// Copies the text of a JVM to standard output: as it is to a file or pipe, made safe for a terminal.
struct ReplyPrinter {
  private let output: Output
  private let isGuarded: Bool
  private var line: [UInt8] = []

  /// Longest line that is held back to be looked at.
  private static let longest = 65536

  init(_ context: Context) {
    output = context.output
    isGuarded = context.isInteractive
  }

  /// - Returns: false where nobody reads on.
  mutating func write(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard isGuarded else {
      bytes.withUnsafeBytes { output.write($0) }
      return output.failure == nil
    }
    for byte in bytes {
      if byte == UInt8(ascii: "\n") || line.count >= Self.longest { finishLine() }
      if byte == UInt8(ascii: "\n") { output.write(byte) } else { line.append(byte) }
    }
    output.flush()
    return output.failure == nil
  }

  mutating func finishLine() {
    let tab = UInt8(ascii: "\t")
    let isSafe = line.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || $0 == tab }
    if isSafe {
      output.write(line)
    } else {
      for (index, part) in line.split(separator: tab, omittingEmptySubsequences: false).enumerated()
      {
        if index > 0 { output.write(tab) }
        output.write(Sanitize.masked(String(bytes: part)))
      }
    }
    line = []
  }
}

extension Context {
  /// Sends `request` to the JVM and prints its answer.
  ///
  /// - Returns: the reply; the text has been printed.
  func relay(_ request: AttachRequest, to attachment: Attachment) throws(Failure) -> AttachReply {
    let printer = PrinterBox(ReplyPrinter(self))
    let context = self
    let pid = attachment.process.pid
    let isTerminal = Terminal.isTerminal(2)
    let reply = try attachment.execute(
      request, waiting: { if isTerminal { printer.noteOnce(context, pid) } },
      sink: { printer.printer.write($0) })
    printer.printer.finishLine()
    return reply
  }
}

/// The printer, where a closure and its maker share it.
private final class PrinterBox {
  var printer: ReplyPrinter
  private var hasNoted = false

  init(_ printer: ReplyPrinter) { self.printer = printer }

  func noteOnce(_ context: Context, _ pid: Int32) {
    if hasNoted { return }
    hasNoted = true
    context.note("waiting for the JVM of process \(pid); Ctrl-C ends the wait, not its work")
  }
}

/// The last thing a status 0 does not say: texts by which diagnostic commands admit that they failed.
enum Admission {
  /// - Returns: the line that tells of a failure, if any.
  static func find(_ command: String, _ head: [UInt8]) -> String? {
    let verb = String(command.prefix { $0 != " " })
    let acting: [StaticString] = [
      "JFR.", "GC.heap_dump", "Compiler.perfmap", "JVMTI.", "VM.set_flag", "Thread.dump_to_file",
      "VM.cds", "ManagementAgent.", "dumpheap", "inspectheap",
    ]
    guard acting.contains(where: { verb.hasPrefix("\($0)") }), verb != "JFR.check" else {
      return nil
    }
    let signs: [StaticString] = [
      "Dump failed", "Could not ", "Unable to ", "Dump file is incomplete", "No recordings to ",
      "No available recordings", "Failed to ", "Recording not started", "Heap dump failed",
      "Not a valid ", "Error dumping", "CodeCache perf map could not", "Couldn't ",
    ]
    for line in head.split(separator: UInt8(ascii: "\n")).prefix(40)
    where signs.contains(where: { line.starts(with: "\($0)".utf8) }) {
      return String(bytes: line)
    }
    return nil
  }
}

/// Says what a command will stop, and asks a person; `force` skips the question.
struct Pause {
  let force: Bool

  func confirm(_ what: String, _ pid: Int32, _ context: Context) throws(Failure) {
    context.note("process \(pid) stands still " + what)
    guard !force, Terminal.isTerminal(0), Terminal.isTerminal(2) else { return }
    context.errors.write("go on? [y/N] ")
    context.errors.flush()
    let answer = try context.input()
    let line = try attempt { () throws(SystemError) in try answer.line(limit: 256) }
    guard let first = line?.first, first | 0x20 == UInt8(ascii: "y") else {
      throw .message("not confirmed; --force goes on without a question")
    }
  }
}
