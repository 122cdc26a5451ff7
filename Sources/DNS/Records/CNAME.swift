extension RecordKind {
  /// The canonical name, RFC 1035 section 3.3.1.
  static var cname: RecordKind { RecordKind("CNAME", .name) }
}
