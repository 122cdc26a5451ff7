extension RecordKind {
  /// Who answers for a mailbox, RFC 1035 section 3.3.7.
  static var minfo: RecordKind { RecordKind("MINFO", .name, .name) }
}
