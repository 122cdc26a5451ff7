extension RecordKind {
  /// Application visibility and control, IANA registry.
  static var avc: RecordKind { RecordKind("AVC", .strings) }
}
