import DNS
import Linux

/// A message from anybody is read to its end or refused, and its text is harmless.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let message = try? Message(bytes) else { return 0 }
  var style = MessageStyle()
  style.records.isMultiline = count % 2 == 0
  style.records.hasComments = true
  style.records.splitWidth = count % 60 / 4 * 4
  style.records.isPlain = count % 5 == 0
  style.records.hasTTLUnits = count % 3 == 0
  for byte in message.text(style) {
    precondition(byte >= 0x20 && byte < 0x7F || byte == 10 || byte == 9)
  }
  precondition(message.answers.count <= bytes.count / 11)
  if let question = message.questions.first {
    let chain = message.chain(from: question.name, question.type)
    precondition(chain.aliases.count <= Message.longestChain + 1)
    let again = try? DomainName(question.name.description)
    precondition(again?.wire == question.name.wire)
    _ = ReplyCheck(message).stray(bytes)
  }
  _ = message.bytes
  return 0
}
