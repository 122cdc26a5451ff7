extension RecordKind {
  /// Route through, RFC 1183 section 3.3.
  static var rt: RecordKind { RecordKind("RT", .number16, .name) }
}
