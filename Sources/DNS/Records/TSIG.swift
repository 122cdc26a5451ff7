extension RecordKind {
  /// The signature of a message, RFC 8945 section 4.2.
  static var tsig: RecordKind {
    RecordKind("TSIG") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(try reader.name())
      text.space()
      text.put(try reader.number48())
      text.space()
      text.put(try reader.number16())
      text.space()
      let size = try reader.number16()
      text.put(size)
      if size > 0 {
        text.space()
        text.base64(try reader.take(Int(size)))
      }
      text.space()
      text.put(try reader.number16())
      text.space()
      text.put(ResponseCode(try reader.number16()).description)
      text.space()
      let other = try reader.number16()
      text.put(other)
      if other > 0 {
        text.space()
        text.base64(try reader.take(Int(other)))
      }
    }
  }
}
