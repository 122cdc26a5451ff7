internal import Box
internal import Linux
internal import Report
internal import Target

/// The columns of one file in `ls -l`, as text.
private struct LongRow {
  var front = ""
  var links = "?"
  var owner = "?"
  var group = "?"
  var author = "?"
  var context = "?"
  var size = "?"
  var major = ""
  var minor = ""
  var time = "?"
  /// Numbers stand to the right, names to the left.
  var hasOwnerName = true
  var hasGroupName = true
}

private struct LongWidths {
  var links = 0
  var owner = 0
  var group = 0
  var context = 0
  var size = 0
  var major = 0
  var minor = 0

  mutating func widen(_ row: LongRow) {
    links = max(links, row.links.utf8.count)
    owner = max(owner, columns(row.owner))
    group = max(group, columns(row.group))
    context = max(context, row.context.utf8.count)
    size = max(size, row.size.utf8.count)
    major = max(major, row.major.utf8.count)
    minor = max(minor, row.minor.utf8.count)
  }
}

extension Listing {
  mutating func printLong(
    _ entries: [FileEntry], _ folder: Location?, _ measured: [FileEntry]
  ) {
    var rows: [LongRow] = []
    rows.reserveCapacity(entries.count)
    var widths = LongWidths()
    for entry in entries { rows.append(row(entry, ownerBook.owners(folder ?? entry.place))) }
    for row in rows { widths.widen(row) }
    if measured.count > entries.count {
      for entry in measured { widths.widen(row(entry, ownerBook.owners(entry.place))) }
    }
    if widths.major > 0 { widths.size = max(widths.size, widths.major + 2 + widths.minor) }
    let frillWidths = [
      plan.options.showsInode ? entries.reduce(1) { max($0, inodeText($1).utf8.count) } : 0,
      plan.options.showsBlocks ? entries.reduce(1) { max($0, blocksText($1).utf8.count) } : 0, 0,
    ]
    let hasMarks = entries.contains { $0.mark != nil }
    let end: UInt8 = plan.options.endsWithZero ? 0 : UInt8(ascii: "\n")
    for (entry, row) in zip(entries, rows) {
      let front = frills(entry, frillWidths) + text(entry, row, widths, hasMarks)
      context.output.write(front)
      writeName(entry, at: columns(front))
      writeTarget(entry, isForeign: (folder ?? entry.place)?.isForeign ?? false)
      context.output.write(end)
    }
  }

  private mutating func row(_ entry: FileEntry, _ owners: Owners) -> LongRow {
    var row = LongRow()
    row.context = entry.context ?? "?"
    guard let status = entry.status else { return row }
    row.links = String(status.links)
    let user = plan.options.isNumeric ? nil : owners.user(status.uid)
    let group = plan.options.isNumeric ? nil : owners.group(status.gid)
    (row.owner, row.hasOwnerName) = (user ?? String(status.uid), user != nil)
    (row.group, row.hasGroupName) = (group ?? String(status.gid), group != nil)
    if status.kind == .block || status.kind == .character {
      row.size = ""
      row.major = String(status.specialMajor)
      row.minor = String(status.specialMinor)
    } else {
      row.size = plan.sizes.text(UInt64(clamping: status.size))
    }
    if let instant = entry.instant(plan.stamp) {
      row.time = time(instant)
    }
    return row
  }

  /// The files of a folder often are of the same second.
  private mutating func time(_ instant: Instant) -> String {
    if let last = lastTime, last.instant == instant { return last.text }
    let text = plan.timeStyle.text(instant, now: plan.now)
    lastTime = (instant, text)
    return text
  }

