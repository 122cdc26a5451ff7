internal import Linux

/// A number at the start of a text, as sort(1) -n reads it: blanks, `-`, digits, `.` and digits.
struct NumericText {
  let isNegative: Bool
  /// Digits before the point, without zeros in front, and behind it, without zeros at the end.
  let whole: Range<Int>
  let fraction: Range<Int>
  /// The rank of the letter behind the number: K, M, G … of sizes.
  let unit: Int

  init(_ text: UnsafeRawBufferPointer) {
    var index = 0
    let count = text.count
    while index < count, text[index] == 0x20 || text[index] == 0x09 || text[index] == 0x0A {
      index += 1
    }
    let minus = index < count && text[index] == UInt8(ascii: "-")
    if minus { index += 1 }
    while index < count, text[index] == 0x30 { index += 1 }
    let start = index
    while index < count, text[index] &- 0x30 < 10 { index += 1 }
    whole = start..<index
    var end = index
    if index < count, text[index] == UInt8(ascii: ".") {
      index += 1
      let point = index
      while index < count, text[index] &- 0x30 < 10 { index += 1 }
      end = index
      while end > point, text[end - 1] == 0x30 { end -= 1 }
      fraction = point..<end
    } else {
      fraction = index..<index
    }
    let isZero = whole.isEmpty && fraction.isEmpty
    isNegative = minus && !isZero
    unit = !isZero && index < count ? Self.unit(text[index]) : 0
  }

  private static func unit(_ letter: UInt8) -> Int {
    switch letter {
    case UInt8(ascii: "K"), UInt8(ascii: "k"): 1
    case UInt8(ascii: "M"): 2
    case UInt8(ascii: "G"): 3
    case UInt8(ascii: "T"): 4
    case UInt8(ascii: "P"): 5
    case UInt8(ascii: "E"): 6
    case UInt8(ascii: "Z"): 7
    case UInt8(ascii: "Y"): 8
    default: 0
    }
  }

  /// A number that never contradicts the order of two texts; equal ones need a closer look.
  func prefix(_ text: UnsafeRawBufferPointer, withUnit: Bool) -> UInt64 {
    var digits: UInt64 = 0
    var left = 15
    for index in whole where left > 0 {
      digits = digits &* 10 &+ UInt64(text[index] &- 0x30)
      left -= 1
    }
    for index in fraction where left > 0 {
      digits = digits &* 10 &+ UInt64(text[index] &- 0x30)
      left -= 1
    }
    while left > 0 {
      digits = digits &* 10
      left -= 1
    }
    let size = UInt64(min(whole.count, 255))
    let value = (withUnit ? UInt64(unit) << 58 : 0) | size << 50 | digits
    let middle: UInt64 = 1 << 62
    return isNegative ? middle - value : middle + value
  }

  /// Less than, equal to or greater than zero.
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, withUnit: Bool)
    -> Int
  {
    let (x, y) = (NumericText(a), NumericText(b))
    if x.isNegative != y.isNegative { return x.isNegative ? -1 : 1 }
    var order = withUnit ? x.unit - y.unit : 0
    if order == 0 { order = x.whole.count - y.whole.count }
    if order == 0 { order = compareBytes(a.part(x.whole), b.part(y.whole)) }
    if order == 0 { order = compareBytes(a.part(x.fraction), b.part(y.fraction)) }
    return x.isNegative ? -order : order
  }
}

/// 1 for JAN to 12 for DEC behind blanks, in any case; 0 for anything else.
func monthRank(_ text: UnsafeRawBufferPointer) -> Int {
  var index = 0
  while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
  guard index + 3 <= text.count else { return 0 }
  let names: StaticString = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
  return names.withUTF8Buffer { names in
    for month in 0..<12 {
      var offset = 0
      while offset < 3, text[index + offset] & 0xDF == names[month * 3 + offset] { offset += 1 }
      if offset == 3 { return month + 1 }
    }
    return 0
  }
}

/// How two texts with version numbers compare, as coreutils' "Version sort ordering" describes it.
public enum VersionOrder {
  public static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    if a.isEmpty || b.isEmpty { return a.count - b.count }
    let dot = UInt8(ascii: ".")
    // `.` and `..` come first, then what starts with a dot.
    if a[0] == dot || b[0] == dot {
      if a[0] != dot { return 1 }
      if b[0] != dot { return -1 }
      for count in 1...2 {
        let (x, y) = (isDots(a, count), isDots(b, count))
        if x || y { return x && y ? 0 : x ? -1 : 1 }
      }
    }
    let order = compareParts(a.part(0..<stem(a)), b.part(0..<stem(b)))
    return order != 0 ? order : compareParts(a, b)
  }

  private static func isDots(_ text: UnsafeRawBufferPointer, _ count: Int) -> Bool {
    text.count == count && text.allSatisfy { $0 == UInt8(ascii: ".") }
  }

  /// The length without what looks like suffixes of a file's name: `(\.[A-Za-z~][A-Za-z0-9~]*)*$`.
  private static func stem(_ text: UnsafeRawBufferPointer) -> Int {
    var end = 0
    var index = 0
    while index < text.count {
      // A suffix so far starts at `end`; anything else moves it on.
      var next = index + 1
      if index > 0, text[index] == UInt8(ascii: "."), next < text.count, isLetter(text[next]) {
        next += 1
        while next < text.count, isLetter(text[next]) || isDigit(text[next]) { next += 1 }
      } else {
        end = next
      }
      index = next
    }
    return end
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "~") || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// Texts and numbers by turns; `~` sorts even before the end, letters before all else.
  private static func compareParts(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int
  {
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      while (i < a.count && !isDigit(a[i])) || (j < b.count && !isDigit(b[j])) {
        let order = rank(a, i) - rank(b, j)
        if order != 0 { return order }
        i += 1
        j += 1
      }
      while i < a.count, a[i] == 0x30 { i += 1 }
      while j < b.count, b[j] == 0x30 { j += 1 }
      var first = 0
      while i < a.count, j < b.count, isDigit(a[i]), isDigit(b[j]) {
        if first == 0 { first = Int(a[i]) - Int(b[j]) }
        i += 1
        j += 1
      }
      if i < a.count, isDigit(a[i]) { return 1 }
      if j < b.count, isDigit(b[j]) { return -1 }
      if first != 0 { return first }
    }
    return 0
  }

  private static func rank(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int {
    guard index < text.count else { return -1 }
    let byte = text[index]
    if isDigit(byte) { return 0 }
    if byte == UInt8(ascii: "~") { return -2 }
    return isLetter(byte) ? Int(byte) : Int(byte) + 256
  }
}
