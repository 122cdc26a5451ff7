extension RecordKind {
  /// Trust anchor link, expired draft, IANA registry.
  static var talink: RecordKind { RecordKind("TALINK", .name, .name) }
}
