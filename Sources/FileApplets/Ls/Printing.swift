internal import Box
internal import Linux
internal import Report
internal import Target

extension Listing {
  /// One folder, with its header and total where they are due.
  mutating func show(_ entries: [FileEntry], _ place: Location) {
    let end: StaticString = plan.options.endsWithZero ? "\0" : "\n"
    if printsHeaders {
      if hasPrinted { context.output.write("\n") }
      context.output.write(header(place) + ":\n")
    }
    hasPrinted = true
    if plan.isLong || plan.options.showsBlocks {
      let blocks = entries.reduce(0 as UInt64) { $0 &+ allocated($1) }
      context.output.write("total " + plan.blockSizes.text(blocks) + "\(end)")
    }
    printNames(entries, folder: place)
  }

  private func header(_ place: Location) -> String {
    var quoting = plan.headerQuoting
    if place.isForeign, plan.isTerminal { quoting.masks = true }
    return quoting.quoted(place.display)
  }

  /// Bytes on disk.
  private func allocated(_ entry: FileEntry) -> UInt64 {
    UInt64(clamping: entry.status?.blocks ?? 0) &* 512
  }

  /// - Parameter measured: what the widths of columns are for, where that is more than is printed.
  mutating func printNames(
    _ entries: [FileEntry], folder: Location?, measured: [FileEntry]? = nil
  ) {
    prepare(entries, folder)
    switch plan.layout {
    case .long: printLong(entries, folder, measured ?? entries)
    case .columns, .across: printColumns(entries)
    case .commas: printRunning(entries, separator: ",")
    case .single, .automatic: printLines(entries)
    }
  }

  /// Settles how each name looks and how wide it is.
  private func prepare(_ entries: [FileEntry], _ folder: Location?) {
    var anyQuoted = false
    for entry in entries {
      let isForeign = (folder ?? entry.place)?.isForeign ?? false
      entry.shown = quoted(entry.name, isForeign)
      entry.isQuoted = plan.aligns && !entry.shown.sameBytes(as: entry.name)
      if entry.isQuoted { anyQuoted = true }
    }
    for entry in entries where anyQuoted && !entry.isQuoted { entry.shown = " " + entry.shown }
    let frills = frillWidths(entries)
    let extra = frills.reduce(0) { $0 + ($1 > 0 ? $1 + 1 : 0) }
    for entry in entries {
      entry.width = columns(entry.shown) + (indicator(entry) == nil ? 0 : 1) + extra
    }
  }

  private func quoted(_ name: String, _ isForeign: Bool) -> String {
    guard isForeign, plan.isTerminal, !plan.quoting.masks else { return plan.quoting.quoted(name) }
    var quoting = plan.quoting
    quoting.masks = true
    return quoting.quoted(name)
  }

  /// Widths of inode, blocks and context in front of names; 0 where they are not shown.
  private func frillWidths(_ entries: [FileEntry]) -> [Int] {
    let options = plan.options
    guard options.showsInode || options.showsBlocks || (options.showsContext && !plan.isLong)
    else { return [0, 0, 0] }
    let fixed = plan.layout == .commas
    return [
      widest(entries, options.showsInode, fixed) { inodeText($0) },
      widest(entries, options.showsBlocks, fixed) { blocksText($0) },
      widest(entries, options.showsContext && !plan.isLong, fixed) { $0.context ?? "?" },
    ]
  }

  private func widest(
    _ entries: [FileEntry], _ isShown: Bool, _ fixed: Bool, _ text: (FileEntry) -> String
  ) -> Int {
    guard isShown else { return 0 }
    return fixed ? 1 : entries.reduce(1) { max($0, text($1).utf8.count) }
  }

  func inodeText(_ entry: FileEntry) -> String {
    entry.inode == 0 ? "?" : String(entry.inode)
  }

  func blocksText(_ entry: FileEntry) -> String {
    entry.status == nil ? "?" : plan.blockSizes.text(allocated(entry))
  }

