/// What to ask and how; makes the message.
public struct Query: Sendable {
  public var question: Question
  public var id: UInt16
  public var flags: HeaderFlags = .recursionDesired
  public var operation = Operation.query
  /// nil: none.
  public var edns: EDNS? = EDNS()
  /// The serial number that an incremental transfer starts from, RFC 1995.
  public var serial: UInt32?
  /// Without a question.
  public var isHeaderOnly = false
  /// The message is made as long as a multiple of this, RFC 7830; 0 is off.
  public var paddingBlock = 0

  public init(_ question: Question, id: UInt16) {
    self.question = question
    self.id = id
  }

  public var message: Message {
    var message = Message()
    message.id = id
    message.flags = flags
    message.operation = operation
    message.edns = edns
    if !isHeaderOnly { message.questions = [question] }
    message.counts[0] = message.questions.count
    if let serial {
      var data = DomainName.root.wire + DomainName.root.wire
      for number in [serial, 0, 0, 0, 0] {
        for shift in [24, 16, 8, 0] as [UInt32] { data.append(UInt8(number >> shift & 0xFF)) }
      }
      message.authorities = [Record(name: question.name, type: .soa, timeToLive: 0, data: data)]
      message.counts[2] = 1
    }
    if edns != nil { message.counts[3] = 1 }
    return message
  }

  /// The message as it is sent, padded.
  public var bytes: [UInt8] {
    var message = message
    let bytes = message.bytes
    guard paddingBlock > 0, var edns else { return bytes }
    let size = bytes.count + 4
    let room = (paddingBlock - size % paddingBlock) % paddingBlock
    edns.options.append(EDNSOption(EDNSOption.padding, [UInt8](repeating: 0, count: room)))
    message.edns = edns
    return message.bytes
  }
}
