import Box
import Linux
import Target

@testable import FileApplets

/// Any words are an expression or a usage error.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  // Actions that write files would litter.
  let words = bytes.split(separator: 0x0A).map { String(bytes: $0) }.filter {
    !$0.hasPrefix("-f") && !$0.hasPrefix("--f")
  }
  let context = Context(name: "find", output: .memory(), errors: .memory())
  var parser = FindParser(words, Paths(context), context)
  _ = try? parser.parse()
  if let word = words.first {
    if let change = ModeChange(word) {
      precondition(change.applied(to: 0o777, isFolder: true) <= 0o7777)
    }
    _ = FindNumber.size(word)
    _ = Dd.number(word)
    _ = ShellPattern(word).matches(bytes)
  }
  return 0
}
