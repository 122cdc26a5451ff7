extension RecordKind {
  /// A node identifier, RFC 6742 section 2.1.
  static var nid: RecordKind { RecordKind("NID", .number16, .groups64) }
}
