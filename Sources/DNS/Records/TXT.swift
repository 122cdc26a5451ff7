extension RecordKind {
  /// Text, RFC 1035 section 3.3.14.
  static var txt: RecordKind { RecordKind("TXT", .strings) }
}
