internal import HTTP
internal import Linux

/// A URL with sets `{a,b}` and ranges `[1-9]`, `[001-100:3]`, `[a-z]`, as curl(1) calls globbing.
struct CurlGlob {
  enum Part {
    case literal([UInt8])
    case set([[UInt8]])
    /// First, how many, step, and how many digits at least.
    case numbers(Int, count: Int, step: Int, width: Int)
    case letters(UInt8, count: Int, step: Int)
  }

  struct Problem: Error {
    let text: String
    /// Counted from 1.
    let column: Int
  }

  private var parts: [Part] = []
  private(set) var count = 1
  private static let most = 10_000_000

  /// - Parameter isLiteral: takes the text as it is.
  init(_ text: String, isLiteral: Bool) throws(Problem) {
    let bytes = text.bytes
    if isLiteral {
      parts = [.literal(bytes)]
      return
    }
    var literal: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\"), index + 1 < bytes.count, Self.isSpecial(bytes[index + 1]) {
        literal.append(bytes[index + 1])
        index += 2
        continue
      }
      var part: (part: Part, end: Int)?
      if byte == UInt8(ascii: "{") {
        part = try Self.set(bytes, index)
      } else if byte == UInt8(ascii: "["), Self.addressEnd(bytes, index) == nil {
        part = try Self.range(bytes, index)
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]"), !Self.closes(literal) {
        throw Problem(text: "unmatched close brace/bracket", column: index + 1)
      }
      guard let part else {
        literal.append(byte)
        index += 1
        continue
      }
      if !literal.isEmpty { parts.append(.literal(literal)) }
      literal = []
      parts.append(part.part)
      let (product, overflow) = count.multipliedReportingOverflow(by: Self.size(part.part))
      if overflow || product > Self.most {
        throw Problem(text: "range overflow", column: index + 1)
      }
      count = product
      index = part.end
    }
    if !literal.isEmpty { parts.append(.literal(literal)) }
  }

  /// Text number `index`, and what each set or range stands for in it.
  func text(_ index: Int) -> (text: String, values: [String]) {
    var rest = index
    var pieces: [[UInt8]] = []
    var values: [String] = []
    // The last one goes fastest.
    for part in parts.reversed() {
      let size = Self.size(part)
      let piece = Self.piece(part, rest % size)
      rest /= size
      pieces.append(piece)
      if case .literal = part { continue }
      values.append(String(bytes: piece))
    }
    return (String(bytes: pieces.reversed().flatMap { $0 }), values.reversed())
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    [UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]")].contains(byte)
  }

  /// Whether a bracket that has been let through as an address is still open.
  private static func closes(_ literal: [UInt8]) -> Bool {
    guard let open = literal.lastIndex(of: UInt8(ascii: "[")) else { return false }
    return !literal[open...].contains(UInt8(ascii: "]"))
  }

  /// Where the address in brackets ends; nil where it is none.
  private static func addressEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
    let inside = bytes[(start + 1)..<end].prefix { $0 != UInt8(ascii: "%") }
    return IPAddress(String(bytes: inside)) == nil ? nil : end
  }

  private static func set(_ bytes: [UInt8], _ start: Int) throws(Problem) -> (Part, Int) {
    var items: [[UInt8]] = []
    var item: [UInt8] = []
    var index = start + 1
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "}"):
        items.append(item)
        if items.count == 1, item.isEmpty {
          throw Problem(text: "empty string within braces", column: index + 1)
        }
        return (.set(items), index + 1)
      case UInt8(ascii: ","):
        items.append(item)
        item = []
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        throw Problem(text: "nested brace", column: index + 1)
      case UInt8(ascii: "\\") where index + 1 < bytes.count:
        index += 1
        item.append(bytes[index])
      default: item.append(byte)
      }
      index += 1
    }
    throw Problem(text: "unmatched brace", column: start + 1)
  }

  private static func range(_ bytes: [UInt8], _ start: Int) throws(Problem) -> (Part, Int) {
    let bad = Problem(text: "bad range", column: start + 2)
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else { throw bad }
    let halves = bytes[(start + 1)..<end].split(
      separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    let ends = halves[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard halves.count <= 2, ends.count == 2, let first = ends[0].first, let last = ends[1].first
    else { throw bad }
    let step = halves.count == 2 ? Bytes.number(halves[1]) : 1
    guard let step, step > 0 else { throw bad }
    if ends[0].count == 1, ends[1].count == 1, Bytes.isLetter(first), Bytes.isLetter(last) {
      guard first <= last, (first ^ last) & 0x20 == 0, step < 26 else { throw bad }
      return (.letters(first, count: Int(last - first) / step + 1, step: step), end + 1)
    }
    guard let low = Bytes.number(ends[0]), let high = Bytes.number(ends[1]), low <= high else {
      throw bad
    }
    let width = first == 0x30 ? ends[0].count : 1
    let (count, overflow) = ((high - low) / step).addingReportingOverflow(1)
    if overflow { throw bad }
    return (.numbers(low, count: count, step: step, width: width), end + 1)
  }

  private static func size(_ part: Part) -> Int {
    switch part {
    case .literal: 1
    case .set(let items): items.count
    case .numbers(_, let count, _, _): count
    case .letters(_, let count, _): count
    }
  }

  private static func piece(_ part: Part, _ index: Int) -> [UInt8] {
    switch part {
    case .literal(let bytes): return bytes
    case .set(let items): return items[index]
    case .letters(let first, _, let step): return [first &+ UInt8(truncatingIfNeeded: index * step)]
    case .numbers(let first, _, let step, let width):
      let digits = Array(String(first + index * step).utf8)
      return [UInt8](repeating: 0x30, count: max(0, min(width, 20) - digits.count)) + digits
    }
  }
}
