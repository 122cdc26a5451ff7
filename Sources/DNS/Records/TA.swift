extension RecordKind {
  /// A trust anchor, IANA registry.
  static var ta: RecordKind { RecordKind("TA", .number16, .number8, .number8, .digestBlock) }
}
