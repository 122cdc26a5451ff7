import Applets
import Box
import Completion
import Linux
import LineEditor
import Session

/// Reads lines as the shell does and says what it read, or runs an applet, for Tests/Terminal. It is in no image.
@c(editor_demo_main)
func entry(_ count: Int32, _ vector: UnsafePointer<UnsafePointer<CChar>?>) -> Int32 {
  prepare()
  let context = Context(
    name: "editor-demo", output: Output(descriptor: 1), errors: Output(descriptor: 2),
    environment: environment(), applets: registry())
  let words = (0..<Int(max(count, 0))).compactMap { vector[$0].map { String(foreign: $0) } }
  // As an applet by its own name, or by its first argument.
  for start in words.indices.prefix(2) {
    let isOption = start == 1 && words[1].hasPrefix("--")
    let name = isOption ? "debugbox" : baseName(words[start])
    guard let applet = registry().named(name) else { continue }
    var inner = context.renamed(name)
    return applet.run(Array(words.dropFirst(isOption ? 1 : start + 1)), &inner)
  }
  let session = Session(context)
  if context.variable("DEMO_GREETING") != nil {
    for line in session.greeting { context.output.line(line) }
  }
  context.output.flush()
  var world = CompletionWorld(context)
  world.jobs = { [.init("1", "sleep 100"), .init("2", "cat")] }
  let editor = session.editor(context, world)
  let prompt =
    context.variable("DEMO_PROMPT") ?? session.prompt(folder: Process.workingFolder ?? "?")
  while true {
    switch editor.read(prompt: prompt, timeout: session.idleLimit) {
    case .line(let line):
      context.output.line("read [\(Sanitize.escaped(String(bytes: line)))]")
    case .interrupted: context.output.line("interrupted")
    case .endOfFile:
      context.output.line("end")
      context.output.flush()
      return 0
    case .timedOut:
      context.output.line("idle")
      context.output.flush()
      return 3
    }
    context.output.flush()
  }
}
