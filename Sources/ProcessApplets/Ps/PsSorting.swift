internal import Linux
internal import ProcFS

/// The order of the rows.
extension PsSheet {
  func sorted(_ rows: [PsRow]) -> [PsRow] {
    if options.sort.isEmpty { return rows }
    let keys = rows.map { row in options.sort.map { key($0.field, row) } }
    let order = rows.indices.sorted { a, b in
      for (index, sort) in options.sort.enumerated() {
        switch keys[a][index].compare(keys[b][index]) {
        case 0: continue
        case let order: return (order < 0) != sort.isReversed
        }
      }
      return a < b
    }
    return order.map { rows[$0] }
  }

  /// What is shown rounded, shortened or as `-` is sorted by the value behind it.
  private func key(_ field: PsField, _ row: PsRow) -> Key {
    let stat = row.record.stat
    switch field {
    case .nice: return .number(stat.nice)
    case .realTimePriority: return .number(stat.realTimePriority)
    case .started, .startedClock, .startedShort, .startedLong: return .number(stat.startTicks)
    case .elapsed, .elapsedSeconds: return .number(0 &- stat.startTicks)
    case .time, .shortTime, .seconds: return .number(ticks(row.record))
    case .cpu, .cpuWhole, .cpuMille: return .decimal(share(row.record))
    case .name, .shortName, .command:
      var cell = PsCell()
      write(field, row, to: &cell)
      return .text(cell.bytes[...])
    default: return key(raw(field, row))
    }
  }

  private func key(_ raw: PsRaw) -> Key {
    switch raw {
    case .number(let number): .number(number)
    case .decimal(let value, _): .decimal(value)
    case .hexadecimal(let value): .number(Int(clamping: value))
    case .text(let text): .text(text)
    case .missing: .missing
    }
  }

  private enum Key {
    case number(Int)
    case decimal(Double)
    case text(ArraySlice<UInt8>)
    case missing

    /// Less than, equal to or greater than zero. What is missing comes first.
    func compare(_ other: Key) -> Int {
      switch (self, other) {
      case (.number(let a), .number(let b)): a < b ? -1 : a > b ? 1 : 0
      case (.decimal(let a), .decimal(let b)): a < b ? -1 : a > b ? 1 : 0
      case (.text(let a), .text(let b)):
        a.lexicographicallyPrecedes(b) ? -1 : b.lexicographicallyPrecedes(a) ? 1 : 0
      case (.missing, .missing): 0
      case (.missing, _): -1
      case (_, .missing): 1
      default: 0
      }
    }
  }
}
