/// A set of bytes.
struct ByteSet: Equatable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init() {}

  init(_ byte: UInt8) { insert(byte) }

  static func == (a: ByteSet, b: ByteSet) -> Bool {
    a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2
      && a.words.3 == b.words.3
  }

  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.0
      case 1: words.1
      case 2: words.2
      default: words.3
      }
    return word >> UInt64(byte & 63) & 1 != 0
  }

  mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  mutating func insert(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

  mutating func invert() { words = (~words.0, ~words.1, ~words.2, ~words.3) }

  mutating func formUnion(_ other: ByteSet) {
    words.0 |= other.words.0
    words.1 |= other.words.1
    words.2 |= other.words.2
    words.3 |= other.words.3
  }

  /// Adds the other case of each ASCII letter.
  mutating func foldCase() {
    for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
      let upper = letter - 32
      if contains(letter) { insert(upper) } else if contains(upper) { insert(letter) }
    }
  }

  var count: Int {
    words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount
      + words.3.nonzeroBitCount
  }

  /// The members where there are one or two of them: the second repeats the only one.
  var pair: (UInt8, UInt8)? {
    guard count == 1 || count == 2 else { return nil }
    var found: UInt8?
    for byte in UInt8.min...UInt8.max where contains(byte) {
      if let first = found { return (first, byte) }
      found = byte
    }
    return found.map { ($0, $0) }
  }

  /// Letters, digits and the underscore.
  static var word: ByteSet {
    var set = ByteSet()
    set.insert(0x30...0x39)
    set.insert(0x41...0x5A)
    set.insert(0x61...0x7A)
    set.insert(0x5F)
    return set
  }

  /// The members of a character class of POSIX in the C locale: `alpha`, `space`, …
  init?(className: String) {
    let ranges: [ClosedRange<UInt8>]
    switch className {
    case "alpha": ranges = [0x41...0x5A, 0x61...0x7A]
    case "digit": ranges = [0x30...0x39]
    case "alnum": ranges = [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
    case "upper": ranges = [0x41...0x5A]
    case "lower": ranges = [0x61...0x7A]
    case "space": ranges = [0x09...0x0D, 0x20...0x20]
    case "blank": ranges = [0x09...0x09, 0x20...0x20]
    case "punct": ranges = [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
    case "print": ranges = [0x20...0x7E]
    case "graph": ranges = [0x21...0x7E]
    case "cntrl": ranges = [0x00...0x1F, 0x7F...0x7F]
    case "xdigit": ranges = [0x30...0x39, 0x41...0x46, 0x61...0x66]
    default: return nil
    }
    for range in ranges { insert(range) }
  }
}
