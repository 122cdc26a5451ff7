/// Tables that lead from an instruction to its line.
enum PythonLines {
  /// 3.8 and 3.9: pairs of bytes to go on by, and lines. Objects/lnotab_notes.txt.
  static func pairs(_ table: [UInt8], first: Int, instruction: Int) -> Int {
    var line = first
    var address = 0
    for index in stride(from: 0, to: table.count - 1, by: 2) {
      address += Int(table[index])
      if address > instruction { break }
      line += Int(Int8(bitPattern: table[index + 1]))
    }
    return line
  }

  /// 3.10: pairs of the bytes of a range, and lines to its line; -128 is a range without one. PEP 626.
  static func ranges(_ table: [UInt8], first: Int, instruction: Int) -> Int {
    var line = first
    var end = 0
    for index in stride(from: 0, to: table.count - 1, by: 2) {
      let step = Int(Int8(bitPattern: table[index + 1]))
      if step != -128 { line += step }
      end += Int(table[index])
      if end > instruction { return line }
    }
    return line
  }

  /// 3.11 on: entries of a kind, a number of code units, and the line and columns. Objects/locations.md.
  ///
  /// - Parameter unit: index of the instruction in units of two bytes.
  static func locations(_ table: [UInt8], first: Int, unit: Int) -> Int {
    var line = first
    var position = 0
    var passed = 0
    while position < table.count {
      let head = table[position]
      position += 1
      let kind = (head >> 3) & 15
      let length = Int(head & 7) + 1
      switch kind {
      case 13, 14: line = line.addingReportingOverflow(signed(table, &position)).partialValue
      case 11, 12: line = line.addingReportingOverflow(Int(kind) - 10).partialValue
      default: break
      }
      // The columns; the next entry begins at the next byte with the high bit.
      while position < table.count, table[position] & 0x80 == 0 { position += 1 }
      if unit < passed + length { return line }
      passed += length
    }
    return line
  }

  /// Groups of six bits, the lowest first; the lowest bit of all is the sign.
  private static func signed(_ table: [UInt8], _ position: inout Int) -> Int {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < table.count {
      let byte = table[position]
      position += 1
      if shift < 60 { value |= UInt64(byte & 63) << shift }
      shift += 6
      if byte & 64 == 0 { break }
    }
    let size = Int(value >> 1)
    return value & 1 == 1 ? -size : size
  }
}
