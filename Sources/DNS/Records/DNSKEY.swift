extension RecordKind {
  /// A key of a zone, RFC 4034 section 2.
  static var dnskey: RecordKind { RecordKind(key: "DNSKEY") }

  /// The key that a child wants its parent to vouch for, RFC 7344.
  static var cdnskey: RecordKind { RecordKind(key: "CDNSKEY") }

  /// The forerunner of DNSKEY, RFC 2535 section 3.
  static var key: RecordKind { RecordKind(key: "KEY") }

  /// A key for encrypting records, expired draft, IANA registry.
  static var rkey: RecordKind { RecordKind(key: "RKEY") }

  private init(key mnemonic: StaticString) {
    self.init(mnemonic) { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      let tag = KeyTag.of(reader.bytes[reader.position..<reader.end])
      let flags = try reader.number16()
      text.put(flags)
      text.space()
      text.put(try reader.number8())
      text.space()
      let algorithm = try reader.number8()
      text.put(algorithm)
      text.putKey(reader.rest(), flags, algorithm, tag)
    }
  }
}

extension RecordText {
  fileprivate mutating func putKey(
    _ key: ArraySlice<UInt8>, _ flags: UInt16, _ algorithm: UInt8, _ tag: UInt16
  ) {
    // No key at all: flags say so.
    if flags & 0xC000 == 0xC000 { return }
    if style.isMultiline { put(" (") }
    breakLine()
    if style.omitsCrypto {
      put("[key id = \(tag)]")
    } else {
      base64(key)
    }
    let hasComment = style.hasComments && !style.omitsCrypto
    if hasComment { breakLine() } else if style.isMultiline { space() }
    if style.isMultiline { put(")") }
    guard hasComment else { return }
    let role: StaticString = flags & 1 == 0 ? "ZSK" : flags & 0x80 == 0 ? "KSK" : "revoked KSK"
    put(" ; ")
    put(role)
    put("; alg = ")
    put(Algorithm.name(algorithm))
    put(" ; key id = ")
    put(tag)
  }
}

/// The tag that tells keys of a zone apart, RFC 4034 appendix B.
enum KeyTag {
  static func of(_ data: ArraySlice<UInt8>) -> UInt16 {
    // RSA/MD5 takes it from the modulus.
    if data.count >= 7, data[data.startIndex + 3] == 1 {
      let place = data.endIndex - 3
      return UInt16(data[place]) << 8 | UInt16(data[place + 1])
    }
    var sum: UInt64 = 0
    for (index, byte) in data.enumerated() { sum += UInt64(byte) << (index % 2 == 0 ? 8 : 0) }
    sum += sum >> 16 & 0xFFFF
    return UInt16(truncatingIfNeeded: sum)
  }
}

/// DNSSEC algorithms, IANA registry.
enum Algorithm {
  private static var names: [(code: UInt8, name: StaticString)] {
    [
      (1, "RSAMD5"), (2, "DH"), (3, "DSA"), (4, "ECC"), (5, "RSASHA1"), (6, "NSEC3DSA"),
      (7, "NSEC3RSASHA1"), (8, "RSASHA256"), (10, "RSASHA512"), (12, "ECCGOST"),
      (13, "ECDSAP256SHA256"), (14, "ECDSAP384SHA384"), (15, "ED25519"), (16, "ED448"),
      (252, "INDIRECT"), (253, "PRIVATEDNS"), (254, "PRIVATEOID"),
    ]
  }

  static func name(_ code: UInt8) -> String {
    if let known = names.first(where: { $0.code == code })?.name { return "\(known)" }
    return String(code)
  }
}
