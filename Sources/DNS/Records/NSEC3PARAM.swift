extension RecordKind {
  /// How names are hashed for NSEC3, RFC 5155 section 4.
  static var nsec3param: RecordKind {
    RecordKind("NSEC3PARAM", .number8, .number8, .number16, .salt)
  }
}
