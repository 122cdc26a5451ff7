extension RecordKind {
  /// The next hashed name of a zone, RFC 5155 section 3.
  static var nsec3: RecordKind {
    RecordKind("NSEC3") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(try reader.number8())
      text.space()
      text.put(try reader.number8())
      text.space()
      text.put(try reader.number16())
      text.space()
      let salt = try reader.string()
      if salt.isEmpty { text.put("-") } else { text.unbrokenHex(salt) }
      if text.style.isMultiline { text.put(" (") }
      text.breakLine()
      let hash = try reader.string()
      guard !hash.isEmpty else { throw .badValue }
      text.bytes += Digits.base32(hash)
      if text.style.isMultiline, !reader.isAtEnd {
        // The bit map starts a line: its first space gives way to the break.
        let start = text.bytes.count
        try TypeBitmap.write(&reader, to: &text)
        let types = Array(text.bytes[start...].dropFirst())
        text.bytes.removeLast(text.bytes.count - start)
        text.breakLine()
        text.bytes += types
      } else {
        try TypeBitmap.write(&reader, to: &text)
      }
      if text.style.isMultiline { text.put(" )") }
    }
  }
}
