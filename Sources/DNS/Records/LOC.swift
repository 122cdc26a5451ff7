extension RecordKind {
  /// A place on earth, RFC 1876.
  static var loc: RecordKind {
    RecordKind("LOC") { (reader: inout WireReader, text: inout RecordText) throws(WireError) in
      let version = try reader.number8()
      guard version == 0 else {
        text.unknown([version] + Array(reader.rest()))
        return
      }
      let sizes = [try reader.number8(), try reader.number8(), try reader.number8()]
      let latitude = try reader.number32()
      let longitude = try reader.number32()
      let altitude = Int64(try reader.number32()) - 10_000_000
      try text.putAngle(latitude, most: 90, "N", "S")
      try text.putAngle(longitude, most: 180, "E", "W")
      if altitude < 0 { text.put("-") }
      text.putCentimetres(altitude.magnitude)
      for size in sizes { try text.putSize(size) }
    }
  }
}

extension RecordText {
  /// Degrees, minutes and seconds from thousandths of a second of arc, 2^31 being the equator or Greenwich.
  fileprivate mutating func putAngle(
    _ value: UInt32, most: UInt64, _ positive: StaticString, _ negative: StaticString
  ) throws(WireError) {
    let offset = Int64(value) - 0x8000_0000
    let rest = offset.magnitude
    guard rest <= most * 3_600_000 else { throw .badValue }
    put(rest / 3_600_000)
    space()
    put(rest / 60_000 % 60)
    space()
    put(rest / 1000 % 60)
    put(".")
    put(Int(rest % 1000), digits: 3)
    space()
    put(offset < 0 ? negative : positive)
    space()
  }

  fileprivate mutating func putCentimetres(_ value: UInt64) {
    put(value / 100)
    put(".")
    put(Int(value % 100), digits: 2)
    put("m")
  }

  /// A digit and a power of ten, in centimetres.
  fileprivate mutating func putSize(_ value: UInt8) throws(WireError) {
    let mantissa = value >> 4
    let exponent = value & 15
    guard mantissa <= 9, exponent <= 9 else { throw .badValue }
    space()
    if exponent < 2 {
      return putCentimetres(UInt64(mantissa) * (exponent == 0 ? 1 : 10))
    }
    put(mantissa)
    for _ in 2..<max(exponent, 2) { put("0") }
    put("m")
  }
}
