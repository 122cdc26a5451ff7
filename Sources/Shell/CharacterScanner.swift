/// Walks text by characters: UTF-8 where it is, single bytes where it is not.
public struct CharacterScanner {
  private let text: Bytes
  public private(set) var position: Int

  public init(_ text: Bytes, _ position: Int = 0) {
    self.text = text
    self.position = position
  }

  /// The bytes of the character at `index`.
  public static func length(_ text: Bytes, _ index: Int) -> Int {
    let first = text[index]
    if first < 0xC2 { return 1 }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
    guard length > 1, index + length <= text.count else { return 1 }
    for offset in 1..<length where text[index + offset] & 0xC0 != 0x80 { return 1 }
    // What could be shorter, and what lies beyond Unicode, is no character.
    let second = text[index + 1]
    let isValid =
      first == 0xE0
      ? second >= 0xA0 : first == 0xF0 ? second >= 0x90 : first < 0xF4 || second < 0x90
    return isValid ? length : 1
  }

  /// Whether `index` is not within a character.
  public static func isBoundary(_ text: Bytes, _ index: Int) -> Bool {
    guard index < text.count, text[index] & 0xC0 == 0x80 else { return true }
    for start in stride(from: index - 1, through: max(0, index - 3), by: -1)
    where text[start] & 0xC0 != 0x80 {
      return start + length(text, start) <= index
    }
    return true
  }

  /// The code of the next character; a byte that is no text has its own value.
  public mutating func next() -> Int? {
    guard position < text.count else { return nil }
    let length = Self.length(text, position)
    var code = Int(text[position])
    if length > 1 {
      code &= 0x7F >> length
      for offset in 1..<length { code = code << 6 | Int(text[position + offset] & 0x3F) }
    }
    position += length
    return code
  }

  /// How many characters `text` has.
  public static func count(_ text: Bytes) -> Int {
    var count = 0
    var index = 0
    while index < text.count {
      index += text[index] < 0x80 ? 1 : length(text, index)
      count += 1
    }
    return count
  }
}
