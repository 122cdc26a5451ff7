extension RecordKind {
  /// A responsible person, RFC 1183 section 2.2.
  static var rp: RecordKind { RecordKind("RP", .name, .name) }
}
