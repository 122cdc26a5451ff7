public import Box
public import ELF

/// A thread of a Python process, and what it runs.
public struct PythonThread: Sendable {
  /// Where the interpreter lies that it belongs to.
  let interpreter: UInt64
  /// The kernel's thread ID; nil where it could not be told.
  public let nativeID: Int?
  /// The ID that Python's `threading` shows.
  public let pthread: UInt64?
  /// As `threading` has it; nil where it does not know the thread.
  public internal(set) var name: String?
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
  private let memory: PythonMemory
  private let runtime: UInt64
  private let layout: PythonLayout

  private static let mostThreads = 10_000
  private static let mostFrames = 4_000
  private static let longestTable = 1 << 20
  private static let longestHead = 4_096

  /// - Parameters:
  ///   - memory: the process's memory by address.
  ///   - runtime: address of `_PyRuntime`.
  ///   - minor: of version 3.
  public init(memory: ByteSource, runtime: UInt64, minor: Int) throws(Failure) {
    self.runtime = runtime
    let published = PythonLayout(published: memory.prefix(runtime, PublishedOffsets.length))
    guard let layout = published ?? PythonLayout(minor: minor) else {
      if minor >= PythonLayout.oldest, minor <= PythonLayout.newest {
        throw .message(
          "Python 3.\(minor): does not publish its offsets as releases of that version do")
      }
      throw .message(
        "Python 3.\(minor) is not known here; 3.\(PythonLayout.oldest) to 3.\(PythonLayout.newest) are"
      )
    }
    self.layout = layout
    self.memory = PythonMemory(memory, layout)
  }

  /// All threads of all interpreters.
  public func threads() throws(Failure) -> [PythonThread] {
    for _ in 0..<20 where memory.budget.left > 0 {
      guard var threads = attemptThreads(), !threads.isEmpty else { continue }
      name(&threads)
      return threads
    }
    throw .message("its stacks change too fast, or are laid out in another way")
  }

  /// Names change seldom: they are read once the stacks fit together.
  private func name(_ threads: inout [PythonThread]) {
    var names: [UInt64: [UInt64: String]] = [:]
    for index in threads.indices {
      let interpreter = threads[index].interpreter
      let known = names[interpreter] ?? PythonNames(memory, layout).names(of: interpreter)
      names[interpreter] = known
      threads[index].name = threads[index].pthread.flatMap { known[$0] }
    }
  }

  /// - Returns: nil where something did not fit together.
  private func attemptThreads() -> [PythonThread]? {
    var threads: [PythonThread] = []
    let codes = CodeCache()
    guard var interpreter = memory.pointer(runtime, layout.interpreters) else { return nil }
    var interpreters = Circle()
    while interpreter != 0 {
      guard !interpreters.closes(at: interpreter),
        var thread = memory.pointer(interpreter, layout.threads)
      else { return nil }
      var circle = Circle()
      while thread != 0 {
        guard threads.count < Self.mostThreads, !circle.closes(at: thread),
          let read = read(thread, of: interpreter, codes),
          let next = memory.pointer(thread, layout.nextThread)
        else { return nil }
        threads.append(read)
        thread = next
      }
      guard let next = memory.pointer(interpreter, layout.nextInterpreter) else { return nil }
      interpreter = next
    }
    return threads
  }

  private func read(_ thread: UInt64, of interpreter: UInt64, _ codes: CodeCache) -> PythonThread? {
    var frame = thread
    for offset in layout.frame {
      guard let next = memory.pointer(frame, offset) else { return nil }
      frame = next
      if frame == 0 { break }
    }
    var frames: [PythonFrame] = []
    var passed = 0
    var circle = Circle()
    while frame != 0 {
      guard passed < Self.mostFrames, !circle.closes(at: frame), let head = head(of: frame) else {
        return nil
      }
      passed += 1
      if head.code != 0, head.owner < 3 {
        guard let entry = read(head, frame, codes) else { return nil }
        frames.append(entry)
      }
      frame = head.previous
    }
    let native = layout.nativeID.flatMap { memory.pointer(thread, $0) }
    return PythonThread(
      interpreter: interpreter, nativeID: native.flatMap { $0 < 1 << 22 ? Int($0) : nil },
      pthread: memory.pointer(thread, layout.pthread), frames: frames)
  }

