extension RecordKind {
  /// Who may issue certificates, RFC 8659.
  static var caa: RecordKind {
    RecordKind("CAA") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(try reader.number8())
      text.space()
      let tag = try reader.string()
      guard !tag.isEmpty, tag.allSatisfy({ isAlphanumeric($0) }) else { throw .badValue }
      text.bytes += tag
      text.space()
      text.quoted(reader.rest())
    }
  }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lower(byte))
}
