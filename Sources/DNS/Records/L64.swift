extension RecordKind {
  /// A 64-bit locator, RFC 6742 section 2.3.
  static var l64: RecordKind { RecordKind("L64", .number16, .groups64) }
}
