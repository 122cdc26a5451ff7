/// A shell pattern over bytes, fnmatch(3) without a locale.
///
/// POSIX.1-2017 shell pattern matching notation with character classes; `!` and `^` negate a
/// bracket. A pattern without operators is compared as text.
public struct ShellPattern: Sendable {
  public struct Options: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// ASCII letters match in both cases.
    public static let ignoreCase = Options(rawValue: 1)
    /// A slash is only matched by a slash.
    public static let pathName = Options(rawValue: 2)
    /// A match may end in front of a slash.
    public static let leadingFolder = Options(rawValue: 4)
    /// Every character stands for itself.
    public static let literal = Options(rawValue: 8)
  }

  private let pattern: [UInt8]
  private let options: Options
  private let isLiteral: Bool

  public init(_ text: String, _ options: Options = []) {
    var bytes = text.bytes
    if options.contains(.ignoreCase) { bytes = bytes.map { lower($0) } }
    pattern = bytes
    self.options = options
    isLiteral = options.contains(.literal) || !bytes.contains { "*?[\\".utf8.contains($0) }
  }

  public func matches(_ name: [UInt8]) -> Bool { name.withUnsafeBytes { matches($0) } }

  public func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    if isLiteral { return matchesText(name) }
    return pattern.withUnsafeBytes { walk(name, $0) }
  }

  private func isEnd(_ name: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    index == name.count
      || (options.contains(.leadingFolder) && name[index] == UInt8(ascii: "/"))
  }

  private func matchesText(_ name: UnsafeRawBufferPointer) -> Bool {
    guard name.count >= pattern.count, isEnd(name, pattern.count) else { return false }
    let folds = options.contains(.ignoreCase)
    for (index, byte) in pattern.enumerated() {
      guard byte == (folds ? lower(name[index]) : name[index]) else { return false }
    }
    return true
  }

  /// Greedy, going back to the last star only: more is never needed.
  private func walk(_ name: UnsafeRawBufferPointer, _ pattern: UnsafeRawBufferPointer) -> Bool {
    let keepsSlashes = options.contains(.pathName)
    var (inName, inPattern) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while true {
      if inPattern == pattern.count, isEnd(name, inName) { return true }
      if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
        inPattern += 1
        star = (inPattern, inName)
        continue
      }
      if inName < name.count, inPattern < pattern.count,
        let length = one(name[inName], pattern, inPattern)
      {
        inName += width(name, inName, matchedBy: pattern[inPattern])
        inPattern += length
        continue
      }
      guard let last = star, last.name < name.count,
        !keepsSlashes || name[last.name] != UInt8(ascii: "/")
      else { return false }
      star = (last.pattern, last.name + 1)
      (inPattern, inName) = (last.pattern, last.name + 1)
    }
  }

  /// How many bytes `?` and a bracket take: a whole character of UTF-8.
  private func width(_ name: UnsafeRawBufferPointer, _ start: Int, matchedBy operation: UInt8)
    -> Int
  {
    guard name[start] >= 0xC2, operation == UInt8(ascii: "?") || operation == UInt8(ascii: "[")
    else { return 1 }
    let length = name[start] < 0xE0 ? 2 : name[start] < 0xF0 ? 3 : 4
    guard start + length <= name.count else { return 1 }
    let isWhole = name[(start + 1)..<(start + length)].allSatisfy { $0 & 0xC0 == 0x80 }
    return isWhole ? length : 1
  }

  /// The length of the part of the pattern that `byte` matches; nil where it does not.
  private func one(_ byte: UInt8, _ pattern: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    let byte = options.contains(.ignoreCase) ? lower(byte) : byte
    let keepsSlash = options.contains(.pathName) && byte == UInt8(ascii: "/")
    switch pattern[start] {
    case UInt8(ascii: "?"): return keepsSlash ? nil : 1
    case UInt8(ascii: "["):
      if let (length, matches) = bracket(byte, pattern, start) {
        return matches && !keepsSlash ? length : nil
      }
      return byte == pattern[start] ? 1 : nil
    case UInt8(ascii: "\\"):
      guard start + 1 < pattern.count else { return nil }
      return byte == pattern[start + 1] ? 2 : nil
    default: return byte == pattern[start] ? 1 : nil
    }
  }

  /// nil where the bracket is never closed and so stands for itself.
  private func bracket(_ byte: UInt8, _ pattern: UnsafeRawBufferPointer, _ start: Int)
    -> (length: Int, matches: Bool)?
  {
    var index = start + 1
    func peek(_ offset: Int = 0) -> UInt8? {
      index + offset < pattern.count ? pattern[index + offset] : nil
    }
    let negates = peek() == UInt8(ascii: "!") || peek() == UInt8(ascii: "^")
    if negates { index += 1 }
    var (matches, isFirst) = (false, true)
    while var low = peek() {
      if low == UInt8(ascii: "]"), !isFirst {
        return (index + 1 - start, matches != negates)
      }
      isFirst = false
      if low == UInt8(ascii: "["), peek(1) == UInt8(ascii: ":"),
        let (name, end) = className(pattern, index + 2)
      {
        if isMember(byte, of: name) { matches = true }
        index = end
        continue
      }
      index += 1
      if low == UInt8(ascii: "\\"), let next = peek() {
        low = next
        index += 1
      }
      var high = low
      if peek() == UInt8(ascii: "-"), let end = peek(1), end != UInt8(ascii: "]") {
        index += 2
        high = end
      }
      if low <= byte, byte <= high { matches = true }
    }
    return nil
  }

  private func className(_ pattern: UnsafeRawBufferPointer, _ start: Int) -> (String, Int)? {
    var end = start
    while end + 1 < pattern.count, pattern[end] != UInt8(ascii: ":") { end += 1 }
    guard end + 1 < pattern.count, pattern[end + 1] == UInt8(ascii: "]") else { return nil }
    return (String(bytes: UnsafeRawBufferPointer(rebasing: pattern[start..<end])), end + 2)
  }

  private func isMember(_ byte: UInt8, of name: String) -> Bool {
    let isUpper = (0x41...0x5A).contains(byte)
    let isLower = (0x61...0x7A).contains(byte)
    let isDigit = (0x30...0x39).contains(byte)
    let isGraph = (0x21...0x7E).contains(byte)
    switch name {
    case "alpha": return isUpper || isLower
    case "digit": return isDigit
    case "alnum": return isUpper || isLower || isDigit
    case "upper": return isUpper || (options.contains(.ignoreCase) && isLower)
    case "lower": return isLower
    case "space": return byte == 0x20 || (0x09...0x0D).contains(byte)
    case "blank": return byte == 0x20 || byte == 0x09
    case "punct": return isGraph && !(isUpper || isLower || isDigit)
    case "print": return isGraph || byte == 0x20
    case "graph": return isGraph
    case "cntrl": return byte < 0x20 || byte == 0x7F
    case "xdigit":
      return isDigit || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    default: return false
    }
  }
}

private func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
