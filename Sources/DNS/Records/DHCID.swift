extension RecordKind {
  /// Which DHCP client owns a name, RFC 4701.
  static var dhcid: RecordKind {
    RecordKind("DHCID") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      guard !reader.isAtEnd else { throw .truncated }
      let data = reader.rest()
      if text.style.isMultiline { text.put("( ") }
      text.base64(data)
      guard text.style.isMultiline else { return }
      text.put(" )")
      guard data.count >= 3 else { return }
      let start = data.startIndex
      text.put(" ; ")
      text.put(UInt16(data[start]) << 8 | UInt16(data[start + 1]))
      text.space()
      text.put(data[start + 2])
      text.space()
      text.put(UInt(data.count - 3))
    }
  }
}
