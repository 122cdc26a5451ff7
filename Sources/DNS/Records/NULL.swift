extension RecordKind {
  /// Anything, RFC 1035 section 3.3.10.
  static var null: RecordKind {
    RecordKind("NULL") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.unknown(Array(reader.rest()))
    }
  }
}
