extension RecordKind {
  /// Status of a zone, expired draft, IANA registry.
  static var ninfo: RecordKind { RecordKind("NINFO", .strings) }
}
