@testable import TerminalApplets

/// A line of a stranger on the screen: the first bytes choose the width and the options. Only text and SGR come out.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 2 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let line = Array(all[2...])
  var renderer = LineRenderer()
  renderer.columns = Int(all[0] % 100) + 1
  renderer.chops = all[1] & 1 != 0
  renderer.passesColour = all[1] & 2 != 0
  renderer.shift = Int(all[1] >> 4)
  renderer.tab = Int(all[1] >> 2 & 3) + 1

  let rows = renderer.rows(line) { plain in
    plain.count > 3 ? [1..<2, 2..<plain.count] : []
  }
  precondition(!rows.isEmpty && rows.count <= line.count * 8 + 1)
  for row in rows { precondition(isSafe(row)) }
  precondition(renderer.plain(line).count <= line.count)

  var masker = SecretMasker()
  var masked: [UInt8] = []
  for index in stride(from: 0, to: line.count, by: 7) {
    masked += masker.add(Array(line[index..<min(index + 7, line.count)]))
    if all[1] & 8 != 0 { masked += masker.flush() }
  }
  masked += masker.finish()
  precondition(masked.count <= line.count * 7 + 6)
  _ = Recording.lastTime(line[...])
  return 0
}

/// Whether escapes are those of SGR only.
private func isSafe(_ row: [UInt8]) -> Bool {
  var index = 0
  while index < row.count {
    if row[index] == 0x1B {
      guard let end = LineRenderer.endOfSGR(row, index) else { return false }
      index = end
    } else if row[index] < 0x20 || row[index] == 0x7F {
      return false
    } else {
      index += 1
    }
  }
  return true
}
