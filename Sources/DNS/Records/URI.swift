extension RecordKind {
  /// A URI, RFC 7553.
  static var uri: RecordKind { RecordKind("URI", .number16, .number16, .quotedRest) }
}
