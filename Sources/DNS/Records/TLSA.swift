extension RecordKind {
  /// What certificate a TLS server has, RFC 6698.
  static var tlsa: RecordKind { RecordKind("TLSA", .number8, .number8, .number8, .hexBlock) }
}
