extension RecordKind {
  /// DNSSEC look-aside validation, RFC 4431.
  static var dlv: RecordKind { RecordKind("DLV", .number16, .number8, .number8, .digestBlock) }
}
