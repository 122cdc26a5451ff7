extension RecordKind {
  /// X.400 mapping, RFC 2163.
  static var px: RecordKind { RecordKind("PX", .number16, .name, .name) }
}
