internal import Box
internal import Linux
internal import ProcFS
internal import Report

/// The rows as one JSON array of objects, with raw numbers.
extension PsSheet {
  func json(_ row: PsRow) -> JSON {
    .object(columns.map { (key: $0.key, value: value($0.field, row)) })
  }

  private func value(_ field: PsField, _ row: PsRow) -> JSON {
    switch field {
    case .terminal where row.record.stat.terminal == 0: return .null
    case .command: return .string(commandLine(row.record))
    case .environment:
      let environment = environment(row.record)
      return environment.isEmpty
        ? .null : .array(environment.split(separator: 0).map { .string(String(bytes: $0)) })
    case .cgroup:
      let lines = table.cgroup(of: row.record).split(separator: 0x0A)
      return lines.isEmpty ? .null : .string(lines.map { String(bytes: $0) }.joined(separator: ","))
    default: break
    }
    switch raw(field, row) {
    case .number(let number): return .number(number)
    case .decimal(let value, let digits): return .decimal(value, digits: digits)
    case .hexadecimal(let value):
      let digits = String(value, radix: 16)
      return .string(String(repeating: "0", count: max(0, 16 - digits.utf8.count)) + digits)
    case .text(let text): return .string(String(bytes: text))
    case .missing: return .null
    }
  }

  /// The arguments with blanks between them, and every byte of each.
  private func commandLine(_ record: ProcessRecord) -> String {
    var arguments = table.arguments(of: record)
    while arguments.last == 0 { arguments.removeLast() }
    if options.nameOnly || arguments.isEmpty {
      let name = String(bytes: table.name(of: record))
      return options.nameOnly ? name : "[" + name + "]"
    }
    return String(bytes: arguments.map { $0 == 0 ? 0x20 : $0 })
  }
}