  /// What every frame tells; one read, since a deep stack has hundreds.
  private struct FrameHead {
    let code: UInt64
    let previous: UInt64
    let owner: UInt64
    let instruction: UInt64
  }

  private func head(of frame: UInt64) -> FrameHead? {
    let width = layout.instructions == nil ? 4 : 8
    let ends = [
      layout.code + 8, layout.previous + 8, (layout.owner ?? 0) + 1, layout.instruction + width,
    ]
    guard let size = ends.max(), size <= Self.longestHead, let bytes = memory.read(frame, size)
    else {
      return nil
    }
    let numbers = LittleEndian(bytes)
    guard let code = numbers.number(layout.code, 8),
      let previous = numbers.number(layout.previous, 8),
      let instruction = numbers.number(layout.instruction, width)
    else { return nil }
    return FrameHead(
      code: code & layout.codeMask, previous: previous,
      owner: layout.owner.flatMap { numbers.number($0, 1) } ?? 0, instruction: instruction)
  }

  private func read(_ head: FrameHead, _ frame: UInt64, _ codes: CodeCache) -> PythonFrame? {
    guard let code = codes.known[head.code] ?? read(code: head.code),
      let line = line(head, frame, code)
    else { return nil }
    codes.known[head.code] = code
    return PythonFrame(name: code.name, file: code.file, line: line)
  }

  private func read(code: UInt64) -> PythonCode? {
    guard let name = memory.text(memory.pointer(code, layout.name)),
      let file = memory.text(memory.pointer(code, layout.fileName)),
      let first = memory.number32(code, layout.firstLine),
      let object = memory.pointer(code, layout.lineTable),
      let size = memory.pointer(object, layout.bytesSize), size <= UInt64(Self.longestTable),
      let table = memory.read(object &+ UInt64(layout.bytesData), Int(size))
    else { return nil }
    return PythonCode(name: name, file: file, firstLine: first, lines: table)
  }

  private func line(_ head: FrameHead, _ frame: UInt64, _ code: PythonCode) -> Int? {
    let first = code.firstLine
    // The table is walked again for each frame, and thousands may share a large one.
    memory.budget.left -= code.lines.count / 4
    guard memory.budget.left > 0 else { return nil }
    if layout.instructions == nil {
      let last = Int(Int32(truncatingIfNeeded: head.instruction))
      return layout.minor == 10
        ? PythonLines.ranges(code.lines, first: first, instruction: last &* 2)
        : PythonLines.pairs(code.lines, first: first, instruction: last)
    }
    let next = head.instruction
    guard let start = instructions(head.code, frame), next >= start &- 2,
      next &- start &+ 2 < 1 << 32
    else { return nil }
    // One before the first instruction: the function has not begun.
    if next < start { return first }
    return PythonLines.locations(code.lines, first: first, unit: Int((next - start) / 2))
  }

  /// Where the instructions that a frame runs begin.
  private func instructions(_ code: UInt64, _ frame: UInt64) -> UInt64? {
    guard let own = layout.ownInstructions else {
      return layout.instructions.map { code &+ UInt64($0) }
    }
    // An array: its length, and pointers.
    guard let index = memory.number32(frame, own.index), index >= 0,
      let array = memory.pointer(code, own.array), let count = memory.pointer(array, 0),
      index < count
    else { return nil }
    return memory.pointer(array, 8 + 8 * index)
  }
}

/// Notices that a list leads in a circle, within some three times its length. Brent's algorithm.
private struct Circle {
  private var mark: UInt64 = 0
  private var steps = 0
  private var limit = 1

  mutating func closes(at address: UInt64) -> Bool {
    if address == mark { return true }
    steps += 1
    if steps == limit {
      mark = address
      steps = 0
      limit *= 2
    }
    return false
  }
}

/// What is the same for all frames of a function.
private struct PythonCode {
  let name: String
  let file: String
  let firstLine: Int
  let lines: [UInt8]
}

/// Functions by their addresses, as long as one look at the process takes.
private final class CodeCache {
  var known: [UInt64: PythonCode] = [:]
}
