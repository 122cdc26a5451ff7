extension RecordKind {
  /// A mail group member, RFC 1035 section 3.3.6.
  static var mg: RecordKind { RecordKind("MG", .name) }
}
