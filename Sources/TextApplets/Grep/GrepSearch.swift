internal import Box
internal import Linux
internal import Patterns

/// Searches one file after the other, a buffer of whole lines at a time.
final class GrepSearch {
  private let options: Grep
  private let matcher: LineMatcher
  private let context: Context
  private let printer: GrepPrinter
  private let separator: UInt8
  private let keepsLines: Bool
  private let listsOnly: Bool
  /// Whether lines can be written in blocks, as they are.
  private let isPlain: Bool

  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
  /// What the buffer holds.
  private var filled = 0
  /// Before this all has been searched.
  private var begin = 0

  // The state of one file.
  private var selected = 0
  private var isStopped = false
  private var isDraining = false
  /// Where the last line of -m ends, once it is found.
  private var position: Int?
  private var isBinary = false
  private var selectedWhenBinary = 0
  private var pendingAfter = 0
  /// What has been printed ends here; nil where nothing has.
  private var printedEnd: Int?

  private static let longestLine = 1 << 30

  init(_ options: Grep, _ matcher: LineMatcher, _ context: Context) {
    self.options = options
    self.matcher = matcher
    self.context = context
    printer = GrepPrinter(options, matcher, context)
    separator = options.separator
    keepsLines = options.contextBefore ?? 0 > 0
    listsOnly = options.isQuiet || options.listing != .none
    isPlain = printer.isPlain && options.contextBefore == nil && options.contextAfter == nil
  }

  deinit { buffer.deallocate() }

  var showsNames: Bool {
    get { printer.showsNames }
    set { printer.showsNames = newValue }
  }

  /// - Returns: whether a line was selected.
  func run(_ file: borrowing File, _ name: String, isForeign: Bool, isInput: Bool)
    throws(SystemError) -> Bool
  {
    reset()
    printer.start(name, isForeign: isForeign)
    if options.aligns { printer.align(to: try? file.status()) }
    let start = isInput ? try? file.seek(to: 0, .current) : nil
    if options.limit == 0 {
      isStopped = true
      position = 0
    }
    while !isStopped, context.output.failure == nil, try fill(file) {}
    finish(name)
    // The next reader of a shared input goes on behind the last line of -m.
    if let start, let position { _ = try? file.seek(to: start + position) }
    return selected > 0
  }

  private func reset() {
    filled = 0
    begin = 0
    selected = 0
    isStopped = false
    isDraining = false
    position = nil
    isBinary = false
    selectedWhenBinary = 0
    pendingAfter = 0
    printedEnd = nil
  }

