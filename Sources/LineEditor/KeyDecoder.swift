/// Makes keys of the bytes of a terminal, in any pieces: ECMA-48 sequences in the encodings of xterm, VT220, rxvt, the
/// Linux console and tmux, and xterm's bracketed paste.
public struct KeyDecoder {
  private var pending: [UInt8] = []
  /// What has been pasted so far; nil outside of a paste.
  private var paste: [UInt8]?

  /// Longer sequences are taken for noise.
  static let longest = 64
  /// What a paste holds beyond this is dropped.
  static let longestPaste = 1 << 20

  public init() {}

  /// Whether the bytes so far may be the start of a longer key: wait a moment, then `flush`.
  public var isPending: Bool { !pending.isEmpty && paste == nil }

  /// Whether the end of a paste is still to come.
  public var isPasting: Bool { paste != nil }

  /// Whether an escape stands alone, and could be the key of that name.
  public var isEscape: Bool { pending == [0x1B] }

  public mutating func feed(_ bytes: [UInt8]) -> [Key] {
    pending += bytes
    var keys: [Key] = []
    var start = 0
    while start < pending.count {
      if paste != nil {
        guard collectPaste(&start, &keys) else { break }
        continue
      }
      guard let (key, length) = Self.key(pending[start...]) else { break }
      start += length
      if key == .paste([]) { paste = [] } else { keys.append(key) }
    }
    pending.removeFirst(min(start, pending.count))
    return keys
  }

  /// Nothing came behind what is pending: it is what it is.
  public mutating func flush() -> [Key] {
    guard paste == nil, !pending.isEmpty else { return [] }
    let bytes = pending
    pending = []
    if bytes == [0x1B] { return [.escape] }
    if bytes[0] == 0x1B { return bytes.count == 2 ? [.alt(bytes[1])] : [.unknown] }
    return bytes.map { .text([$0]) }
  }

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// - Returns: false where the end of the paste is still to come.
  private mutating func collectPaste(_ start: inout Int, _ keys: inout [Key]) -> Bool {
    let rest = pending[start...]
    let end = Self.find(Self.pasteEnd, in: rest)
    // The last bytes may be the start of the end.
    let stop = end ?? max(start, pending.count - (Self.pasteEnd.count - 1))
    let room = Self.longestPaste - (paste?.count ?? 0)
    paste? += pending[start..<stop].prefix(max(0, room))
    start = stop
    guard end != nil else { return false }
    start += Self.pasteEnd.count
    keys.append(.paste(paste ?? []))
    paste = nil
    return true
  }

  static func find(_ wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= wanted.count else { return nil }
    for index in bytes.startIndex...(bytes.endIndex - wanted.count)
    where bytes[index] == wanted[0] && bytes[index...].starts(with: wanted) { return index }
    return nil
  }

  /// The first key of `bytes` and how many bytes it takes; nil where it is not complete.
  private static func key(_ bytes: ArraySlice<UInt8>) -> (Key, Int)? {
    guard let first = bytes.first else { return nil }
    switch first {
    case 0x1B: return escape(bytes)
    case 0x0D: return (.enter, 1)
    case 0x09: return (.tab, 1)
    case 0x7F, 0x08: return (.backspace, 1)
    case 0..<0x20: return (.control(first + 0x40), 1)
    case 0x20..<0x80: return (.text([first]), 1)
    default: return character(bytes)
    }
  }

  private static func character(_ bytes: ArraySlice<UInt8>) -> (Key, Int)? {
    let start = bytes.startIndex
    let length =
      switch bytes[start] {
      case 0xC2..<0xE0: 2
      case 0xE0..<0xF0: 3
      case 0xF0..<0xF5: 4
      default: 1
      }
    let present = bytes.prefix(length)
    let broken = present.dropFirst().firstIndex { $0 & 0xC0 != 0x80 }
    if broken != nil || length == 1 { return (.text([bytes[start]]), 1) }
    return present.count < length ? nil : (.text(Array(present)), length)
  }

  private static func escape(_ bytes: ArraySlice<UInt8>) -> (Key, Int)? {
    let start = bytes.startIndex
    guard bytes.count > 1 else { return nil }
    switch bytes[start + 1] {
    case UInt8(ascii: "["): return sequence(bytes)
    case UInt8(ascii: "O"): return application(bytes)
    case 0x1B:
      // Alt with an arrow, where Alt puts an escape in front of the whole.
      guard bytes.count > 2 else { return nil }
      guard bytes[start + 2] == UInt8(ascii: "[") || bytes[start + 2] == UInt8(ascii: "O") else {
        return (.escape, 1)
      }
      guard let (key, length) = escape(bytes.dropFirst()) else { return nil }
      return (byWords(key), length + 1)
    case 0x7F, 0x08: return (.altBackspace, 2)
    case let byte where byte >= 0x80: return (.unknown, 2)
    case let byte: return (.alt(byte), 2)
    }
  }

