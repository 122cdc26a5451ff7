extension RecordKind {
  /// An OSI network service access point, RFC 1706.
  static var nsap: RecordKind {
    RecordKind("NSAP") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      guard !reader.isAtEnd else { throw .truncated }
      text.put("0x")
      text.unbrokenHex(reader.rest())
    }
  }
}
