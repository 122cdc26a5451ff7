extension RecordKind {
  /// A mail destination, RFC 1035 section 3.3.4.
  static var md: RecordKind { RecordKind("MD", .name) }
}
