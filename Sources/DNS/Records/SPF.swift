extension RecordKind {
  /// Sender policy, RFC 7208 section 3.1.
  static var spf: RecordKind { RecordKind("SPF", .strings) }
}
