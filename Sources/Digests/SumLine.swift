internal import Linux

/// A line of a file of sums: `DIGEST  FILE`, `DIGEST *FILE` or `SHA256 (FILE) = DIGEST`.
public struct SumLine: Equatable {
  /// In lower case.
  public let digest: [UInt8]
  public let file: [UInt8]

  /// nil where the line is none for `algorithm`.
  ///
  /// - Parameter length: bytes of the digest; nil where any even number of digits will do.
  public init?(_ line: [UInt8], _ algorithm: DigestAlgorithm, length: Int?) {
    var rest = line[...]
    if rest.last == 0x0D { rest = rest.dropLast() }
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    let isEscaped = rest.first == UInt8(ascii: "\\")
    if isEscaped { rest = rest.dropFirst() }
    guard let (digest, name) = Self.tagged(rest, algorithm) ?? Self.plain(rest) else { return nil }
    guard !digest.isEmpty, digest.count % 2 == 0, digest.allSatisfy(Self.isHex),
      length == nil || digest.count == (length ?? 0) * 2, digest.count <= algorithm.size * 2
    else { return nil }
    self.digest = digest.map { $0 >= 0x41 && $0 <= 0x46 ? $0 | 0x20 : $0 }
    guard let name = isEscaped ? Self.unescaped(name) : Array(name), !name.isEmpty else {
      return nil
    }
    file = name
  }

  private static func tagged(_ line: ArraySlice<UInt8>, _ algorithm: DigestAlgorithm)
    -> (ArraySlice<UInt8>, ArraySlice<UInt8>)?
  {
    let tag = Array("\(algorithm.tag)".utf8)
    guard line.starts(with: tag) else { return nil }
    var rest = line.dropFirst(tag.count)
    // BLAKE2b-128 (…): the length in bits.
    if algorithm == .blake2b, rest.first == UInt8(ascii: "-") {
      rest = rest.dropFirst().drop { $0 >= 0x30 && $0 <= 0x39 }
    }
    if rest.first == 0x20 { rest = rest.dropFirst() }
    guard rest.first == UInt8(ascii: "(") else { return nil }
    rest = rest.dropFirst()
    guard let close = rest.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    var digest = rest[(close + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
    guard digest.first == UInt8(ascii: "=") else { return nil }
    digest = digest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 }
    return (digest, rest[..<close])
  }

  private static func plain(_ line: ArraySlice<UInt8>)
    -> (ArraySlice<UInt8>, ArraySlice<UInt8>)?
  {
    let digest = line.prefix(while: isHex)
    var rest = line.dropFirst(digest.count)
    guard let blank = rest.popFirst(), blank == 0x20 || blank == 0x09 else { return nil }
    // A second blank or a star says how the file was read, which is all the same here.
    if rest.count > 1, rest.first == 0x20 || rest.first == UInt8(ascii: "*") {
      rest = rest.dropFirst()
    }
    return (digest, rest)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  private static func unescaped(_ name: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var rest = name
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
      default: return nil
      }
    }
    return result
  }
}
