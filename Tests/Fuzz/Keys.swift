@testable import LineEditor

/// Keys in any pieces: the first byte says how long they are. What is typed is edited, laid out and drawn.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 1 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(all[1...])
  let piece = Int(all[0] % 16) + 1

  var decoder = KeyDecoder()
  var keys: [Key] = []
  for index in stride(from: 0, to: bytes.count, by: piece) {
    keys += decoder.feed(Array(bytes[index..<min(index + piece, bytes.count)]))
  }
  keys += decoder.flush()
  precondition(!decoder.isPending)
  precondition(keys.count <= bytes.count)

  var whole = KeyDecoder()
  precondition(whole.feed(bytes) + whole.flush() == keys)

  var buffer = EditBuffer()
  var screen = Screen()
  let columns = Int(all[0] / 8) + 1
  screen.reset(columns: columns, rows: 5)
  for key in keys.prefix(200) {
    edit(&buffer, key)
    precondition(buffer.cursor >= 0 && buffer.cursor <= buffer.bytes.count)
    var layout = Layout(columns: columns)
    layout.add(prompt: [0x3E])
    layout.add(line: buffer.bytes, cursor: buffer.cursor, continuation: [0x3E, 0x20])
    precondition(layout.picture.cursorColumn < max(columns, 2))
    let drawn = screen.draw(layout)
    precondition(drawn.allSatisfy { $0 >= 0x20 || [0x0A, 0x0D, 0x1B].contains($0) })
    precondition(screen.draw(layout).isEmpty)
  }
  return 0
}

private func edit(_ buffer: inout EditBuffer, _ key: Key) {
  switch key {
  case .text(let text), .paste(let text): buffer.insert(text)
  case .backspace: buffer.backspace()
  case .delete: buffer.delete()
  case .left: buffer.left()
  case .right: buffer.right()
  case .wordLeft: buffer.wordLeft()
  case .wordRight: buffer.wordRight()
  case .home: buffer.home()
  case .end: buffer.end()
  case .up: _ = buffer.up()
  case .down: _ = buffer.down()
  case .enter: buffer.insert([0x0A])
  case .altBackspace: buffer.killWordBack()
  case .controlDelete: buffer.killWord()
  case .control(UInt8(ascii: "K")): buffer.killToEnd()
  case .control(UInt8(ascii: "U")): buffer.killToStart()
  case .control(UInt8(ascii: "W")): buffer.killBlankBack()
  case .control(UInt8(ascii: "T")): buffer.transpose()
  case .control(UInt8(ascii: "Y")): buffer.yank()
  case .control(UInt8(ascii: "_")): buffer.undo()
  case .alt(UInt8(ascii: "y")): buffer.yankNext()
  case .alt(UInt8(ascii: "u")): buffer.change(.upper)
  case .alt(UInt8(ascii: "c")): buffer.change(.capital)
  default: break
  }
}
