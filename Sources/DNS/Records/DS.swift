extension RecordKind {
  /// Digest of a key of a delegated zone, RFC 4034 section 5.
  static var ds: RecordKind { RecordKind("DS", .number16, .number8, .number8, .digestBlock) }
}
