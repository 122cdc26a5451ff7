extension RecordKind {
  /// An ISDN address with an optional subaddress, RFC 1183 section 3.2.
  static var isdn: RecordKind {
    RecordKind("ISDN") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.quoted(try reader.string())
      if reader.isAtEnd { return }
      text.space()
      text.quoted(try reader.string())
    }
  }
}
