extension RecordKind {
  /// Digest of a zone, RFC 8976.
  static var zonemd: RecordKind {
    RecordKind("ZONEMD", .number32, .number8, .number8, .digestBlock)
  }
}
