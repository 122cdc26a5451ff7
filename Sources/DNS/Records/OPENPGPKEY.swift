extension RecordKind {
  /// A key for OpenPGP, RFC 7929.
  static var openpgpkey: RecordKind {
    RecordKind("OPENPGPKEY") {
      (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      guard !reader.isAtEnd else { throw .truncated }
      let key = reader.rest()
      if text.style.isMultiline { text.put("( ") }
      if text.style.omitsCrypto { text.put("[omitted]") } else { text.base64(key) }
      if text.style.isMultiline { text.put(" )") }
    }
  }
}
