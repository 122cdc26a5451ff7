extension RecordKind {
  /// The agreement on a key, RFC 2930.
  static var tkey: RecordKind {
    RecordKind("TKEY") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(try reader.name())
      for _ in 0..<2 {
        text.space()
        text.put(try reader.number32())
      }
      text.space()
      text.put(try reader.number16())
      text.space()
      text.put(ResponseCode(try reader.number16()).description)
      for _ in 0..<2 {
        text.space()
        let size = try reader.number16()
        text.put(size)
        if size > 0 {
          text.space()
          text.base64(try reader.take(Int(size)))
        }
      }
    }
  }
}
