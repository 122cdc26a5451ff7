/// Whether the whole of `name` matches a shell pattern, byte by byte; a leading dot only matches a dot.
///
/// POSIX.1-2017 shell pattern matching notation without classes and equivalences; `!` and `^` negate
/// a bracket. Not by fnmatch(3), which brings the character sets of the C library along.
public func matchesGlob(_ name: [UInt8], _ pattern: String) -> Bool {
  let pattern = pattern.bytes
  if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") {
    guard pattern.first == UInt8(ascii: "\\"), pattern.dropFirst().first == UInt8(ascii: ".") else {
      return false
    }
  }
  return matchesWildcard(name, pattern)
}

/// As `matchesGlob`, but a leading dot is a character like any other.
public func matchesWildcard(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
  var (inName, inPattern) = (0, 0)
  // Where the last star is, and what it has been tried to stop in front of.
  var star: (pattern: Int, name: Int)?
  while inName < name.count {
    if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
      inPattern += 1
      star = (inPattern, inName)
      continue
    }
    if let length = matchOne(name[inName], pattern[inPattern...]) {
      inName += 1
      inPattern += length
    } else if let last = star {
      star = (last.pattern, last.name + 1)
      (inPattern, inName) = (last.pattern, last.name + 1)
    } else {
      return false
    }
  }
  return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
}

/// The length of the part of the pattern that `byte` matches; nil where it does not.
private func matchOne(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> Int? {
  guard let first = pattern.first else { return nil }
  switch first {
  case UInt8(ascii: "?"): return 1
  case UInt8(ascii: "["):
    if let (length, matches) = bracket(byte, pattern) { return matches ? length : nil }
    return byte == first ? 1 : nil
  case UInt8(ascii: "\\"):
    guard let next = pattern.dropFirst().first else { return byte == first ? 1 : nil }
    return byte == next ? 2 : nil
  default: return byte == first ? 1 : nil
  }
}

/// nil where the bracket is never closed and so stands for itself.
private func bracket(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> (length: Int, matches: Bool)? {
  var rest = pattern.dropFirst()
  let negates = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
  if negates { rest = rest.dropFirst() }
  var matches = false
  var isFirst = true
  while var low = rest.popFirst() {
    if low == UInt8(ascii: "]"), !isFirst {
      return (rest.startIndex - pattern.startIndex, matches != negates)
    }
    isFirst = false
    if low == UInt8(ascii: "\\"), let next = rest.popFirst() { low = next }
    var high = low
    if rest.first == UInt8(ascii: "-"), let end = rest.dropFirst().first, end != UInt8(ascii: "]") {
      rest = rest.dropFirst(2)
      high = end
    }
    if low <= byte, byte <= high { matches = true }
  }
  return nil
}
