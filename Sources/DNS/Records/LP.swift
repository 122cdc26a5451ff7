extension RecordKind {
  /// A pointer to locators, RFC 6742 section 2.4.
  static var lp: RecordKind { RecordKind("LP", .number16, .name) }
}
