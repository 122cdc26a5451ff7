extension RecordKind {
  /// A 32-bit locator, RFC 6742 section 2.2.
  static var l32: RecordKind { RecordKind("L32", .number16, .address4) }
}
