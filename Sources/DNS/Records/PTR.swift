extension RecordKind {
  /// A pointer, RFC 1035 section 3.3.12.
  static var ptr: RecordKind { RecordKind("PTR", .name) }
}
