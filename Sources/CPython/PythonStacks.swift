public import Box
public import ELF
internal import Linux

/// A thread of a Python process, and what it runs.
public struct PythonThread: Sendable {
  /// The kernel's thread ID; nil where it could not be told.
  public let nativeID: Int?
  /// The ID that Python's `threading` shows.
  public let pthread: UInt64?
  /// The newest first.
  public let frames: [PythonFrame]
}

public struct PythonFrame: Sendable {
  public let name: String
  public let file: String
  public let line: Int
}

/// Reads the stacks of CPython out of a process's memory, without stopping it.
///
/// What changes while we read gives addresses that lead nowhere: then all is read again.
public struct PythonStacks {
  private let memory: ByteSource
  private let runtime: UInt64
  private let layout: PythonLayout
  private let budget = ReadBudget()

  private static let mostThreads = 10_000
  private static let mostFrames = 4_000
  private static let longestText = 4_096
  private static let longestTable = 1 << 20

  /// - Parameters:
  ///   - memory: the process's memory by address.
  ///   - runtime: address of `_PyRuntime`.
  ///   - minor: of version 3.
  public init(memory: ByteSource, runtime: UInt64, minor: Int) throws(Failure) {
    self.memory = memory
    self.runtime = runtime
    let published = PythonLayout(published: memory.prefix(runtime, 512))
    guard let layout = published ?? PythonLayout(minor: minor) else {
      throw .message(
        "Python 3.\(minor) is not known here; 3.\(PythonLayout.oldest) to 3.\(PythonLayout.newest) are"
      )
    }
    self.layout = layout
  }

  /// All threads of all interpreters.
  public func threads() throws(Failure) -> [PythonThread] {
    for _ in 0..<20 where budget.left > 0 {
      if let threads = attemptThreads(), !threads.isEmpty { return threads }
    }
    throw .message("its stacks change too fast, or are laid out in another way")
  }

  /// - Returns: nil where something did not fit together.
  private func attemptThreads() -> [PythonThread]? {
    var threads: [PythonThread] = []
    guard var interpreter = pointer(runtime, layout.interpreters) else { return nil }
    while interpreter != 0 {
      guard var thread = pointer(interpreter, layout.threads) else { return nil }
      while thread != 0 {
        guard threads.count < Self.mostThreads, let read = read(thread),
          let next = pointer(thread, layout.nextThread)
        else { return nil }
        threads.append(read)
        thread = next
      }
      guard let next = pointer(interpreter, layout.nextInterpreter),
        threads.count < Self.mostThreads, next != interpreter
      else { return nil }
      interpreter = next
    }
    return threads
  }

  private func read(_ thread: UInt64) -> PythonThread? {
    var frame = thread
    for offset in layout.frame {
      guard let next = pointer(frame, offset) else { return nil }
      frame = next
      if frame == 0 { break }
    }
    var frames: [PythonFrame] = []
    var passed = 0
    while frame != 0 {
      guard passed < Self.mostFrames else { return nil }
      passed += 1
      guard let code = pointer(frame, layout.code), let previous = pointer(frame, layout.previous)
      else { return nil }
      if code != 0, !isStub(frame) {
        guard let entry = read(frame: frame, code: code) else { return nil }
        frames.append(entry)
      }
      frame = previous
    }
    let native = layout.nativeID.flatMap { pointer(thread, $0) }
    return PythonThread(
      nativeID: native.flatMap { $0 < 1 << 22 ? Int($0) : nil },
      pthread: layout.nativeID == nil ? pointer(thread, layout.pthread) : nil, frames: frames)
  }

  private func isStub(_ frame: UInt64) -> Bool {
    guard let owner = layout.owner else { return false }
    return read(frame &+ UInt64(owner), 1)?.first == 3
  }

  private func read(frame: UInt64, code: UInt64) -> PythonFrame? {
    guard let name = text(pointer(code, layout.name)),
      let file = text(pointer(code, layout.fileName)), let line = line(frame, code)
    else { return nil }
    return PythonFrame(name: name, file: file, line: line)
  }

  private func line(_ frame: UInt64, _ code: UInt64) -> Int? {
    guard let first = number32(code, layout.firstLine),
      let object = pointer(code, layout.lineTable),
      let size = pointer(object, 16), size <= UInt64(Self.longestTable),
      let table = read(object &+ 32, Int(size))
    else { return nil }
    if let instructions = layout.instructions {
      guard let next = pointer(frame, layout.instruction) else { return nil }
      let start = code &+ UInt64(instructions)
      guard next >= start &- 2, next &- start &+ 2 < 1 << 32 else { return nil }
      // One before the first instruction: the function has not begun.
      if next < start { return first }
      return PythonLines.locations(table, first: first, unit: Int((next - start) / 2))
    }
    guard let last = number32(frame, layout.instruction) else { return nil }
    return layout.minor == 10
      ? PythonLines.ranges(table, first: first, instruction: last * 2)
      : PythonLines.pairs(table, first: first, instruction: last)
  }

  /// A str object.
  private func text(_ address: UInt64?) -> String? {
    guard let address, address != 0, let length = pointer(address, 16),
      length <= UInt64(Self.longestText), let state = number32(address, 32)
    else { return nil }
    let kind = (state >> 2) & 7
    let isASCII = (state >> 6) & 1 == 1
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

  private func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
    // A read costs something, however small it is.
    budget.left -= max(64, count)
    return budget.left > 0 ? memory.read(address, count) : nil
  }

  private func pointer(_ address: UInt64, _ offset: Int) -> UInt64? {
    read(address &+ UInt64(offset), 8).flatMap { LittleEndian($0).number(0, 8) }
  }

  private func number32(_ address: UInt64, _ offset: Int) -> Int? {
    read(address &+ UInt64(offset), 4).flatMap { LittleEndian($0).number(0, 4) }
      .map { Int(Int32(truncatingIfNeeded: $0)) }
  }
}

/// How much is read of one process in all: structures that lead in circles end there.
private final class ReadBudget {
  /// Bytes.
  var left = 256 << 20
}
