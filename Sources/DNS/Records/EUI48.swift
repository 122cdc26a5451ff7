extension RecordKind {
  /// A 48-bit interface identifier, RFC 7043 section 3.
  static var eui48: RecordKind { RecordKind("EUI48", .hyphenated(6)) }
}
