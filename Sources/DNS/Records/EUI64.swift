extension RecordKind {
  /// A 64-bit interface identifier, RFC 7043 section 4.
  static var eui64: RecordKind { RecordKind("EUI64", .hyphenated(8)) }
}
