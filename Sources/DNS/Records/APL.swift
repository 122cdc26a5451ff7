internal import Linux

extension RecordKind {
  /// Lists of address prefixes, RFC 3123.
  static var apl: RecordKind {
    RecordKind("APL") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      var isFirst = true
      while !reader.isAtEnd {
        if !isFirst { text.space() }
        isFirst = false
        let family = try reader.number16()
        let prefix = try reader.number8()
        let length = try reader.number8()
        let part = try reader.take(Int(length & 0x7F))
        let size = family == 1 ? 4 : family == 2 ? 16 : 0
        guard part.count <= size, Int(prefix) <= size * 8 else { throw .badValue }
        if length & 0x80 != 0 { text.put("!") }
        text.put(family)
        text.put(":")
        text.put(address: (Array(part) + [UInt8](repeating: 0, count: size - part.count))[...])
        text.put("/")
        text.put(prefix)
      }
    }
  }
}
