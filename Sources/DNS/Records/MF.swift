extension RecordKind {
  /// A mail forwarder, RFC 1035 section 3.3.5.
  static var mf: RecordKind { RecordKind("MF", .name) }
}
