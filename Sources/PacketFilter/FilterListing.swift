internal import Linux

/// The three forms that `tcpdump -d`, `-dd` and `-ddd` print a program in.
extension FilterProgram {
  /// One instruction a line, in the notation of bpf(4).
  public var listing: String {
    var text = ""
    for (number, one) in instructions.enumerated() { text += line(number, one) + "\n" }
    return text
  }

  /// As initialisers of a C array.
  public var initialisers: String {
    var text = ""
    for one in instructions {
      text += "{ 0x" + String(one.code, radix: 16) + ", " + String(one.jumpTrue) + ", "
      text += String(one.jumpFalse) + ", 0x" + padded(String(one.operand, radix: 16), 8, "0")
      text += " },\n"
    }
    return text
  }

  /// As decimal numbers behind their count.
  public var numbers: String {
    var text = String(instructions.count) + "\n"
    for one in instructions {
      text += String(one.code) + " " + String(one.jumpTrue) + " " + String(one.jumpFalse) + " "
      text += String(one.operand) + "\n"
    }
    return text
  }

  private func line(_ number: Int, _ one: Instruction) -> String {
    let (operation, operand) = words(number, one)
    var text = "(" + padded(String(number), 3, "0") + ") " + operation
    text += String(repeating: " ", count: max(0, 8 - operation.utf8.count)) + " " + operand
    guard one.code & 7 == 5, one.code & 0xF0 != 0 else { return text }
    text += String(repeating: " ", count: max(0, 16 - operand.utf8.count))
    text += " jt " + String(number + 1 + Int(one.jumpTrue))
    return text + "\tjf " + String(number + 1 + Int(one.jumpFalse))
  }

  private func words(_ number: Int, _ one: Instruction) -> (String, String) {
    let size = one.code & 0x18 == 0 ? "" : one.code & 0x18 == 0x08 ? "h" : "b"
    let isIndex = one.code & 8 != 0
    switch one.code & 7 {
    case 0: return ("ld" + size, loaded(one))
    case 1: return ("ldx" + (one.code == Code.loadIndexHeader ? "b" : ""), loaded(one))
    case 2: return ("st", "M[" + String(one.operand) + "]")
    case 3: return ("stx", "M[" + String(one.operand) + "]")
    case 4:
      let name = Self.calculation(one.code)
      if one.code == Code.negate { return (name, "") }
      if isIndex { return (name, "x") }
      let isBits = [0x40, 0x50, 0xA0].contains(one.code & 0xF0)
      return (name, "#" + (isBits ? hexadecimal(one.operand) : String(one.operand)))
    case 5:
      if one.code & 0xF0 == 0 {
        return ("ja", String(number + 1 + Int(Int32(bitPattern: one.operand))))
      }
      return (Self.condition(one.code), isIndex ? "x" : "#" + hexadecimal(one.operand))
    case 6: return one.code & 0x18 == 0x10 ? ("ret", "") : ("ret", "#" + String(one.operand))
    default: return (one.code == Code.toIndex ? "tax" : "txa", "")
    }
  }

  private func loaded(_ one: Instruction) -> String {
    switch one.code & 0xE0 {
    case 0x00: return "#" + hexadecimal(one.operand)
    case 0x20: return "[" + String(one.operand) + "]"
    case 0x40: return "[x + " + String(one.operand) + "]"
    case 0x60: return "M[" + String(one.operand) + "]"
    case 0x80: return "#pktlen"
    default: return "4*([" + String(one.operand) + "]&0xf)"
    }
  }

  private static func calculation(_ code: UInt16) -> String {
    switch code & 0xF0 {
    case 0x00: "add"
    case 0x10: "sub"
    case 0x20: "mul"
    case 0x30: "div"
    case 0x40: "or"
    case 0x50: "and"
    case 0x60: "lsh"
    case 0x70: "rsh"
    case 0x80: "neg"
    case 0x90: "mod"
    default: "xor"
    }
  }

  private static func condition(_ code: UInt16) -> String {
    switch code & 0xF0 {
    case 0x10: "jeq"
    case 0x20: "jgt"
    case 0x30: "jge"
    default: "jset"
    }
  }

  private func hexadecimal(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }

  private func padded(_ text: String, _ width: Int, _ fill: String) -> String {
    String(repeating: fill, count: max(0, width - text.utf8.count)) + text
  }
}
