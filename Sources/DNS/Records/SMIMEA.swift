extension RecordKind {
  /// What certificate a mail user has, RFC 8162.
  static var smimea: RecordKind { RecordKind("SMIMEA", .number8, .number8, .number8, .hexBlock) }
}
