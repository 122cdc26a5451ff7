extension RecordKind {
  /// A mail rename, RFC 1035 section 3.3.8.
  static var mr: RecordKind { RecordKind("MR", .name) }
}