  /// Reads once and searches the lines that are whole now; false at the end.
  private func fill(_ file: borrowing File) throws(SystemError) -> Bool {
    // One byte stays free for the end of a last line without one.
    if filled >= buffer.count - 1 { try grow() }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(buffer.count - 1)])
    let count = try file.read(into: room)
    let old = filled
    filled += count
    checkBinary(from: old)
    if isStopped { return false }
    if count == 0, filled > begin {
      buffer[filled] = separator
      filled += 1
    }
    let view = UnsafeRawBufferPointer(buffer)
    if let last = view.lastOffset(of: separator, before: filled), last >= old, last >= begin {
      search(view.part(0..<(last + 1)))
      drop()
    }
    return count > 0
  }

  private func checkBinary(from old: Int) {
    guard options.binary != .text, separator != 0, filled > old else { return }
    let view = UnsafeRawBufferPointer(buffer).part(0..<filled)
    guard isBinary || view.offset(of: 0, from: old) != nil else { return }
    if !isBinary {
      isBinary = true
      selectedWhenBinary = selected
      if options.binary == .skip {
        selected = 0
        isStopped = true
        return
      }
    }
    // NUL ends a line, so that what is between two is found as a whole.
    var index = old
    while let found = view.offset(of: 0, from: index) {
      buffer[found] = separator
      index = found + 1
    }
  }

  /// Forgets what is searched, but for the lines that may be wanted as context.
  private func drop() {
    var keep = begin
    if keepsLines {
      let view = UnsafeRawBufferPointer(buffer)
      for _ in 0..<(options.contextBefore ?? 0) where keep > 0 {
        if let printedEnd, keep <= printedEnd { break }
        keep = view.lastOffset(of: separator, before: keep - 1).map { $0 + 1 } ?? 0
      }
    }
    printer.forget(keep, in: UnsafeRawBufferPointer(buffer))
    if let base = buffer.baseAddress, filled > keep {
      copyBytes(UnsafeRawBufferPointer(buffer).part(keep..<filled), to: base)
    }
    filled -= keep
    begin -= keep
    printedEnd = printedEnd.map { $0 - keep }
  }

  private func grow() throws(SystemError) {
    guard buffer.count < Self.longestLine else { throw SystemError(.tooLarge, "read", "") }
    let wider = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 4096)
    if let base = wider.baseAddress { copyBytes(UnsafeRawBufferPointer(buffer), to: base) }
    buffer.deallocate()
    buffer = wider
  }

  private func search(_ view: UnsafeRawBufferPointer) {
    while begin < view.count, !isStopped, context.output.failure == nil {
      let match = matcher.nextLine(in: view, from: begin)
      let gap = begin..<(match?.lowerBound ?? view.count)
      if options.inverts { select(gap, view) } else { pass(gap, view) }
      if isStopped { return }
      guard let match else {
        begin = view.count
        return
      }
      begin = match.lowerBound
      let line = match.lowerBound..<(match.upperBound + 1)
      if options.inverts { pass(line, view) } else { select(line, view) }
      if !isStopped { begin = line.upperBound }
    }
  }

  /// Whether the lines themselves are printed.
  private var isPrinting: Bool { !listsOnly && !options.counts && !isBinary }

  /// Lines that are selected.
  private func select(_ range: Range<Int>, _ view: UnsafeRawBufferPointer) {
    guard !range.isEmpty else { return }
    if isDraining { return pass(range, view) }
    if listsOnly || (isBinary && !options.counts) {
      selected += 1
      isStopped = true
      return
    }
    if options.limit == nil, !isPrinting || isPlain {
      selected += ByteScan.count(separator, in: view.part(range))
      if isPrinting { printer.block(view.part(range)) }
      return
    }
    var start = range.lowerBound
    while start < range.upperBound {
      let end = view.offset(of: separator, from: start) ?? range.upperBound - 1
      selected += 1
      if isPrinting { show(start..<end, view) }
      start = end + 1
      if selected == options.limit {
        isDraining = true
        position = printer.base + start
        return pass(start..<range.upperBound, view)
      }
    }
  }

  /// Lines that are not selected: some may be context.
  private func pass(_ range: Range<Int>, _ view: UnsafeRawBufferPointer) {
    var start = range.lowerBound
    while pendingAfter > 0, start < range.upperBound, isPrinting {
      let end = view.offset(of: separator, from: start) ?? range.upperBound - 1
      printer.line(start..<end, in: view, isSelected: false)
      printedEnd = end + 1
      pendingAfter -= 1
      start = end + 1
    }
    if isDraining, pendingAfter == 0 || !isPrinting { isStopped = true }
  }

  /// Prints a selected line and what belongs before it.
  private func show(_ line: Range<Int>, _ view: UnsafeRawBufferPointer) {
    var start = line.lowerBound
    let oldest = max(printedEnd ?? 0, 0)
    for _ in 0..<(options.contextBefore ?? 0) where start > oldest {
      start = view.lastOffset(of: separator, before: start - 1).map { $0 + 1 } ?? 0
    }
    if options.contextBefore != nil || options.contextAfter != nil, let printedEnd,
      start > printedEnd
    {
      printer.separateGroups()
    }
    while start < line.lowerBound {
      let end = view.offset(of: separator, from: start) ?? line.lowerBound - 1
      printer.line(start..<end, in: view, isSelected: false)
      start = end + 1
    }
    printer.line(line, in: view, isSelected: true)
    printedEnd = line.upperBound + 1
    pendingAfter = options.contextAfter ?? 0
  }

  private func finish(_ name: String) {
    let isSkipped = isBinary && options.binary == .skip
    if options.counts, !listsOnly { printer.count(selected) }
    if !options.isQuiet {
      if options.listing == .matching, selected > 0 { printer.fileName() }
      if options.listing == .others, selected == 0 { printer.fileName() }
    }
    if isBinary, !isSkipped, !listsOnly, !options.counts, selected > selectedWhenBinary {
      context.note("\(name): binary file matches")
    }
  }
}
