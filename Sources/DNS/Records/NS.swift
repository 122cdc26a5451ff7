extension RecordKind {
  /// A name server, RFC 1035 section 3.3.11.
  static var ns: RecordKind { RecordKind("NS", .name) }
}
