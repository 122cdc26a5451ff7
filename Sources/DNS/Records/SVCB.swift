internal import Linux

extension RecordKind {
  /// Where a service is and how to talk to it, RFC 9460.
  static var svcb: RecordKind { RecordKind(service: "SVCB") }

  /// The same for https, RFC 9460 section 9.
  static var https: RecordKind { RecordKind(service: "HTTPS") }

  private init(service mnemonic: StaticString) {
    self.init(mnemonic) { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      text.put(try reader.number16())
      text.space()
      text.put(try reader.name())
      var last = -1
      while !reader.isAtEnd {
        let key = try reader.number16()
        guard Int(key) > last else { throw .badValue }
        last = Int(key)
        var value = try reader.part(Int(try reader.number16()))
        text.space()
        try text.put(serviceKey: key, &value)
        try value.expectEnd()
      }
    }
  }
}

extension RecordText {
  fileprivate mutating func put(serviceKey key: UInt16, _ value: inout WireReader)
    throws(WireError)
  {
    put(name: key)
    switch key {
    case 0:
      try list("=", &value) { (text, value) throws(WireError) in
        text.put(name: try value.number16())
      }
    case 1: try protocols(&value)
    case 2: break
    case 3:
      put("=")
      put(try value.number16())
    case 4:
      try list("=", &value) { (text, value) throws(WireError) in
        text.put(address: try value.take(4))
      }
    case 5:
      put("=")
      bytes += Digits.base64(value.rest())
    case 6:
      try list("=", &value) { (text, value) throws(WireError) in
        text.put(address: try value.take(16))
      }
    default:
      if value.isAtEnd { return }
      put("=")
      quoted(value.rest())
    }
  }

  private mutating func put(name key: UInt16) {
    switch key {
    case 0: put("mandatory")
    case 1: put("alpn")
    case 2: put("no-default-alpn")
    case 3: put("port")
    case 4: put("ipv4hint")
    case 5: put("ech")
    case 6: put("ipv6hint")
    case 7: put("dohpath")
    default:
      put("key")
      put(key)
    }
  }

  private mutating func list(
    _ sign: StaticString, _ value: inout WireReader,
    _ item: (inout RecordText, inout WireReader) throws(WireError) -> Void
  ) throws(WireError) {
    put(sign)
    try item(&self, &value)
    while !value.isAtEnd {
      put(",")
      try item(&self, &value)
    }
  }

  /// Protocol names in one pair of quotes; a comma or backslash in a name is escaped twice.
  private mutating func protocols(_ value: inout WireReader) throws(WireError) {
    put("=\"")
    var isFirst = true
    repeat {
      if !isFirst { put(",") }
      isFirst = false
      for byte in try value.string() {
        switch byte {
        case UInt8(ascii: ","): put("\\\\,")
        case UInt8(ascii: "\\"): put("\\\\\\\\")
        case UInt8(ascii: "\""): put("\\\"")
        case 0x20...0x7E: put(byte: byte)
        default: bytes.appendDecimalEscape(byte)
        }
      }
    } while !value.isAtEnd
    put("\"")
  }
}
