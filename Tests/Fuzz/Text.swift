import Box
import Linux
import Report

/// Foreign bytes survive as text, and nothing dangerous survives the escaping.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let text = String(bytes: bytes)
  precondition(text.bytes == bytes)

  let escaped = Sanitize.escaped(text)
  precondition(escaped.unicodeScalars.allSatisfy(Sanitize.isSafe))
  precondition(Sanitize.masked(text).unicodeScalars.allSatisfy(Sanitize.isSafe))
  precondition(displayWidth(escaped) >= 0)
  precondition(displayWidth(text) <= 4 * count)

  let json = JSON.object([(key: text, value: .array([.string(text), .number(count)]))]).text
  precondition(json.unicodeScalars.allSatisfy(Sanitize.isSafe))
  precondition(isBalanced(json))

  precondition(wrap(text, indent: 4).utf8.count <= 6 * count + 100)
  if let number = parseDouble(text) { _ = fixed(number, 3) }
  if let signal = Signal(name: text) { precondition(Signal(name: signal.name) == signal) }
  if let amount = Quantity.parse(text) { _ = Quantity.size(amount) }
  _ = nearest(to: text, among: ["pgrep", "--help"])
  return 0
}

/// Whether all strings of the JSON end, and its brackets match.
private func isBalanced(_ json: String) -> Bool {
  var depth = 0
  var quoted = false
  var escaping = false
  for byte in json.utf8 {
    if escaping {
      escaping = false
    } else if quoted {
      escaping = byte == UInt8(ascii: "\\")
      quoted = byte != UInt8(ascii: "\"")
    } else if byte == UInt8(ascii: "\"") {
      quoted = true
    } else {
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
      if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
    }
  }
  return depth == 0 && !quoted
}
