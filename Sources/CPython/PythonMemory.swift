internal import Box
internal import ELF
internal import Linux

/// The objects of a Python process's memory.
struct PythonMemory {
  private let source: ByteSource
  private let layout: PythonLayout
  let budget = ReadBudget()

  private static let longestText = 4_096

  init(_ source: ByteSource, _ layout: PythonLayout) {
    self.source = source
    self.layout = layout
  }

  /// A str object.
  func text(_ address: UInt64?) -> String? {
    guard let address, address != 0, let length = pointer(address, layout.textLength),
      length <= UInt64(Self.longestText), let word = number32(address, layout.textState)
    else { return nil }
    // Two bits of other things stand in front, or eight where there is no global lock.
    let state = UInt32(truncatingIfNeeded: word) >> ((word >> 2) & 7 == 0 ? 8 : 2)
    let kind = Int(state & 7)
    let isASCII = (state >> 4) & 1 == 1
    guard kind == 1 || kind == 2 || kind == 4,
      let bytes = read(
        address &+ UInt64(isASCII ? layout.ascii : layout.compact), Int(length) * kind)
    else { return nil }
    if isASCII { return String(bytes: bytes) }
    let numbers = LittleEndian(bytes)
    var scalars = String.UnicodeScalarView()
    for index in stride(from: 0, to: bytes.count, by: kind) {
      guard let value = numbers.number(index, kind) else { break }
      scalars.append(Unicode.Scalar(UInt32(truncatingIfNeeded: value)) ?? "\u{FFFD}")
    }
    return String(scalars)
  }

  func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
    // A read costs something, however small it is.
    budget.left -= max(64, count)
    return budget.left > 0 ? source.read(address, count) : nil
  }

  func pointer(_ address: UInt64, _ offset: Int) -> UInt64? {
    read(address &+ UInt64(bitPattern: Int64(offset)), 8).flatMap { LittleEndian($0).number(0, 8) }
  }

  func number32(_ address: UInt64, _ offset: Int) -> Int? {
    read(address &+ UInt64(offset), 4).flatMap { LittleEndian($0).number(0, 4) }
      .map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}

/// How much is read and looked through of one process in all: structures that lead in circles end there.
final class ReadBudget {
  /// Bytes: some hundred thousand frames.
  var left = 32 << 20
}
