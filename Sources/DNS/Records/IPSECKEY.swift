extension RecordKind {
  /// A key for IPsec, and the gateway to reach, RFC 4025.
  static var ipseckey: RecordKind {
    RecordKind("IPSECKEY") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      if text.style.isMultiline { text.put("( ") }
      text.put(try reader.number8())
      text.space()
      let type = try reader.number8()
      text.put(type)
      text.space()
      text.put(try reader.number8())
      text.space()
      switch type {
      case 0: text.put(".")
      case 1: text.put(address: try reader.take(4))
      case 2: text.put(address: try reader.take(16))
      case 3: text.put(try reader.name())
      default: throw .badValue
      }
      if !reader.isAtEnd {
        text.breakLine()
        text.base64(reader.rest())
      }
      if text.style.isMultiline { text.put(" )") }
    }
  }
}
