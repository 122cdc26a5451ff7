extension RecordKind {
  /// Geographical position, RFC 1712.
  static var gpos: RecordKind { RecordKind("GPOS", .string, .string, .string) }
}
