extension RecordKind {
  /// Redirection of a subtree, RFC 6672.
  static var dname: RecordKind { RecordKind("DNAME", .name) }
}
