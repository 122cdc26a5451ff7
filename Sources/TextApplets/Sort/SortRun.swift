internal import Box
internal import Linux
internal import Sorting
internal import Target

/// Sorts in memory, and by way of temporary files what does not fit.
final class SortRun {
  private let options: Sort
  private let paths: Paths
  private let context: Context
  private let sorter: LineSorter
  private let order: LineOrder
  private let limit: Int
  private var text: UnsafeMutableRawBufferPointer
  private var filled = 0
  /// Up to here the text has been cut into lines.
  private var cut = 0
  private let spills: Spills

  /// Memory for text and lines, where -S says nothing.
  static let memory = 256 << 20
  private static let longestLine = 1 << 30

  init(_ options: Sort, _ order: LineOrder, _ paths: Paths, _ context: Context) {
    self.options = options
    self.paths = paths
    self.context = context
    self.order = order
    sorter = LineSorter(order, threads: options.threads)
    // The other half is for the records of the lines.
    limit = max(1 << 16, (options.memory ?? Self.memory) / 2)
    text = .allocate(byteCount: min(limit, 1 << 20), alignment: 4096)
    let folder = options.folders.first ?? context.variable("TMPDIR") ?? ""
    spills = Spills(folder.isEmpty ? "/tmp" : folder)
  }

  deinit { text.deallocate() }

  func run(_ operands: [String]) throws(Failure) {
    for operand in operands {
      let source = try TextSource.open(operand, paths)
      while try read(source) {}
      endLine()
    }
    cutLines()
    sorter.sort()
    let output = try target()
    if spills.isEmpty {
      write(to: output)
    } else {
      try spill()
      try SortMerge(order, unique: options.isUnique, lineEnd: options.lineEnd)
        .run(try spills.takeAll(), output)
    }
    output.flush()
    if options.target != nil, let failure = output.failure {
      throw .system(failure.about(options.target ?? ""))
    }
  }

  private func target() throws(Failure) -> Output {
    guard let name = options.target else { return context.output }
    let file = try paths.location(name).open([.write, .create, .truncate])
    return Output(descriptor: file.release())
  }

  /// Reads once; false at the end of the file.
  private func read(_ source: borrowing TextSource) throws(Failure) -> Bool {
    // One byte stays free for the end of a line that has none.
    if filled >= text.count - 1 { try makeRoom(source.display) }
    let room = UnsafeMutableRawBufferPointer(rebasing: text[filled..<(text.count - 1)])
    let count = try source.told { () throws(SystemError) in try source.file.read(into: room) }
    filled += count
    return count > 0
  }

  private func endLine() {
    guard filled > 0, text[filled - 1] != options.lineEnd else { return }
    text[filled] = options.lineEnd
    filled += 1
  }

  private func cutLines() {
    cut += sorter.add(
      UnsafeRawBufferPointer(text).part(cut..<filled), lineEnd: options.lineEnd)
  }

  private func makeRoom(_ subject: String) throws(Failure) {
    if text.count * 2 <= limit {
      // Lines are cut once the text stays where it is.
      return grow()
    }
    cutLines()
    if sorter.count == 0 {
      guard text.count < Self.longestLine else {
        throw .message("\(subject): a line is too long")
      }
      return grow()
    }
    sorter.sort()
    try spill()
    // What is left is the start of a line.
    let rest = cut..<filled
    if let base = text.baseAddress { copyBytes(UnsafeRawBufferPointer(text).part(rest), to: base) }
    filled = rest.count
    cut = 0
  }

  private func grow() {
    let wider = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count * 2, alignment: 4096)
    if let base = wider.baseAddress {
      copyBytes(UnsafeRawBufferPointer(text).part(0..<filled), to: base)
    }
    text.deallocate()
    text = wider
  }

  private func write(to output: Output) {
    var block = OutputBlock(output)
    sorter.forEach(unique: options.isUnique) { block.line($0, options.lineEnd) }
    block.flush()
  }

  /// Writes the sorted lines to a temporary file.
  private func spill() throws(Failure) {
    if sorter.count == 0 { return }
    let file = try spills.make()
    let output = Output(descriptor: file.descriptor)
    write(to: output)
    output.flush()
    if let failure = output.failure { throw .system(failure.about(spills.folder)) }
    _ = try attempt { () throws(SystemError) in try file.seek(to: 0) }
    spills.keep(file)
    sorter.clear()
    if spills.count >= Spills.most {
      let all = try spills.takeAll()
      let merged = try spills.make()
      let output = Output(descriptor: merged.descriptor)
      try SortMerge(order, unique: options.isUnique, lineEnd: options.lineEnd).run(all, output)
      output.flush()
      if let failure = output.failure { throw .system(failure.about(spills.folder)) }
      _ = try attempt { () throws(SystemError) in try merged.seek(to: 0) }
      spills.keep(merged)
    }
  }
}

/// Collects lines to write them in large pieces.
struct OutputBlock {
  private let output: Output
  private var bytes: [UInt8] = []

  init(_ output: Output) {
    self.output = output
    bytes.reserveCapacity(1 << 17)
  }

  mutating func line(_ line: UnsafeRawBufferPointer, _ end: UInt8) {
    bytes.append(contentsOf: line)
    bytes.append(end)
    if bytes.count >= 1 << 16 { flush() }
  }

  mutating func flush() {
    bytes.withUnsafeBytes { output.write($0) }
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Temporary files of sorted lines. They have no name: nothing is left behind, however we end.
final class Spills {
  let folder: String
  private var descriptors: [Int32] = []

  static let most = 64

  init(_ folder: String) { self.folder = folder }

  deinit { for descriptor in descriptors { _ = File(owning: descriptor) } }

  var isEmpty: Bool { descriptors.isEmpty }
  var count: Int { descriptors.count }

  func make() throws(Failure) -> File {
    do throws(SystemError) {
      return try File.temporary(in: folder)
    } catch {
      throw Failure(
        "\(folder): no temporary file: \(error.reason)",
        advice: "a folder that can be written by -T DIR or TMPDIR, or more memory by -S SIZE",
        status: 2, errno: error.errno)
    }
  }

  func keep(_ file: consuming File) { descriptors.append(file.release()) }

  /// All files, in the order they were made.
  func takeAll() throws(Failure) -> [LineReaderSource] {
    defer { descriptors = [] }
    return descriptors.map { LineReaderSource(descriptor: $0, display: folder) }
  }
}
