internal import Linux
internal import ProcFS

/// A value before it is laid out: for JSON, for sorting, and for the columns that show it as it is.
enum PsRaw {
  case number(Int)
  case decimal(Double, digits: Int)
  case hexadecimal(UInt64)
  case text(ArraySlice<UInt8>)
  case missing
}

extension PsSheet {
  /// Writes the value of a column, as people read it.
  func write(_ field: PsField, _ row: PsRow, to cell: inout PsCell) {
    let record = row.record
    if row.kind != .plain, !isShown(field, row.kind) { return cell.append(UInt8(ascii: "-")) }
    switch field {
    case .user, .realUser, .savedUser, .fileUser:
      let uid = userID(field, record)
      write(world.names.user(uid, of: record.pid), or: uid, to: &cell)
    case .primaryGroup, .realGroup, .savedGroup, .fileGroup:
      let gid = groupID(field, record)
      write(world.names.group(gid, of: record.pid), or: gid, to: &cell)
    case .command: writeCommand(row, to: &cell)
    case .name:
      cell.append(foreign: row.prefix[...])
      cell.append(foreign: table.name(of: record))
    case .shortName:
      cell.append(foreign: table.name(of: record).prefixOfColumns(8))
    case .states: writeStates(record, to: &cell)
    case .cpu: writeTenths(cpuMille(record), to: &cell)
    case .memoryShare: writeTenths(memoryMille(record), to: &cell)
    case .time: writeTime(seconds(record), to: &cell)
    case .shortTime: writeShortTime(seconds(record), to: &cell)
    case .elapsed: writeElapsed(world.elapsed(record.stat), to: &cell)
    case .started, .startedClock, .startedShort, .startedLong:
      writeStart(field, record.stat, to: &cell)
    case .terminal:
      if let name = world.terminals.bytes(record.stat.terminal) {
        cell.append(foreign: name[...])
      } else {
        cell.append(UInt8(ascii: "?"))
      }
    case .pid: cell.append(Int(record.pid))
    case .flags: cell.append(Int(record.stat.flags >> 6 & 7))
    case .limit:
      let limit = record.stat.residentLimit
      if limit == .max { cell.append("xx") } else { cell.append(Int(clamping: limit >> 10)) }
    case .processorIfRunning where record.stat.state != UInt8(ascii: "R"): cell.append("*")
    case .environment: cell.append(foreign: environment(record), line: true)
    default: writeRaw(raw(field, row), to: &cell)
    }
  }

  private func isShown(_ field: PsField, _ kind: PsRow.Kind) -> Bool {
    switch field.scope {
    case .both: true
    case .process: kind == .process
    case .thread: kind == .thread
    }
  }

  private func writeRaw(_ raw: PsRaw, to cell: inout PsCell) {
    switch raw {
    case .number(let number): cell.append(number)
    case .decimal(let value, let digits):
      cell.append(foreign: ArraySlice(fixed(value, digits).utf8))
    case .hexadecimal(let value): cell.append(hexadecimal: value)
    case .text(let text): cell.append(foreign: text)
    case .missing: cell.append(UInt8(ascii: "-"))
    }
  }

  private func write(_ name: [UInt8]?, or id: UInt32, to cell: inout PsCell) {
    if let name { cell.append(foreign: name[...]) } else { cell.append(Int(id)) }
  }

  /// The arguments, or the name in brackets of what has none: kernel threads and zombies.
  private func writeCommand(_ row: PsRow, to cell: inout PsCell) {
    let record = row.record
    cell.append(foreign: row.prefix[...])
    if showsName { return cell.append(foreign: table.name(of: record)) }
    var arguments = table.arguments(of: record)
    while arguments.last == 0 { arguments.removeLast() }
    if arguments.isEmpty {
      if cell.columns < cell.limit { cell.append(UInt8(ascii: "[")) }
      cell.append(foreign: table.name(of: record))
      cell.append(
        foreign: record.stat.state == UInt8(ascii: "Z") ? Self.defunct[...] : Self.bracket[...])
    } else {
      cell.append(foreign: arguments, line: true)
    }
    guard options.environment, cell.columns < cell.limit else { return }
    let environment = environment(record)
    if environment.isEmpty { return }
    cell.append(UInt8(ascii: " "))
    cell.append(foreign: environment, line: true)
  }

  private static let bracket: [UInt8] = [0x5D]
  private static let defunct: [UInt8] = Array("] <defunct>".utf8)

  private func writeStates(_ record: ProcessRecord, to cell: inout PsCell) {
    let stat = record.stat
    cell.append(stat.state)
    if stat.nice < 0 { cell.append(UInt8(ascii: "<")) }
    if stat.nice > 0 { cell.append(UInt8(ascii: "N")) }
    if record.numbers.locked > 0 { cell.append(UInt8(ascii: "L")) }
    if stat.session == record.pid { cell.append(UInt8(ascii: "s")) }
    if stat.threads > 1 { cell.append(UInt8(ascii: "l")) }
    if stat.foreground != 0, stat.foreground == stat.group { cell.append(UInt8(ascii: "+")) }
  }

  /// Thousandths as per cent with one decimal, without it from 100 on as the column is narrow.
  private func writeTenths(_ thousandths: Int, to cell: inout PsCell) {
    if thousandths < 100 { cell.append(UInt8(ascii: " ")) }
    cell.append(thousandths / 10)
    if thousandths > 999 { return }
    cell.append(UInt8(ascii: "."))
    cell.append(thousandths % 10)
  }

  /// `[dd-]hh:mm:ss`.
  private func writeTime(_ seconds: Int, to cell: inout PsCell) {
    let days = seconds / 86400
    if days > 0 {
      cell.append(days)
      cell.append(UInt8(ascii: "-"))
    }
    cell.append(seconds / 3600 % 24, places: 2)
    cell.append(UInt8(ascii: ":"))
    cell.append(seconds / 60 % 60, places: 2)
    cell.append(UInt8(ascii: ":"))
    cell.append(seconds % 60, places: 2)
  }

  /// `mmm:ss`, the minutes in at least three places.
  private func writeShortTime(_ seconds: Int, to cell: inout PsCell) {
    let minutes = seconds / 60
    if minutes < 100 { cell.append(UInt8(ascii: " ")) }
    if minutes < 10 { cell.append(UInt8(ascii: " ")) }
    cell.append(minutes)
    cell.append(UInt8(ascii: ":"))
    cell.append(seconds % 60, places: 2)
  }

  /// `[[dd-]hh:]mm:ss`.
  private func writeElapsed(_ seconds: Int, to cell: inout PsCell) {
    if seconds >= 3600 { return writeTime(seconds, to: &cell) }
    cell.append(seconds / 60, places: 2)
    cell.append(UInt8(ascii: ":"))
    cell.append(seconds % 60, places: 2)
  }

  private func writeStart(_ field: PsField, _ stat: StatLine, to cell: inout PsCell) {
    let start = world.started(stat)
    cell.append(foreign: world.calendar.text(field, start)[...])
  }
}

extension ArraySlice<UInt8> {
  /// The part that fills at most `count` columns.
  func prefixOfColumns(_ count: Int) -> ArraySlice<UInt8> {
    var cell = PsCell()
    cell.clear(limit: count)
    cell.append(foreign: self)
    return cell.bytes[...]
  }
}
