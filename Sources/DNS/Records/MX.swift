extension RecordKind {
  /// A mail exchanger and its preference, RFC 1035 section 3.3.9.
  static var mx: RecordKind { RecordKind("MX", .number16, .name) }
}
