public import Box
internal import HotSpot
internal import Linux

/// Prints and sets flags of a JVM, and prints its system properties.
public struct Jinfo: Command {
  public init() {}

  public static var manual: Manual<Jinfo> {
    Manual(
      "jinfo", "Print the flags and properties of a JVM, or set a flag", family: .runtimes,
      operands: "[-flag FLAG|-flags|-sysprops] PID", grammar: .own,
      options: [
        .word("flag", "FLAG", "Print a flag; +FLAG and -FLAG switch it, FLAG=VALUE sets it"),
        .word("flags", "", "The flags that differ from the default"),
        .word("sysprops", "", "The system properties"),
      ],
      examples: [
        ("jinfo -flags 1", "With which heap and collector does it run?"),
        ("jinfo -flag +HeapDumpOnOutOfMemoryError 1", "Switch on a manageable flag"),
      ],
      standard: "JDK 17 jinfo(1)",
      deviations: ["a flag that does not exist ends with status 1"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var rest = operands[...]
    let option = rest.first.flatMap { $0.hasPrefix("-") ? $0 : nil }
    if option != nil { rest.removeFirst() }
    var flag: String?
    switch option {
    case nil, "-flags", "-sysprops": break
    case "-flag":
      guard let name = rest.popFirst(), !name.isEmpty else { throw .usage("-flag: needs a FLAG") }
      flag = name
    case let other?:
      throw unknownOption(
        other, nearest: nearest(to: other, among: ["-flag", "-flags", "-sysprops"]))
    }
    guard let target = rest.popFirst() else { throw .usage("which process? give its PID") }
    if let more = rest.first { throw .usage("\(more): one operand too many") }
    let finder = try JavaFinder(context)
    let attachment = try Attachment(finder, try JVMTarget.one(target, finder))
    if let flag { return try self.flag(flag, attachment, context) }
    if option != "-flags" {
      context.output.line("Java System Properties:")
      try show(AttachRequest("properties"), attachment, context)
    }
    if option == nil { context.output.line("") }
    if option != "-sysprops" {
      context.output.line("VM Flags:")
      try show(AttachRequest("jcmd", ["VM.flags"]), attachment, context)
    }
    if option == nil {
      context.output.line("")
      try show(AttachRequest("jcmd", ["VM.command_line"]), attachment, context)
    }
  }

  private func flag(_ text: String, _ attachment: Attachment, _ context: Context) throws(Failure) {
    if text.hasPrefix("+") || text.hasPrefix("-") {
      let value = text.hasPrefix("+") ? "1" : "0"
      return try show(
        AttachRequest("setflag", [String(text.dropFirst()), value]), attachment, context)
    }
    if let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
      let value = String(text[text.utf8.index(after: equals)...])
      return try show(
        AttachRequest("setflag", [String(text[..<equals]), value]), attachment, context)
    }
    let reply = try attachment.text(AttachRequest("printflag", [text]))
    let refusal = "no such flag"
    guard reply.reply.status == 0, !reply.text.starts(with: refusal.utf8) else {
      throw .message("\(attachment.process.pid): \(reply.reply.complaint)")
    }
    context.output.write(Sanitize.masked(String(bytes: reply.text.prefix { $0 != 0x0A })) + "\n")
  }

  private func show(_ request: AttachRequest, _ attachment: Attachment, _ context: Context)
    throws(Failure)
  {
    let reply = try context.relay(request, to: attachment)
    guard reply.status == 0 else {
      throw .message("\(attachment.process.pid): \(reply.complaint)")
    }
  }
}