  private func text(
    _ entry: FileEntry, _ row: LongRow, _ widths: LongWidths, _ hasMarks: Bool
  ) -> String {
    var text =
      entry.status.map { modeText($0.kind, $0.permissions) }
      ?? String(entry.kind.letter) + "?????????"
    if hasMarks { text.unicodeScalars.append(entry.mark ?? " ") }
    text += " " + leftPadded(row.links, to: widths.links) + " "
    if plan.options.showsOwner { text += owner(row.owner, row.hasOwnerName, widths.owner) }
    if plan.options.showsGroup { text += owner(row.group, row.hasGroupName, widths.group) }
    if plan.options.showsAuthor { text += owner(row.owner, row.hasOwnerName, widths.owner) }
    if plan.options.showsContext { text += owner(row.context, true, widths.context) }
    if row.major.isEmpty {
      text += leftPadded(row.size, to: widths.size)
    } else {
      let majorWidth = max(widths.major, widths.size - widths.minor - 2)
      text += leftPadded(row.major, to: majorWidth) + ", " + leftPadded(row.minor, to: widths.minor)
    }
    return text + " " + leftPadded(row.time, to: row.time == "?" ? unknownTimeWidth : 0) + " "
  }

  private func owner(_ text: String, _ isName: Bool, _ width: Int) -> String {
    let pad = String(repeating: " ", count: max(0, width - columns(text)))
    return (isName ? text + pad : pad + text) + " "
  }

  private var unknownTimeWidth: Int {
    columns(plan.timeStyle.text(Instant(seconds: 0), now: plan.now))
  }

  private mutating func writeTarget(_ entry: FileEntry, isForeign: Bool) {
    guard entry.kind == .link, let link = entry.link else { return }
    context.output.write(" -> ")
    var quoting = plan.quoting
    if isForeign, plan.isTerminal { quoting.masks = true }
    let shown = quoting.quoted(link)
    if let code = plan.colours?.targetCode(entry) {
      writeColoured(shown, code, at: 0)
    } else {
      context.output.write(shown)
    }
    if let target = entry.target, let mark = indicator(target.kind, target.permissions) {
      context.output.write(String(mark))
    }
  }

  /// Everything about a file, for a program.
  mutating func row(_ entry: FileEntry, folder: Location?) -> JSON {
    let place = folder?.child(entry.name) ?? entry.place
    let owners = ownerBook.owners(folder ?? entry.place)
    let status = entry.status
    var members: [(key: String, value: JSON)] = [
      ("name", .string(entry.name)), ("path", .string(place?.display ?? entry.name)),
      ("type", .string("\(entry.kind.word)")),
      ("inode", .number(Int(clamping: entry.inode))),
      ("mode", text(status) { .string(octal($0.permissions, digits: 4)) }),
      ("permissions", text(status) { .string(modeText($0.kind, $0.permissions)) }),
      ("links", text(status) { .number($0.links) }), ("uid", text(status) { .number(Int($0.uid)) }),
      ("user", text(status.flatMap { owners.user($0.uid) }) { .string($0) }),
      ("gid", text(status) { .number(Int($0.gid)) }),
      ("group", text(status.flatMap { owners.group($0.gid) }) { .string($0) }),
      ("size", text(status) { .number($0.size) }),
      ("allocated", text(status) { .number($0.blocks &* 512) }),
      ("modified", text(status) { Self.time($0.modified) }),
      ("changed", text(status) { Self.time($0.changed) }),
      ("accessed", text(status) { Self.time($0.accessed) }),
      ("device", text(status) { .string("\($0.deviceMajor):\($0.deviceMinor)") }),
    ]
    if entry.kind == .block || entry.kind == .character {
      members.append(("special", text(status) { .string("\($0.specialMajor):\($0.specialMinor)") }))
    }
    if entry.kind == .link {
      members.append(("target", text(entry.link) { .string($0) }))
      members.append(("target_type", text(entry.target) { .string("\($0.kind.word)") }))
    }
    return .object(members)
  }

  private func text<Value>(_ value: Value?, _ json: (Value) -> JSON) -> JSON {
    value.map { json($0) } ?? .null
  }

  private static func time(_ instant: Instant) -> JSON {
    guard let time = CalendarTime(instant, utc: true), time.year < 10000, time.year > 0 else {
      return .number(instant.seconds)
    }
    return .string(
      format(instant.utc, "%Y-%m-%dT%H:%M:%S.") + nanoseconds(instant, 9) + "Z")
  }
}