  /// `ESC O letter`, SS3: the cursor and function keys in application mode.
  private static func application(_ bytes: ArraySlice<UInt8>) -> (Key, Int)? {
    var index = bytes.startIndex + 2
    var modifier = 0
    while index < bytes.endIndex, bytes[index] >= 0x30, bytes[index] <= 0x39 {
      modifier = Int(bytes[index] - 0x30)
      index += 1
      if index - bytes.startIndex > longest { return (.unknown, index - bytes.startIndex) }
    }
    guard index < bytes.endIndex else { return nil }
    let length = index - bytes.startIndex + 1
    switch Unicode.Scalar(bytes[index]) {
    case "a": return (.up, length)
    case "b": return (.down, length)
    case "c": return (.wordRight, length)
    case "d": return (.wordLeft, length)
    case "M": return (.enter, length)
    case "I": return (.tab, length)
    case "j"..."y": return (.text([bytes[index] - 0x40]), length)
    default: return (named(bytes[index], modifier > 1), length)
    }
  }

  /// `ESC [ parameters letter`, CSI.
  private static func sequence(_ bytes: ArraySlice<UInt8>) -> (Key, Int)? {
    let start = bytes.startIndex
    var index = start + 2
    // The function keys of the Linux console: ESC [ [ A.
    if index < bytes.endIndex, bytes[index] == UInt8(ascii: "[") {
      guard index + 1 < bytes.endIndex else { return nil }
      let number = Int(bytes[index + 1]) - 0x40
      return ((1...5).contains(number) ? .function(number) : .unknown, 4)
    }
    var numbers = [0]
    var isForeign = false
    while index < bytes.endIndex, bytes[index] < 0x40 || bytes[index] == UInt8(ascii: "$") {
      let byte = bytes[index]
      // A control character inside is a key of its own: the sequence was cut off.
      if byte < 0x20 { return (.unknown, index - start) }
      if byte >= 0x30, byte <= 0x39 {
        let last = numbers.count - 1
        numbers[last] = min(numbers[last] * 10 + Int(byte - 0x30), 100_000)
      } else if byte == UInt8(ascii: ";") {
        numbers.append(0)
      } else if byte == UInt8(ascii: "$") {
        break
      } else {
        // An answer of the terminal, or what this does not know.
        isForeign = true
      }
      index += 1
      if index - start > longest { return (.unknown, index - start) }
    }
    guard index < bytes.endIndex else { return nil }
    return (isForeign ? .unknown : meaning(of: bytes[index], numbers), index - start + 1)
  }

  private static func meaning(of final: UInt8, _ numbers: [Int]) -> Key {
    // 1 plus the bits shift 1, alt 2, ctrl 4, meta 8; old xterms send the modifier alone.
    let modifier = numbers.count > 1 ? numbers[1] : numbers[0]
    let isModified = modifier > 2 && modifier <= 16
    switch Unicode.Scalar(final) {
    case "~": return numbered(numbers[0], isModified && numbers.count > 1)
    // rxvt: $ shift, ^ ctrl, @ both.
    case "$": return numbered(numbers[0], false)
    case "^", "@": return numbered(numbers[0], true)
    case "a": return .up
    case "b": return .down
    case "c": return .right
    case "d": return .left
    case "Z": return .backTab
    case "u": return unicode(numbers)
    // Where the cursor is: nobody asked.
    case "R": return .unknown
    default: return named(final, isModified)
    }
  }

  private static func named(_ letter: UInt8, _ isModified: Bool) -> Key {
    switch Unicode.Scalar(letter) {
    case "A": .up
    case "B": .down
    case "C": isModified ? .wordRight : .right
    case "D": isModified ? .wordLeft : .left
    case "H": .home
    case "F": .end
    case "P"..."S": .function(Int(letter) - 0x4F)
    default: .unknown
    }
  }

  private static func numbered(_ number: Int, _ isModified: Bool) -> Key {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: isModified ? .controlDelete : .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23, 24: .function(number - 12)
    case 200: .paste([])
    default: .unknown
    }
  }

  /// `CSI code;modifier u`, fixterms.
  private static func unicode(_ numbers: [Int]) -> Key {
    let modifier = numbers.count > 1 ? max(0, numbers[1] - 1) : 0
    guard let scalar = UInt32(exactly: numbers[0]).flatMap({ Unicode.Scalar($0) }) else {
      return .unknown
    }
    switch scalar {
    case "\r": return .enter
    case "\t": return modifier & 1 != 0 ? .backTab : .tab
    case "\u{1B}": return .escape
    case "\u{7F}": return modifier & 2 != 0 ? .altBackspace : .backspace
    case "a"..."z" where modifier & 4 != 0: return .control(UInt8(scalar.value) - 0x20)
    case " "..."~" where modifier & 2 != 0: return .alt(UInt8(scalar.value))
    case "\0"..<" ": return .unknown
    default: return modifier & ~1 == 0 ? .text(Array(String(scalar).utf8)) : .unknown
    }
  }

  private static func byWords(_ key: Key) -> Key {
    switch key {
    case .left: .wordLeft
    case .right: .wordRight
    default: key
    }
  }
}
