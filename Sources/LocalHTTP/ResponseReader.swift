internal import Linux

/// Why an answer is no HTTP/1.
public enum ResponseDamage: Error, Equatable {
  case badHead, headTooLong, badChunk, bodyTooLong
}

/// Reads an answer of HTTP/1.1 from a stream as it comes, RFC 9112: its status, and its body in
/// pieces, of stated length, in chunks, or up to the end.
public struct ResponseReader {
  public private(set) var status: Int?
  /// The head without its empty line.
  public private(set) var head: [UInt8] = []
  /// Whether all of the body has come.
  public private(set) var isComplete = false

  private enum Length { case stated(Int), chunks, untilEnd }

  private let limit: Int
  private var pending: [UInt8] = []
  private var length = Length.untilEnd
  private var taken = 0
  private var chunk: Int?

  private static let longestHead = 65536
  private static let longestLine = 1024

  /// - Parameter limit: the longest body that is taken, in bytes.
  public init(limit: Int) { self.limit = limit }

  /// Takes what has come; answers what it holds of the body.
  public mutating func take(_ bytes: ArraySlice<UInt8>) throws(ResponseDamage) -> [UInt8] {
    pending += bytes
    if status == nil, try !readHead() { return [] }
    switch length {
    case .chunks: return try chunks()
    case .stated(let count):
      let body = Array(pending.prefix(count - taken))
      pending = []
      taken += body.count
      isComplete = taken >= count
      return try bounded(body)
    case .untilEnd:
      defer { pending = [] }
      taken += pending.count
      return try bounded(pending)
    }
  }

  /// The stream has ended: whether the answer is whole.
  public mutating func end() -> Bool {
    if status != nil, case .untilEnd = length { isComplete = true }
    return isComplete
  }

  private func bounded(_ body: [UInt8]) throws(ResponseDamage) -> [UInt8] {
    if taken > limit { throw .bodyTooLong }
    return body
  }

  private mutating func readHead() throws(ResponseDamage) -> Bool {
    guard let end = Self.headEnd(pending) else {
      if pending.count > Self.longestHead { throw .headTooLong }
      return false
    }
    head = Array(pending[..<end])
    pending.removeFirst(min(pending.count, end + 4))
    let line = head.prefix { $0 != 13 }
    let words = line.split(separator: 0x20, omittingEmptySubsequences: true)
    guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8),
      let code = Int(String(bytes: words[1])), (100...999).contains(code)
    else { throw .badHead }
    status = code
    if let coding = field("transfer-encoding"), coding.hasSuffix("chunked") {
      length = .chunks
    } else if let text = field("content-length") {
      guard let count = Int(text), count >= 0 else { throw .badHead }
      if count > limit { throw .bodyTooLong }
      length = .stated(count)
      isComplete = count == 0
    } else if code == 101 || code == 204 || code == 304 {
      length = .stated(0)
      isComplete = true
    }
    return true
  }

  /// What is behind the head: the first bytes of another protocol, once one has been agreed on.
  public mutating func takeRest() -> [UInt8] {
    defer { pending = [] }
    return pending
  }

  /// The value of a header field, in lower case as its name is.
  public func field(_ name: StaticString) -> String? {
    for line in head.split(separator: 10).dropFirst() {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let lower = line[..<colon].map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 32 : $0 }
      guard name.withUTF8Buffer({ lower.elementsEqual($0) }) else { continue }
      var value = line[(colon + 1)...]
      while value.first == 0x20 || value.first == 9 { value = value.dropFirst() }
      while value.last == 0x20 || value.last == 9 || value.last == 13 { value = value.dropLast() }
      return String(bytes: value.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 32 : $0 })
    }
    return nil
  }

  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for start in 0...(bytes.count - 4) where bytes[start] == 13 {
      if bytes[start + 1] == 10, bytes[start + 2] == 13, bytes[start + 3] == 10 { return start }
    }
    return nil
  }

  private mutating func chunks() throws(ResponseDamage) -> [UInt8] {
    var body: [UInt8] = []
    while !isComplete {
      if let left = chunk {
        let piece = pending.prefix(left)
        body += piece
        taken += piece.count
        if taken > limit { throw .bodyTooLong }
        let rest = left - piece.count
        pending.removeFirst(piece.count)
        chunk = rest
        if rest > 0 || pending.count < 2 { return body }
        guard pending[0] == 13, pending[1] == 10 else { throw .badChunk }
        pending.removeFirst(2)
        chunk = nil
      }
      guard let end = pending.firstIndex(of: 10) else {
        if pending.count > Self.longestLine { throw .badChunk }
        return body
      }
      var line = pending[..<end]
      if line.last == 13 { line = line.dropLast() }
      // What is behind a semicolon is an extension.
      let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
      guard !digits.isEmpty, digits.count <= 8, let size = Int(String(bytes: digits), radix: 16),
        size >= 0
      else { throw .badChunk }
      pending.removeFirst(end + 1)
      if size == 0 { isComplete = true } else { chunk = size }
    }
    return body
  }
}
