import Box
import LineEditor
import Linux

@testable import Completion

/// Any line with the cursor anywhere: it is coloured without overlap, and candidates replace what is there.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let line = Array(all[1...])
  var last = 0
  for style in Highlighter.styles(line, isCommand: { $0.utf8.count % 2 == 0 }) {
    precondition(style.range.lowerBound >= last && style.range.upperBound <= line.count)
    last = style.range.upperBound
  }
  _ = Highlighter.isComplete(line)

  var world = CompletionWorld(Context(name: "sh", output: .memory(), errors: .memory()))
  world.commands = { [.init("kill"), .init("a b")] }
  world.entries = { _ in [.init("it's"), .init("a\nb"), .init("folder", isFolder: true)] }
  world.processes = { [.init("1", "init")] }
  world.targets = { [] }
  world.hosts = { ["localhost"] }
  world.domains = { ["svc.local"] }
  let cursor = min(Int(all[0]), line.count)
  let proposal = Completer(world).proposal(line, cursor)
  precondition(proposal.candidates.isEmpty || proposal.range.upperBound == cursor)
  _ = proposal.commonPrefix
  _ = Hosts.names(line)
  _ = Hosts.domains(line)
  return 0
}
