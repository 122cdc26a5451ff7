extension RecordKind {
  /// Processor and system of a host, RFC 1035 section 3.3.2 and RFC 8482.
  static var hinfo: RecordKind { RecordKind("HINFO", .string, .string) }
}
