import Box
import Linux

@testable import Digests
@testable import Patterns
@testable import Sorting
@testable import TextApplets

/// What users type to text tools, and files of sums: the first byte tells which.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(all[1...].prefix(4096))
  let text = String(bytes: bytes)
  switch all[0] {
  case UInt8(ascii: "e"), UInt8(ascii: "b"), UInt8(ascii: "f"):
    let syntax: Pattern.Syntax =
      all[0] == UInt8(ascii: "e") ? .extended : all[0] == UInt8(ascii: "b") ? .basic : .literal
    search(bytes, syntax)
  case UInt8(ascii: "t"):
    if let set = try? CharacterSet(text) {
      _ = set.expanded(to: 300)
      _ = set.cases(to: 300)
      _ = try? TrPlan(Tr(), [text, "a-z"])
    }
  case UInt8(ascii: "c"):
    if let list = try? PositionList(text) {
      precondition(list.ranges.allSatisfy { $0.lowerBound > 0 })
      _ = list.complement
    }
  case UInt8(ascii: "h"):
    if let format = try? HexFormat(bytes), format.bytes > 0, format.bytes <= 4096 {
      let output = Output.memory()
      let writer = HexWriter([format])
      writer.write(
        all + [UInt8](repeating: 0, count: writer.block), count: count, address: 0, output)
      writer.writeEnd(count, output)
    }
  case UInt8(ascii: "k"):
    if let key = try? SortKey(text) {
      let order = LineOrder(keys: [key], global: [], separator: nil, stable: false)
      all.withUnsafeBytes { a in
        bytes.withUnsafeBytes { b in
          precondition((order.compare(a, b) < 0) == (order.compare(b, a) > 0))
        }
      }
    }
  case UInt8(ascii: "o"): _ = try? OdType.parse(text)
  case UInt8(ascii: "x"):
    var splitter = ArgumentSplitter(separator: nil, mode: .words)
    for byte in bytes { guard (try? splitter.take(byte)) != nil else { return 0 } }
  default: _ = SumLine(bytes, .sha256, length: 32)
  }
  return 0
}

/// The rest behind the first newline is searched for what is before it.
private func search(_ bytes: [UInt8], _ syntax: Pattern.Syntax) {
  let end = bytes.firstIndex(of: 10) ?? bytes.count
  guard let matcher = try? LineMatcher([Array(bytes[..<end])], syntax, []) else { return }
  // AddressSanitizer takes what regexec(3) searches for a C string, which REG_STARTEND says it need not be.
  let buffer = Array(bytes[end...]) + [10, 0]
  buffer.withUnsafeBytes { whole in
    let view = UnsafeRawBufferPointer(rebasing: whole.dropLast())
    var start = 0
    while let line = matcher.nextLine(in: view, from: start) {
      precondition(line.lowerBound >= start && line.upperBound < view.count)
      guard let match = matcher.nextMatch(in: view, line, from: line.lowerBound) else {
        preconditionFailure("a line matches, but nothing in it")
      }
      precondition(match.lowerBound >= line.lowerBound && match.upperBound <= line.upperBound)
      start = line.upperBound + 1
    }
  }
}
