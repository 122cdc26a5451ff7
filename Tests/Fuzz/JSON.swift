import Linux
import Report

/// A text is JSON or is refused; what was read and written again reads as the same.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  _ = JSONReader.range(of: ["a", "b"], in: bytes)
  guard let value = try? JSON(parsing: bytes) else { return 0 }
  let text = value.text
  guard let again = try? JSON(parsing: text.bytes) else { fatalError("what we write is no JSON") }
  _ = again.text
  if let range = JSONReader.range(of: [], in: bytes) {
    precondition((try? JSON(parsing: Array(bytes[range])))?.text == text)
  }
  return 0
}
