extension RecordKind {
  /// An IPv4 address, RFC 1035 section 3.4.1.
  static var a: RecordKind { RecordKind("A", .address4) }
}
