extension RecordKind {
  /// A certificate, RFC 4398.
  static var cert: RecordKind {
    RecordKind("CERT") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      let type = try reader.number16()
      switch type {
      case 1: text.put("PKIX")
      case 2: text.put("SPKI")
      case 3: text.put("PGP")
      case 4: text.put("IPKIX")
      case 5: text.put("ISPKI")
      case 6: text.put("IPGP")
      case 7: text.put("ACPKIX")
      case 8: text.put("IACPKIX")
      case 253: text.put("URI")
      case 254: text.put("OID")
      default: text.put(type)
      }
      text.space()
      text.put(try reader.number16())
      text.space()
      text.put(Algorithm.name(try reader.number8()))
      let certificate = reader.rest()
      if text.style.isMultiline { text.put(" (") }
      text.breakLine()
      text.base64(certificate)
      if text.style.isMultiline { text.put(" )") }
    }
  }
}
