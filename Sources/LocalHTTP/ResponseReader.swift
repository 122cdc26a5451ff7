internal import HTTP
internal import Linux

/// Why an answer is no HTTP/1.
public enum ResponseDamage: Error, Equatable {
  case badHead, headTooLong, badChunk, bodyTooLong
}

/// Reads an answer of HTTP/1.1 from a stream as it comes, RFC 9112: its status, and its body in
/// pieces, of stated length, in chunks, or up to the end.
public struct ResponseReader {
  /// Whether all of the body has come.
  public private(set) var isComplete = false

  private enum Length { case stated(Int), chunks, untilEnd }

  private let limit: Int
  private var pending: [UInt8] = []
  private var head: ResponseHead?
  private var isHeadWhole = false
  private var length = Length.untilEnd
  private var decoder = ChunkedDecoder()
  private var taken = 0

  private static let longestHead = 65536

  /// - Parameter limit: the longest body that is taken, in bytes.
  public init(limit: Int) { self.limit = limit }

  /// nil: the head is not whole.
  public var status: Int? { isHeadWhole ? head?.status : nil }

  /// Takes what has come; answers what it holds of the body.
  public mutating func take(_ bytes: ArraySlice<UInt8>) throws(ResponseDamage) -> [UInt8] {
    pending += bytes
    if !isHeadWhole, try !readHead() { return [] }
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
    if isHeadWhole, case .untilEnd = length { isComplete = true }
    return isComplete
  }

  private func bounded(_ body: [UInt8]) throws(ResponseDamage) -> [UInt8] {
    if taken > limit { throw .bodyTooLong }
    return body
  }

  /// - Returns: whether the head is whole.
  private mutating func readHead() throws(ResponseDamage) -> Bool {
    var start = 0
    defer { pending.removeFirst(start) }
    while let end = pending[start...].firstIndex(of: 10) {
      let line = pending[start...end]
      start = end + 1
      do throws(ResponseHead.Problem) {
        if head == nil {
          head = try ResponseHead(statusLine: line)
        } else {
          try head?.add(line: line)
        }
      } catch {
        throw .badHead
      }
      guard let head else { return false }
      if head.major != 1 { throw .badHead }
      if head.size > Self.longestHead { throw .headTooLong }
      guard line.count == 1 || line.count == 2 && line.first == 13 else { continue }
      isHeadWhole = true
      try measure(head)
      return true
    }
    if pending.count - start > Self.longestHead { throw .headTooLong }
    return false
  }

  /// How long the body is, RFC 9112 section 6.3.
  private mutating func measure(_ head: ResponseHead) throws(ResponseDamage) {
    if head.lists("transfer-encoding", "chunked") {
      length = .chunks
      return
    }
    let stated: Int?
    do throws(ResponseHead.Problem) {
      stated = try head.contentLength()
    } catch {
      throw error == .lengthTooLarge ? .bodyTooLong : .badHead
    }
    if let stated {
      if stated > limit { throw .bodyTooLong }
      length = .stated(stated)
      isComplete = stated == 0
    } else if [101, 204, 304].contains(head.status) {
      length = .stated(0)
      isComplete = true
    }
  }

  /// What is behind the head: the first bytes of another protocol, once one has been agreed on.
  public mutating func takeRest() -> [UInt8] {
    defer { pending = [] }
    return pending
  }

  /// The value of a header field, in lower case as its name is.
  public func field(_ name: StaticString) -> String? { head?.value(name)?.asciiLowercased }

  private mutating func chunks() throws(ResponseDamage) -> [UInt8] {
    let bytes = pending
    var body: [UInt8] = []
    var isDamaged = false
    var left = 0
    bytes.withUnsafeBytes { raw in
      var rest = raw
      do throws(ChunkedDecoder.Problem) {
        while try step(&rest, &body) {}
      } catch {
        isDamaged = true
      }
      left = rest.count
    }
    if isDamaged { throw .badChunk }
    pending.removeFirst(bytes.count - left)
    taken += body.count
    return try bounded(body)
  }

  /// - Returns: whether there is more to be had of `rest`.
  private mutating func step(_ rest: inout UnsafeRawBufferPointer, _ body: inout [UInt8])
    throws(ChunkedDecoder.Problem) -> Bool
  {
    switch try decoder.step(&rest) {
    case .data(let count):
      body.append(raw: UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      return true
    case .trailer(let count):
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      return true
    case .hungry: return false
    case .end:
      isComplete = true
      return false
    }
  }
}
