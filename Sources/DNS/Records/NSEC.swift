extension RecordKind {
  /// The next name of a zone, RFC 4034 section 4.
  static var nsec: RecordKind { RecordKind("NSEC", .name, .typeBitmap) }
}
