extension RecordKind {
  /// A PSDN address, RFC 1183 section 3.1.
  static var x25: RecordKind { RecordKind("X25", .string) }
}
