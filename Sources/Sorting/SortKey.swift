internal import Linux

/// How the text of a key is compared.
public struct Ordering: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let numeric = Ordering(rawValue: 1 << 0)
  public static let general = Ordering(rawValue: 1 << 1)
  public static let human = Ordering(rawValue: 1 << 2)
  public static let version = Ordering(rawValue: 1 << 3)
  public static let month = Ordering(rawValue: 1 << 4)
  public static let reverse = Ordering(rawValue: 1 << 5)
  /// Only letters, digits and blanks count.
  public static let dictionary = Ordering(rawValue: 1 << 6)
  public static let printable = Ordering(rawValue: 1 << 7)
  public static let fold = Ordering(rawValue: 1 << 8)
  public static let skipsBlanks = Ordering(rawValue: 1 << 9)
  public static let skipsBlanksAtEnd = Ordering(rawValue: 1 << 10)

  /// The letters of the kinds that exclude each other, where more than one is set.
  public var conflict: String? {
    let isText = !isDisjoint(with: [.dictionary, .printable])
    let kinds: [(Ordering, String)] = [
      (.general, "g"), (.human, "h"), (.month, "M"), (.numeric, "n"), (.version, "V"),
    ]
    var count = isText && !contains(.version) ? 1 : 0
    var letters = isText ? (contains(.dictionary) ? "d" : "i") : ""
    for (kind, letter) in kinds where contains(kind) {
      count += 1
      letters += letter
    }
    return count > 1 ? letters : nil
  }

  /// The ordering that a letter of an option or a key stands for.
  public init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "n"): self = .numeric
    case UInt8(ascii: "g"): self = .general
    case UInt8(ascii: "h"): self = .human
    case UInt8(ascii: "V"): self = .version
    case UInt8(ascii: "M"): self = .month
    case UInt8(ascii: "r"): self = .reverse
    case UInt8(ascii: "d"): self = .dictionary
    case UInt8(ascii: "i"): self = .printable
    case UInt8(ascii: "f"): self = .fold
    default: return nil
    }
  }
}

/// A key of sort(1): `F[.C][OPTS][,F[.C][OPTS]]`.
public struct SortKey: Equatable, Sendable {
  /// Fields and bytes to pass over before the key.
  public private(set) var startField = 0
  public private(set) var startByte = 0
  /// Fields to pass over to its end, and bytes behind them; `endByte` of 0 is the whole field before.
  /// nil: the key goes to the end of the line.
  public private(set) var endField: Int?
  public private(set) var endByte = 0
  public var order: Ordering = []

  public struct Malformed: Error, Sendable {
    public let reason: String
  }

  /// The whole line.
  public init(order: Ordering) { self.order = order }

  public init(_ text: String) throws(Malformed) {
    var rest = text.bytes[...]
    guard let field = Self.number(&rest) else {
      throw Malformed(reason: "\(text): not a field and where the key starts")
    }
    guard field > 0 else { throw Malformed(reason: "\(text): field number is zero") }
    startField = field - 1
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard let byte = Self.number(&rest) else {
        throw Malformed(reason: "\(text): no number behind '.'")
      }
      guard byte > 0 else { throw Malformed(reason: "\(text): character offset is zero") }
      startByte = byte - 1
    }
    takeLetters(&rest, atEnd: false)
    if rest.first == UInt8(ascii: ",") {
      rest = rest.dropFirst()
      guard let field = Self.number(&rest) else {
        throw Malformed(reason: "\(text): no number behind ','")
      }
      guard field > 0 else { throw Malformed(reason: "\(text): field number is zero") }
      endField = field - 1
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        guard let byte = Self.number(&rest) else {
          throw Malformed(reason: "\(text): no number behind '.'")
        }
        endByte = byte
      }
      // The end of a whole field is the start of the next one.
      if endByte == 0 { endField = field }
      takeLetters(&rest, atEnd: true)
    }
    guard rest.isEmpty else {
      throw Malformed(reason: "\(text): stray character in field spec")
    }
  }

  private mutating func takeLetters(_ rest: inout ArraySlice<UInt8>, atEnd: Bool) {
    while let letter = rest.first {
      if letter == UInt8(ascii: "b") {
        order.insert(atEnd ? .skipsBlanksAtEnd : .skipsBlanks)
      } else if let other = Ordering(letter: letter) {
        order.formUnion(other)
      } else {
        return
      }
      rest = rest.dropFirst()
    }
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value: Int?
    while let digit = rest.first, digit >= 0x30, digit <= 0x39 {
      value = min((value ?? 0) &* 10 &+ Int(digit - 0x30), 1 << 40)
      rest = rest.dropFirst()
    }
    return value
  }
}

extension SortKey {
  /// The part of `line` that is the key; fields are parted by `separator`, or begin with blanks.
  @inline(__always)
  func range(in line: UnsafeRawBufferPointer, separator: UInt8?) -> Range<Int> {
    var start = Self.skip(startField, in: line, separator)
    if order.contains(.skipsBlanks) { start = Self.skipBlanks(line, start) }
    start = min(line.count, start + startByte)
    guard let endField else { return start..<line.count }
    var end: Int
    if endByte == 0 {
      end = Self.skip(endField, in: line, separator, toEnd: true)
    } else {
      end = Self.skip(endField, in: line, separator)
      if order.contains(.skipsBlanksAtEnd) { end = Self.skipBlanks(line, end) }
      end = min(line.count, end + endByte)
    }
    return start..<max(start, end)
  }

  /// Where the field behind `count` fields starts, or with `toEnd` where the last of them ends.
  private static func skip(
    _ count: Int, in line: UnsafeRawBufferPointer, _ separator: UInt8?, toEnd: Bool = false
  ) -> Int {
    var index = 0
    var left = count
    while left > 0, index < line.count {
      left -= 1
      if let separator {
        while index < line.count, line[index] != separator { index += 1 }
        if index < line.count, left > 0 || !toEnd { index += 1 }
      } else {
        index = skipBlanks(line, index)
        while index < line.count, !isBlank(line[index]) { index += 1 }
      }
    }
    return index
  }

  private static func skipBlanks(_ line: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var index = start
    while index < line.count, isBlank(line[index]) { index += 1 }
    return index
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A
  }
}
