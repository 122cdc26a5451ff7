extension RecordKind {
  /// A key exchanger, RFC 2230.
  static var kx: RecordKind { RecordKind("KX", .number16, .name) }
}
