/// Expands a gzip file from pieces of it, member after member, and checks sums and lengths, RFC 1952.
public final class Gunzipper {
  public enum Step: Equatable, Sendable {
    /// So many bytes are in the output.
    case output(Int)
    /// The input is used up.
    case hungry
    /// A member ended as it says.
    case memberEnd
  }

  public enum Broken: Error, Equatable, Sendable {
    case notGzip, unsupported, data, checksum, length, memory
  }

  private enum State { case header, data, trailer, zeros }

  private let inflater: Inflater
  private var state = State.header
  private var held: [UInt8] = []
  private var sum: UInt32 = 0
  private var length: UInt32 = 0
  /// The header of the first member.
  public private(set) var header: GzipHeader?
  /// Whether a member has ended and none has begun since.
  public private(set) var isBetweenMembers = false
  /// The check value that the last member stated.
  public private(set) var statedSum: UInt32 = 0

  public init() throws(Broken) {
    guard let inflater = Inflater() else { throw .memory }
    self.inflater = inflater
  }

  /// Takes bytes off the front of `input` until there is something to tell.
  public func step(_ input: inout UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer)
    throws(Broken) -> Step
  {
    while true {
      switch state {
      case .header:
        guard try readHeader(&input) else { return .hungry }
      case .data:
        if input.isEmpty { return .hungry }
        let (taken, made, outcome) = inflater.run(input, output)
        input = UnsafeRawBufferPointer(rebasing: input[taken...])
        if outcome == .broken { throw .data }
        if outcome == .end { state = .trailer }
        if made > 0 {
          let piece = UnsafeRawBufferPointer(start: output.baseAddress, count: made)
          sum = checksum(sum, piece)
          length &+= UInt32(truncatingIfNeeded: made)
          return .output(made)
        }
        if outcome == .more, taken == 0 { return .hungry }
      case .trailer:
        guard hold(8, &input) else { return .hungry }
        let (wanted, size) = (word(0), word(4))
        held = []
        statedSum = wanted
        guard wanted == sum else { throw .checksum }
        guard size == length else { throw .length }
        inflater.reset()
        (sum, length) = (0, 0)
        isBetweenMembers = true
        state = .zeros
        return .memberEnd
      case .zeros:
        // Tapes pad with zeros.
        while let byte = input.first, byte == 0 {
          input = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        }
        if input.isEmpty { return .hungry }
        state = .header
      }
    }
  }

  private func readHeader(_ input: inout UnsafeRawBufferPointer) throws(Broken) -> Bool {
    if input.isEmpty { return false }
    let before = held.count
    held += input.prefix(GzipHeader.longest)
    let outcome = held.withUnsafeBytes { GzipHeader.parse($0) }
    switch outcome {
    case .header(let header, let length):
      input = UnsafeRawBufferPointer(rebasing: input[max(0, length - before)...])
      held = []
      if self.header == nil { self.header = header }
      state = .data
      isBetweenMembers = false
      return true
    case .incomplete:
      input = UnsafeRawBufferPointer(rebasing: input[input.count...])
      return false
    case .notGzip: throw .notGzip
    case .unsupported: throw .unsupported
    }
  }

  private func hold(_ count: Int, _ input: inout UnsafeRawBufferPointer) -> Bool {
    let wanted = min(count - held.count, input.count)
    held += input.prefix(wanted)
    input = UnsafeRawBufferPointer(rebasing: input[wanted...])
    return held.count == count
  }

  private func word(_ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(held[offset + $1]) << UInt32(8 * $1) }
  }
}
