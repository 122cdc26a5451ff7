internal import Cgroup
internal import Linux
internal import ProcFS
internal import Target

/// The columns that need a file of their own for each process, read when the row is written.
extension PsSheet {
  func rawOther(_ field: PsField, _ row: PsRow) -> PsRaw {
    let record = row.record
    switch field {
    case .command, .states:
      var cell = PsCell()
      write(field, PsRow(record: record), to: &cell)
      return .text(cell.bytes[...])
    case .environment: return text(environment(record))
    case .executable: return text((try? world.doorway.link(record.pid, "exe"))?.bytes[...] ?? [])
    case .otherGroups, .otherGroupIDs: return otherGroups(record, byName: field == .otherGroups)
    case .loginUserID: return number(record, "loginuid", missing: 4_294_967_295)
    case .waitChannel:
      let wchan = table.wchan(of: record)
      return wchan.elementsEqual([0x30])
        ? .missing : text(wchan.drop { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") })
    case .terminal:
      let stat = record.stat
      return .text(world.terminals.bytes(stat.terminal)?[...] ?? [UInt8(ascii: "?")])
    case .label: return text(firstLine(record, "attr/current"))
    case .cgroup, .cgroupName, .lxc: return cgroup(field, record)
    case .cgroupNamespace: return namespace(record, "cgroup")
    case .ipcNamespace: return namespace(record, "ipc")
    case .mountNamespace: return namespace(record, "mnt")
    case .networkNamespace: return namespace(record, "net")
    case .pidNamespace: return namespace(record, "pid")
    case .timeNamespace: return namespace(record, "time")
    case .userNamespace: return namespace(record, "user")
    case .utsNamespace: return namespace(record, "uts")
    case .oomScore: return number(record, "oom_score")
    case .oomAdjust: return number(record, "oom_score_adj")
    case .autogroup: return autogroup(record).0
    case .autogroupNice: return autogroup(record).1
    case .proportional: return rollup(record, ["Pss:"])
    case .unique: return rollup(record, ["Private_Clean:", "Private_Dirty:"])
    case .readChars: return transfer(record, "rchar:")
    case .writtenChars: return transfer(record, "wchar:")
    case .readCalls: return transfer(record, "syscr:")
    case .writeCalls: return transfer(record, "syscw:")
    case .readBytes: return transfer(record, "read_bytes:")
    case .writtenBytes: return transfer(record, "write_bytes:")
    case .cancelledBytes: return transfer(record, "cancelled_write_bytes:")
    case .container: return text(world.container(record.pid)?.bytes[...] ?? [])
    case .runtime: return runtime(record)
    default: return .missing
    }
  }

  /// The environment with NUL between its entries; empty without the right to read it.
  func environment(_ record: ProcessRecord) -> ArraySlice<UInt8> {
    var bytes = guarded(record, "environ", limit: 1 << 20)[...]
    while bytes.last == 0 { bytes.removeLast() }
    return bytes
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> PsRaw { bytes.isEmpty ? .missing : .text(bytes) }

  private func guarded(_ record: ProcessRecord, _ name: String, limit: Int) -> [UInt8] {
    guard let file = try? world.doorway.open(record.thread, name, .read).take() else { return [] }
    return (try? file.contents(limit: limit)) ?? []
  }

  private func firstLine(_ record: ProcessRecord, _ name: String) -> ArraySlice<UInt8> {
    let bytes = (try? world.processes.contents(record.pid, name, limit: 65536)) ?? []
    return bytes.prefix { $0 != 0 && $0 != 0x0A }
  }

  private func number(_ record: ProcessRecord, _ name: String, missing: Int? = nil) -> PsRaw {
    let line = firstLine(record, name)
    guard let number = Int(String(decoding: line, as: UTF8.self)), number != missing else {
      return .missing
    }
    return .number(number)
  }

  /// `net:[4026531840]` is namespace 4026531840.
  private func namespace(_ record: ProcessRecord, _ kind: String) -> PsRaw {
    guard let link = try? world.doorway.link(record.thread, "ns/" + kind) else { return .missing }
    let digits = link.utf8.drop { $0 != UInt8(ascii: "[") }.dropFirst()
      .prefix { $0 >= 0x30 && $0 <= 0x39 }
    return Int(String(decoding: digits, as: UTF8.self)).map { .number($0) } ?? .missing
  }

  private func otherGroups(_ record: ProcessRecord, byName: Bool) -> PsRaw {
    let groups = table.status(of: record).groups
    let words = groups.map { gid in
      byName ? world.names.group(gid, of: record.pid) ?? String(gid).bytes : String(gid).bytes
    }
    return text(ArraySlice(words.joined(separator: [UInt8(ascii: ",")])))
  }

  private func cgroup(_ field: PsField, _ record: ProcessRecord) -> PsRaw {
    let lines = table.cgroup(of: record).split(separator: 0x0A)
    if field == .lxc { return lxc(lines) }
    // Hierarchies in whose root it is tell nothing.
    let telling = lines.filter { !$0.suffix(2).elementsEqual(":/".utf8) }
    let shown = field == .cgroupName ? telling.map { Self.withoutNumber($0) } : telling
    return text(ArraySlice(shown.joined(separator: [UInt8(ascii: ",")])))
  }

  /// `systemd:/init.scope` for `1:name=systemd:/init.scope`.
  private static func withoutNumber(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let rest = line.drop { $0 != UInt8(ascii: ":") }.dropFirst()
    return rest.starts(with: "name=".utf8) ? rest.dropFirst(5) : line
  }

  /// The name below `/lxc/` or `/lxc.payload.`.
  private func lxc(_ lines: [ArraySlice<UInt8>]) -> PsRaw {
    for line in lines {
      let path = String(bytes: line)
      for part in path.split(separator: "/") where part.hasPrefix("lxc.payload.") {
        return text(String(part.dropFirst(12)).bytes[...])
      }
      let parts = path.split(separator: "/")
      if let index = parts.firstIndex(of: "lxc"), index + 1 < parts.count {
        return text(String(parts[index + 1]).bytes[...])
      }
    }
    return .missing
  }

  /// `/autogroup-42 nice 0`.
  private func autogroup(_ record: ProcessRecord) -> (PsRaw, PsRaw) {
    let words = firstLine(record, "autogroup").split(separator: 0x20)
    guard words.count == 3, let dash = words[0].lastIndex(of: UInt8(ascii: "-")),
      let number = Int(String(decoding: words[0][(dash + 1)...], as: UTF8.self)),
      let nice = Int(String(decoding: words[2], as: UTF8.self))
    else { return (.missing, .missing) }
    return (.number(number), .number(nice))
  }

  /// The sum of lines of `smaps_rollup`, in KiB.
  private func rollup(_ record: ProcessRecord, _ names: [StaticString]) -> PsRaw {
    let bytes = guarded(record, "smaps_rollup", limit: 65536)
    let values = names.compactMap { value(of: $0, in: bytes) }
    return values.count < names.count ? .missing : .number(values.reduce(0) { $0 &+ $1 })
  }

  private func transfer(_ record: ProcessRecord, _ name: StaticString) -> PsRaw {
    value(of: name, in: guarded(record, "io", limit: 4096)).map { .number($0) } ?? .missing
  }

  private func value(of name: StaticString, in bytes: [UInt8]) -> Int? {
    let name = "\(name)".bytes
    for line in bytes.split(separator: 0x0A) where line.starts(with: name) {
      let digits = line.dropFirst(name.count).drop { $0 == 0x20 }
        .prefix { $0 >= 0x30 && $0 <= 0x39 }
      return Int(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }

  private func runtime(_ record: ProcessRecord) -> PsRaw {
    let executable = (try? world.doorway.link(record.pid, "exe")) ?? ""
    let threads = (try? world.processes.threads(of: record.pid)) ?? []
    let names = threads.prefix(64).map { thread in
      String(bytes: firstLine(record, "task/\(thread)/comm"))
    }
    let guess = PsRuntime.guess(
      name: String(bytes: table.name(of: record)), executable: executable, threads: names)
    return guess.map { .text("\($0)".bytes[...]) } ?? .missing
  }
}
