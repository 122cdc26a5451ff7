/// The types present at a name, in windows of 256, RFC 4034 section 4.1.2.
enum TypeBitmap {
  /// Writes each type behind a space.
  static func write(_ reader: inout WireReader, to text: inout RecordText) throws(WireError) {
    var last = -1
    while !reader.isAtEnd {
      let window = Int(try reader.number8())
      let length = Int(try reader.number8())
      guard window > last, length >= 1, length <= 32 else { throw .badValue }
      last = window
      for (index, byte) in try reader.take(length).enumerated() {
        for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 {
          text.space()
          text.put(RecordType(UInt16(window * 256 + index * 8 + bit)).description)
        }
      }
    }
  }
}
