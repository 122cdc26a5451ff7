extension RecordKind {
  /// The digest that a child wants its parent to have, RFC 7344.
  static var cds: RecordKind { RecordKind("CDS", .number16, .number8, .number8, .digestBlock) }
}
