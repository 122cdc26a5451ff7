extension RecordKind {
  /// A mailbox, RFC 1035 section 3.3.3.
  static var mb: RecordKind { RecordKind("MB", .name) }
}
