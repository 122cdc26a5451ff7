/// Takes the chunks of a body apart, RFC 9112 section 7.1; pieces may end anywhere.
public struct ChunkedDecoder {
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case noSize, sizeTooLarge, badEnd, trailerTooLong

    public var description: String {
      switch self {
      case .noSize: "Illegal or missing hexadecimal sequence in chunked-encoding"
      case .sizeTooLarge: "Too long hexadecimal number in chunked-encoding"
      case .badEnd: "Malformed encoding found in chunked-encoding"
      case .trailerTooLong: "Too large trailers in chunked-encoding"
      }
    }
  }

  public enum Step: Equatable, Sendable {
    /// So many bytes at the front of the input are data.
    case data(Int)
    /// So many bytes at the front of the input are a line of the trailer, its end included.
    case trailer(Int)
    /// The input is used up.
    case hungry
    case end
  }

  private enum State { case size, extensions, data, dataEnd, trailer, done }

  private var state = State.size
  private var left = 0
  private var digits = 0
  private var lineLength = 0
  private var trailerSize = 0

  public init() {}

  public var isDone: Bool { state == .done }

  /// Takes framing off the front of `input` until there is something to tell; the bytes that are
  /// told of are the caller's to take off.
  public mutating func step(_ input: inout UnsafeRawBufferPointer) throws(Problem) -> Step {
    while true {
      switch state {
      case .done: return .end
      case .data:
        if input.isEmpty { return .hungry }
        let count = min(left, input.count)
        left -= count
        if left == 0 { state = .dataEnd }
        return .data(count)
      case .size:
        guard let byte = input.first else { return .hungry }
        if let digit = Bytes.hexValue(byte) {
          if digits == 15 { throw .sizeTooLarge }
          digits += 1
          left = left << 4 | Int(digit)
          take(&input)
        } else {
          if digits == 0 { throw .noSize }
          state = .extensions
          lineLength = 0
        }
      case .extensions, .dataEnd: if try !skipLine(&input) { return .hungry }
      case .trailer:
        guard let end = input.firstIndex(of: 10) else {
          if input.count > ResponseHead.Limits.line { throw .trailerTooLong }
          return .hungry
        }
        trailerSize += end + 1
        if trailerSize > ResponseHead.Limits.total { throw .trailerTooLong }
        let isEmpty = end == 0 || end == 1 && input[0] == 13
        if isEmpty { state = .done }
        return isEmpty ? finish(&input, end + 1) : .trailer(end + 1)
      }
    }
  }

  private mutating func finish(_ input: inout UnsafeRawBufferPointer, _ count: Int) -> Step {
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    return .end
  }

  /// - Returns: false where the line goes on behind the input.
  private mutating func skipLine(_ input: inout UnsafeRawBufferPointer) throws(Problem) -> Bool {
    while let byte = input.first {
      take(&input)
      lineLength += 1
      if byte == 10 {
        if state == .extensions {
          state = left == 0 ? .trailer : .data
        } else {
          state = .size
        }
        digits = 0
        lineLength = 0
        return true
      }
      // Behind the data nothing may stand but the end of the line.
      if state == .dataEnd, byte != 13 { throw .badEnd }
      if lineLength > 16_384 { throw .badEnd }
    }
    return false
  }

  private func take(_ input: inout UnsafeRawBufferPointer) {
    input = UnsafeRawBufferPointer(rebasing: input[1...])
  }
}
