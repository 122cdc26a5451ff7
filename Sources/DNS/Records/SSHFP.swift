extension RecordKind {
  /// Fingerprint of an SSH host key, RFC 4255.
  static var sshfp: RecordKind { RecordKind("SSHFP", .number8, .number8, .hexBlock) }
}