  /// Inode, blocks and context as they stand in front of a name.
  func frills(_ entry: FileEntry, _ widths: [Int]) -> String {
    var text = ""
    if widths[0] > 0 { text += leftPadded(inodeText(entry), to: widths[0]) + " " }
    if widths[1] > 0 { text += leftPadded(blocksText(entry), to: widths[1]) + " " }
    if widths[2] > 0 { text += leftPadded(entry.context ?? "?", to: widths[2]) + " " }
    return text
  }

  /// The mark behind the name.
  func indicator(_ entry: FileEntry) -> Unicode.Scalar? {
    guard plan.options.indicator != .none else { return nil }
    if entry.kind == .link, plan.isLong, entry.link != nil { return nil }
    return indicator(entry.kind, entry.status?.permissions ?? 0)
  }

  func indicator(_ kind: FileStatus.Kind, _ permissions: UInt32) -> Unicode.Scalar? {
    let style = plan.options.indicator
    if kind == .directory { return style == .none ? nil : "/" }
    guard style == .fileType || style == .classify else { return nil }
    switch kind {
    case .link: return "@"
    case .fifo: return "|"
    case .socket: return "="
    case .regular: return style == .classify && permissions & 0o111 != 0 ? "*" : nil
    default: return nil
    }
  }

  /// The name with its colour and its mark. `column` is where it starts on the line.
  mutating func writeName(_ entry: FileEntry, at column: Int) {
    if let code = plan.colours?.code(entry) {
      writeColoured(entry.shown, code, at: column)
    } else {
      context.output.write(entry.shown)
    }
    if let mark = indicator(entry) { context.output.write(String(mark)) }
  }

  mutating func writeColoured(_ name: String, _ code: String, at column: Int) {
    guard let colours = plan.colours else { return context.output.write(name) }
    // What aligns the name stays outside of its colour.
    let isPadded = name.utf8.first == UInt8(ascii: " ")
    if isPadded { context.output.write(" ") }
    if !hasColoured { context.output.write(colours.end) }
    hasColoured = true
    context.output.write(
      colours.start(code) + (isPadded ? String(name.dropFirst()) : name) + colours.end)
    let width = columns(name)
    if let line = plan.width, width > 0, column / line != (column + width - 1) / line {
      context.output.write(colours.clearLine)
    }
  }

  private mutating func printLines(_ entries: [FileEntry]) {
    let widths = frillWidths(entries)
    let end: UInt8 = plan.options.endsWithZero ? 0 : UInt8(ascii: "\n")
    for entry in entries {
      let front = frills(entry, widths)
      context.output.write(front)
      writeName(entry, at: front.utf8.count)
      context.output.write(end)
    }
  }

  private mutating func printColumns(_ entries: [FileEntry]) {
    guard let line = plan.width else { return printRunning(entries, separator: " ") }
    let frillWidths = frillWidths(entries)
    let layout = ColumnLayout(entries.map { $0.width }, line: line, across: plan.layout == .across)
    for row in 0..<layout.rows {
      var position = 0
      var start = 0
      for (column, index) in layout.indices(row: row, count: entries.count).enumerated() {
        let entry = entries[index]
        context.output.write(indentation(from: position, to: start, tab: plan.tabSize))
        let front = frills(entry, frillWidths)
        context.output.write(front)
        writeName(entry, at: start + front.utf8.count)
        position = start + entry.width
        start += layout.widths[column]
      }
      context.output.write("\n")
    }
  }

  private mutating func printRunning(_ entries: [FileEntry], separator: String) {
    let frillWidths = frillWidths(entries)
    var position = 0
    for (index, entry) in entries.enumerated() {
      let front = frills(entry, frillWidths)
      let width =
        columns(entry.shown) + front.utf8.count + (indicator(entry) == nil ? 0 : 1)
      if index > 0 {
        context.output.write(separator)
        if let line = plan.width, position + width + 2 >= line {
          context.output.write("\n")
          position = 0
        } else {
          context.output.write(" ")
          position += 2
        }
      }
      context.output.write(front)
      writeName(entry, at: position + front.utf8.count)
      position += width
    }
    if !entries.isEmpty { context.output.write("\n") }
  }
}
