internal import Box
public import Linux

extension SystemStatistics {
  /// The figures of the files below `root`, in the formats of proc(5).
  public static func files(_ root: Root) -> SystemStatistics {
    SystemStatistics(
      memory: { () throws(SystemError) in Memory(named(try root.contents("/proc/meminfo"))) },
      activity: { () throws(SystemError) in Activity(try root.contents("/proc/stat")) },
      paging: { () throws(SystemError) in Paging(named(try root.contents("/proc/vmstat"))) },
      disks: { () throws(SystemError) in
        lines(try root.contents("/proc/diskstats")).compactMap { Disk($0) }
      },
      slabs: { () throws(SystemError) in
        lines(try root.contents("/proc/slabinfo")).dropFirst(2).compactMap { Slab($0) }
      },
      uptime: { () throws(SystemError) in try decimals("/proc/uptime", 1, root)[0] },
      load: { () throws(SystemError) in
        let values = try decimals("/proc/loadavg", 3, root)
        return Load(one: values[0], five: values[1], fifteen: values[2])
      })
  }
}

/// The words of each line.
private func lines(_ bytes: [UInt8]) -> [[String]] {
  bytes.split(separator: 0x0A).map { line in
    line.split { $0 == 0x20 || $0 == 0x09 }.map { String(bytes: Array($0)) }
  }
}

/// `Name: number` and `name number` lines.
private func named(_ bytes: [UInt8]) -> [String: Int] {
  var values: [String: Int] = [:]
  for words in lines(bytes) where words.count > 1 {
    let name = words[0].hasSuffix(":") ? String(words[0].dropLast()) : words[0]
    if let value = Int(words[1]) { values[name] = value }
  }
  return values
}

/// The first `count` decimal fractions of a file.
private func decimals(_ path: String, _ count: Int, _ root: Root) throws(SystemError) -> [Double] {
  let words = lines(try root.contents(path)).first ?? []
  let values = words.prefix(count).compactMap { parseDouble($0) }
  guard values.count == count else { throw SystemError(.invalid, "read", path) }
  return values
}

extension Memory {
  fileprivate init(_ values: [String: Int]) {
    self.init()
    total = values["MemTotal"] ?? 0
    free = values["MemFree"] ?? 0
    available = values["MemAvailable"] ?? free
    buffers = values["Buffers"] ?? 0
    cached = values["Cached"] ?? 0
    reclaimableSlabs = values["SReclaimable"] ?? 0
    shared = values["Shmem"] ?? 0
    active = values["Active"] ?? 0
    inactive = values["Inactive"] ?? 0
    swapTotal = values["SwapTotal"] ?? 0
    swapFree = values["SwapFree"] ?? 0
    highTotal = values["HighTotal"] ?? 0
    highFree = values["HighFree"] ?? 0
    // Machines without high memory have no such lines: all of it is low.
    lowTotal = values["LowTotal"] ?? total
    lowFree = values["LowFree"] ?? free
    commitLimit = values["CommitLimit"] ?? 0
    committed = values["Committed_AS"] ?? 0
  }
}

extension Activity {
  fileprivate init(_ bytes: [UInt8]) {
    self.init()
    for words in lines(bytes) {
      let values = words.dropFirst().prefix(10).map { Int($0) ?? 0 }
      switch words[0] {
      case "cpu":
        let ticks = values + Array(repeating: 0, count: 10 - values.count)
        (user, nice, system, idle, ioWait) = (ticks[0], ticks[1], ticks[2], ticks[3], ticks[4])
        (interrupt, softInterrupt, stolen) = (ticks[5], ticks[6], ticks[7])
        (guest, guestNice) = (ticks[8], ticks[9])
      case "intr": interrupts = values.first ?? 0
      case "ctxt": contextSwitches = values.first ?? 0
      case "btime": bootTime = values.first ?? 0
      case "processes": forks = values.first ?? 0
      case "procs_running": running = values.first ?? 0
      case "procs_blocked": blocked = values.first ?? 0
      default: break
      }
    }
  }
}

extension Paging {
  fileprivate init(_ values: [String: Int]) {
    self.init()
    pagedIn = values["pgpgin"] ?? 0
    pagedOut = values["pgpgout"] ?? 0
    swappedIn = values["pswpin"] ?? 0
    swappedOut = values["pswpout"] ?? 0
  }
}

extension Disk {
  fileprivate init?(_ words: [String]) {
    guard words.count >= 14 else { return nil }
    let values = words[3..<14].map { Int($0) ?? 0 }
    self.init()
    name = words[2]
    isPartition = Self.namesPartition(words[2])
    (reads, readsMerged, sectorsRead, readTime) = (values[0], values[1], values[2], values[3])
    (writes, writesMerged, sectorsWritten) = (values[4], values[5], values[6])
    (writeTime, inProgress, time, weightedTime) = (values[7], values[8], values[9], values[10])
  }

  /// A fixture has no `/sys/block` to ask: `sda1`, `vdb2` and `nvme0n1p1` are partitions by their names.
  private static func namesPartition(_ name: String) -> Bool {
    let digits = name.utf8.reversed().prefix { $0 >= 0x30 && $0 <= 0x39 }.count
    guard digits > 0 else { return false }
    let stem = name.dropLast(digits)
    if stem.hasSuffix("p"), let last = stem.dropLast().utf8.last, last >= 0x30, last <= 0x39 {
      return true
    }
    return ["sd", "vd", "hd", "xvd"].contains { stem.hasPrefix($0) }
  }
}

extension Slab {
  fileprivate init?(_ words: [String]) {
    guard words.count >= 5 else { return nil }
    let values = words[1..<5].map { Int($0) ?? 0 }
    self.init()
    name = words[0]
    (active, total, size, perSlab) = (values[0], values[1], values[2], values[3])
  }
}
