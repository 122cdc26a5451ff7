extension RecordKind {
  /// Host identity and rendezvous servers, RFC 8005.
  static var hip: RecordKind {
    RecordKind("HIP") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      let tagLength = Int(try reader.number8())
      let algorithm = try reader.number8()
      let keyLength = Int(try reader.number16())
      guard tagLength > 0, keyLength > 0 else { throw .badValue }
      if text.style.isMultiline { text.put("( ") }
      text.put(algorithm)
      text.space()
      text.unbrokenHex(try reader.take(tagLength))
      text.breakLine()
      text.bytes += Digits.base64(try reader.take(keyLength))
      while !reader.isAtEnd {
        text.breakLine()
        text.put(try reader.name())
      }
      if text.style.isMultiline { text.put(" )") }
    }
  }
}
