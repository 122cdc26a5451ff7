public import Box
internal import Linux

/// Evaluates a condition. POSIX test(1), with the additions of coreutils.
public struct Test: Command {
  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Test> {
    Manual(
      "test", "Compare strings and numbers, ask about files", family: .shell,
      operands: "[EXPRESSION]", grammar: .literal,
      options: [
        .flag("bcdfpS", nil, "FILE is a block or character device, folder, file, FIFO, socket") {
          _ in
        },
        .flag("eshL", nil, "FILE is there; is not empty; is a link (h and L)") { _ in },
        .flag("rwx", nil, "We may read, write, execute FILE") { _ in },
        .flag("gkuGON", nil, "FILE is set-group, sticky, set-user; our group's, ours; unread") {
          _ in
        },
        .flag("t", nil, "Descriptor FD is a terminal") { _ in },
        .flag("nz", nil, "STRING is not empty; is empty") { _ in },
      ],
      examples: [
        ("test -s /proc/1/root/etc/hosts", "Is there a file, with something in it?"),
        ("[ \"$n\" -gt 3 -a -d /tmp ]", "Both; -eq -ne -lt -le -gt -ge compare numbers"),
        ("[ new -nt old -o one -ef other ]", "Newer, or the same file; also -ot"),
        ("[ abc '<' abd ]", "Compare strings by their bytes"),
      ],
      standard: "POSIX test(1), coreutils test(1)",
      deviations: [
        "< and > compare strings as in bash; = == != -a -o ! and ( ) are as everywhere",
        "as the standard has it, test --help is a condition; [ --help shows this",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var words = operands
    if context.name == "[" {
      if words == ["--help"], let applet = context.applets.named("[") {
        return context.output.write(help(applet.page(), calledAs: context.name))
      }
      guard words.popLast() == "]" else { throw .usage("missing ']'") }
    }
    var condition = Condition(words, files: FileQuestions(context))
    if try !condition.value() { throw .quiet(ExitStatus.failure) }
  }
}
