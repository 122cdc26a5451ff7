extension RecordKind {
  /// Start of a zone of authority, RFC 1035 section 3.3.13.
  static var soa: RecordKind {
    RecordKind(
      "SOA", .name, .name, .number32, .number32, .number32, .number32, .number32
    ) { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(try reader.name())
      text.space()
      text.put(try reader.name())
      guard text.style.isMultiline else {
        for _ in 0..<5 {
          text.space()
          text.put(try reader.number32())
        }
        return
      }
      text.put(" (")
      for index in 0..<5 { text.putTimer(index, try reader.number32()) }
      text.breakLine()
      text.put(")")
    }
  }
}

extension RecordText {
  /// A line of its own: `7200       ; refresh (2 hours)`.
  fileprivate mutating func putTimer(_ index: Int, _ value: UInt32) {
    breakLine()
    let start = bytes.count
    put(value)
    while bytes.count < start + 10 { space() }
    put(" ; ")
    switch index {
    case 0: return put("serial")
    case 1: put("refresh (")
    case 2: put("retry (")
    case 3: put("expire (")
    default: put("minimum (")
    }
    put(TimeToLive.words(value))
    put(")")
  }
}
