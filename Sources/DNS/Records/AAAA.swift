extension RecordKind {
  /// An IPv6 address, RFC 3596.
  static var aaaa: RecordKind { RecordKind("AAAA", .address6) }
}
