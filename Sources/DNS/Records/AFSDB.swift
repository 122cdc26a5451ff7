extension RecordKind {
  /// An AFS cell or DCE server, RFC 1183 section 1.
  static var afsdb: RecordKind { RecordKind("AFSDB", .number16, .name) }
}
