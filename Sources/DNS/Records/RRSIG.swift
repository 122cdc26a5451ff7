extension RecordKind {
  /// A signature of a record set, RFC 4034 section 3.
  static var rrsig: RecordKind { RecordKind(signature: "RRSIG") }

  /// Its forerunner, RFC 2535 section 4; today of a transaction, RFC 2931.
  static var sig: RecordKind { RecordKind(signature: "SIG") }

  private init(signature mnemonic: StaticString) {
    self.init(
      mnemonic, .type, .number8, .number8, .number32, .number32, .number32, .number16, .name,
      .base64Block
    ) { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(RecordType(try reader.number16()).description)
      text.space()
      text.put(try reader.number8())
      text.space()
      text.put(try reader.number8())
      text.space()
      text.put(try reader.number32())
      if text.style.isMultiline { text.put(" (") }
      text.breakLine()
      text.put(time: try reader.number32())
      text.space()
      text.put(time: try reader.number32())
      text.space()
      text.put(try reader.number16())
      text.space()
      text.put(try reader.name())
      text.breakLine()
      let signature = reader.rest()
      if text.style.omitsCrypto { text.put("[omitted]") } else { text.base64(signature) }
      if text.style.isMultiline { text.put(" )") }
    }
  }
}

extension RecordText {
  fileprivate mutating func put(time: UInt32) {
    for (index, part) in TimeToLive.calendar(time).enumerated() {
      put(part, digits: index == 0 ? 4 : 2)
    }
  }
}
