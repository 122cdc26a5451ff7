extension RecordKind {
  /// Where a service is, RFC 2782.
  static var srv: RecordKind { RecordKind("SRV", .number16, .number16, .number16, .name) }
}
