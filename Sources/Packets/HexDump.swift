public import Linux

/// The three ways that tcpdump shows bytes: hexadecimal, with characters beside it, characters alone.
public enum HexDump {
  /// Sixteen bytes a line behind `indent` and their offset: `0x0010:  4500 0054`.
  public static func write(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, hasText: Bool, _ indent: StaticString,
    to out: TextBuffer
  ) {
    var line = range.lowerBound
    while line < range.upperBound {
      let end = min(line + 16, range.upperBound)
      out.append(UnsafeRawBufferPointer(start: indent.utf8Start, count: indent.utf8CodeUnitCount))
      offset(line - range.lowerBound, to: out)
      var width = 0
      for place in line..<end {
        if (place - line) % 2 == 0 {
          out.append(UInt8(ascii: " "))
          width += 1
        }
        out.append(PacketPrinter.digit(Int(bytes[place] >> 4)))
        out.append(PacketPrinter.digit(Int(bytes[place] & 15)))
        width += 2
      }
      if hasText {
        for _ in width..<42 { out.append(UInt8(ascii: " ")) }
        for place in line..<end {
          let byte = bytes[place]
          out.append(byte > 0x20 && byte < 0x7F ? byte : UInt8(ascii: "."))
        }
      }
      line = end
    }
  }

  private static func offset(_ value: Int, to out: TextBuffer) {
    out.append(UInt8(ascii: "0"))
    out.append(UInt8(ascii: "x"))
    var shift = value > 0xFFFF ? 20 : 12
    while shift >= 0 {
      out.append(PacketPrinter.digit(value >> shift & 15))
      shift -= 4
    }
    out.append(UInt8(ascii: ":"))
    out.append(UInt8(ascii: " "))
  }

  /// The bytes as characters, `-A`: lines stay lines, all else that is not printable is a dot.
  public static func writeText(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, to out: TextBuffer
  ) {
    out.append(UInt8(ascii: "\n"))
    for place in range {
      let byte = bytes[place]
      if byte == 13 {
        // The end of a line is one character here.
        if place + 1 < range.upperBound, bytes[place + 1] == 10 { continue }
        out.append(UInt8(ascii: "."))
        continue
      }
      let isShown = byte >= 0x20 && byte < 0x7F || byte == 10 || byte == 9
      out.append(isShown ? byte : UInt8(ascii: "."))
    }
  }
}
