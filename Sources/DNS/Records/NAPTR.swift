extension RecordKind {
  /// A rule of naming authority, RFC 3403 section 4.
  static var naptr: RecordKind {
    RecordKind("NAPTR", .number16, .number16, .string, .string, .string, .name)
  }
}
