extension RecordKind {
  /// What a parent should copy from its child, RFC 7477.
  static var csync: RecordKind { RecordKind("CSYNC", .number32, .number16, .typeBitmap) }
}
