internal import Cgroup
internal import Linux
internal import ProcFS

extension PsSheet {
  func userID(_ field: PsField, _ record: ProcessRecord) -> UInt32 {
    switch field {
    case .realUser, .realUserID: record.numbers.users.real
    case .savedUser, .savedUserID: record.numbers.users.saved
    case .fileUser, .fileUserID: record.numbers.users.fileSystem
    default: record.uid
    }
  }

  func groupID(_ field: PsField, _ record: ProcessRecord) -> UInt32 {
    switch field {
    case .realGroup, .realGroupID: record.numbers.groups.real
    case .savedGroup, .savedGroupID: record.numbers.groups.saved
    case .fileGroup, .fileGroupID: record.numbers.groups.fileSystem
    default: record.gid
    }
  }

  /// Ticks of processor time, with those of ended children where asked.
  func ticks(_ record: ProcessRecord, children: Bool? = nil) -> Int {
    let stat = record.stat
    let own = stat.userTicks &+ stat.systemTicks
    guard children ?? options.cumulative else { return max(0, own) }
    return max(0, own &+ stat.childUserTicks &+ stat.childSystemTicks)
  }

  func seconds(_ record: ProcessRecord) -> Int { ticks(record) / world.ticks }

  /// Share of one processor since the start, from 0 to 1 or above.
  func share(_ record: ProcessRecord, children: Bool? = nil) -> Double {
    let elapsed = world.elapsedExactly(record.stat)
    guard elapsed > 0 else { return 0 }
    return Double(ticks(record, children: children)) / Double(world.ticks) / elapsed
  }

  func cpuMille(_ record: ProcessRecord) -> Int { Int(min(share(record) * 1000, 1e9)) }

  func memoryMille(_ record: ProcessRecord) -> Int {
    let resident = resident(record)
    guard world.memoryTotal > 0, resident > 0 else { return 0 }
    return Int(min(Double(resident) * 1000 / Double(world.memoryTotal), 999))
  }

  /// KiB. `status` sums the counters of all processors, `stat` may be off by some.
  private func resident(_ record: ProcessRecord) -> Int {
    max(0, record.numbers.resident ?? record.stat.residentPages &* world.pageKiB)
  }

  /// Bytes of code; the kernel tells 0 or 1 for both ends to whom may not know.
  private func codeSize(_ stat: StatLine) -> Int {
    stat.codeEnd > stat.codeStart ? Int(clamping: stat.codeEnd &- stat.codeStart) : 0
  }

  /// The value itself: KiB, seconds, seconds since 1970, thousandths.
  func raw(_ field: PsField, _ row: PsRow) -> PsRaw {
    let record = row.record
    let stat = record.stat
    switch field {
    case .pid: return .number(Int(record.pid))
    case .thread: return .number(Int(record.thread))
    case .parent: return .number(Int(stat.parent))
    case .group: return .number(Int(stat.group))
    case .session: return .number(Int(stat.session))
    case .terminalGroup: return .number(Int(stat.foreground))
    case .threadCount: return .number(stat.threads)
    case .userID, .realUserID, .savedUserID, .fileUserID: return .number(Int(userID(field, record)))
    case .primaryGroupID, .realGroupID, .savedGroupID, .fileGroupID:
      return .number(Int(groupID(field, record)))
    case .user, .realUser, .savedUser, .fileUser:
      let uid = userID(field, record)
      return .text(world.names.user(uid, of: record.pid)?[...] ?? ArraySlice(String(uid).utf8))
    case .primaryGroup, .realGroup, .savedGroup, .fileGroup:
      let gid = groupID(field, record)
      return .text(world.names.group(gid, of: record.pid)?[...] ?? ArraySlice(String(gid).utf8))
    case .name, .shortName: return .text(table.name(of: record))
    case .state: return .text([stat.state])
    case .processor, .processorIfRunning: return .number(stat.processor)
    case .flags: return .number(Int(stat.flags))
    case .cpu: return .decimal(Double(cpuMille(record)) / 10, digits: 1)
    case .cpuWhole: return .number(min(cpuMille(record) / 10, 99))
    case .cpuMille: return .number(min(cpuMille(record), 999))
    case .cpuFine: return .decimal(share(record, children: false) * 100, digits: 3)
    case .cpuFineWithChildren: return .decimal(share(record, children: true) * 100, digits: 3)
    case .time, .shortTime, .seconds: return .number(seconds(record))
    case .started, .startedClock, .startedShort, .startedLong: return .number(world.started(stat))
    case .elapsed, .elapsedSeconds: return .number(world.elapsed(stat))
    case .minorFaults: return .number(stat.minorFaults)
    case .majorFaults: return .number(stat.majorFaults)
    default: return rawMemory(field, record) ?? rawSchedule(field, record) ?? rawOther(field, row)
    }
  }

  private func rawMemory(_ field: PsField, _ record: ProcessRecord) -> PsRaw? {
    let stat = record.stat
    switch field {
    case .memoryShare: return .decimal(Double(memoryMille(record)) / 10, digits: 1)
    case .virtualSize: return .number(stat.virtualSize >> 10)
    case .virtualBytes: return .number(stat.virtualSize)
    case .pages: return .number((stat.virtualSize >> 10) / world.pageKiB)
    case .resident: return .number(resident(record))
    case .swappable: return .number(record.numbers.data &+ record.numbers.stack)
    case .text: return .number(codeSize(stat) >> 10)
    case .data: return .number(max(0, stat.virtualSize &- codeSize(stat)) >> 10)
    case .limit:
      return stat.residentLimit == .max ? .missing : .number(Int(clamping: stat.residentLimit))
    case .pending: return .hexadecimal(record.numbers.sharedPending | record.numbers.pending)
    case .pendingThread: return .hexadecimal(record.numbers.pending)
    case .blocked: return .hexadecimal(record.numbers.blocked)
    case .ignored: return .hexadecimal(record.numbers.ignored)
    case .caught: return .hexadecimal(record.numbers.caught)
    case .stackStart: return .hexadecimal(stat.stackStart)
    case .stackPointer: return .hexadecimal(stat.stackPointer)
    case .instructionPointer: return .hexadecimal(stat.instructionPointer)
    default: return nil
    }
  }

  private func rawSchedule(_ field: PsField, _ record: ProcessRecord) -> PsRaw? {
    let stat = record.stat
    switch field {
    // Only the ordinary and the batch policy heed it, sched(7).
    case .nice: return stat.policy == 0 || stat.policy == 3 ? .number(stat.nice) : .missing
    case .priority: return .number(stat.priority)
    case .priorityUp: return .number(39 &- stat.priority)
    case .priorityOld: return .number(60 &+ stat.priority)
    case .priorityAPI: return .number(-1 &- stat.priority)
    case .priorityBar: return .number(1 &+ stat.priority)
    case .priorityBaz: return .number(100 &+ stat.priority)
    case .priorityFoo: return .number(stat.priority &- 20)
    case .realTimePriority: return stat.policy == 0 ? .missing : .number(stat.realTimePriority)
    case .policy: return .number(stat.policy)
    case .policyName: return .text(ArraySlice(Self.policyName(stat.policy).utf8))
    default: return nil
    }
  }

  /// As sched(7) numbers them.
  private static func policyName(_ policy: Int) -> String {
    switch policy {
    case 0: "TS"
    case 1: "FF"
    case 2: "RR"
    case 3: "B"
    case 4: "ISO"
    case 5: "IDL"
    case 6: "DLN"
    default: "?"
    }
  }
}
