internal import Box
internal import CProcps
internal import Linux

extension SystemStatistics {
  /// The machine's own figures. Each call reads them anew.
  public static var library: SystemStatistics {
    SystemStatistics(
      memory: { () throws(SystemError) in try readMemory() },
      activity: { () throws(SystemError) in try readActivity() },
      paging: { () throws(SystemError) in try readPaging() },
      disks: { () throws(SystemError) in try readDisks() },
      slabs: { () throws(SystemError) in try readSlabs() },
      uptime: { () throws(SystemError) in
        var seconds = 0.0
        try verify(procps_uptime(&seconds, nil), "/proc/uptime")
        return seconds
      },
      load: { () throws(SystemError) in
        var (one, five, fifteen) = (0.0, 0.0, 0.0)
        try verify(procps_loadavg(&one, &five, &fifteen), "/proc/loadavg")
        return Load(one: one, five: five, fifteen: fifteen)
      })
  }
}

/// libproc2 answers a negative error number.
private func verify(_ result: Int32, _ path: String) throws(SystemError) {
  if result < 0 { throw SystemError(Errno(code: 0 &- result), "read", path) }
}

private func missing(_ path: String) -> SystemError { SystemError(.inputOutput, "read", path) }

private func readMemory() throws(SystemError) -> Memory {
  let path = "/proc/meminfo"
  var info: OpaquePointer?
  try verify(procps_meminfo_new(&info), path)
  defer { procps_meminfo_unref(&info) }
  var items = [
    MEMINFO_MEM_TOTAL, MEMINFO_MEM_FREE, MEMINFO_MEM_AVAILABLE, MEMINFO_MEM_BUFFERS,
    MEMINFO_MEM_CACHED, MEMINFO_MEM_SLAB_RECLAIM, MEMINFO_MEM_SHARED, MEMINFO_MEM_ACTIVE,
    MEMINFO_MEM_INACTIVE, MEMINFO_SWAP_TOTAL, MEMINFO_SWAP_FREE, MEMINFO_MEM_HIGH_TOTAL,
    MEMINFO_MEM_HIGH_FREE, MEMINFO_MEM_LOW_TOTAL, MEMINFO_MEM_LOW_FREE, MEMINFO_MEM_COMMIT_LIMIT,
    MEMINFO_MEM_COMMITTED_AS,
  ]
  guard let head = procps_meminfo_select(info, &items, Int32(items.count))?.pointee.head else {
    throw missing(path)
  }
  let values = items.indices.map { Int(clamping: head[$0].result.ul_int) }
  var memory = Memory()
  memory.total = values[0]
  memory.free = values[1]
  memory.available = values[2]
  memory.buffers = values[3]
  memory.cached = values[4]
  memory.reclaimableSlabs = values[5]
  memory.shared = values[6]
  memory.active = values[7]
  memory.inactive = values[8]
  memory.swapTotal = values[9]
  memory.swapFree = values[10]
  memory.highTotal = values[11]
  memory.highFree = values[12]
  memory.lowTotal = values[13]
  memory.lowFree = values[14]
  memory.commitLimit = values[15]
  memory.committed = values[16]
  return memory
}

private func readActivity() throws(SystemError) -> Activity {
  let path = "/proc/stat"
  var info: OpaquePointer?
  try verify(procps_stat_new(&info), path)
  defer { procps_stat_unref(&info) }
  let ticks = [
    STAT_TIC_USER, STAT_TIC_NICE, STAT_TIC_SYSTEM, STAT_TIC_IDLE, STAT_TIC_IOWAIT, STAT_TIC_IRQ,
    STAT_TIC_SOFTIRQ, STAT_TIC_STOLEN, STAT_TIC_GUEST, STAT_TIC_GUEST_NICE,
  ]
  let counts = [
    STAT_SYS_INTERRUPTS, STAT_SYS_CTX_SWITCHES, STAT_SYS_TIME_OF_BOOT, STAT_SYS_PROC_CREATED,
    STAT_SYS_PROC_RUNNING, STAT_SYS_PROC_BLOCKED,
  ]
  var items = ticks + counts
  guard let head = procps_stat_select(info, &items, Int32(items.count))?.pointee.head else {
    throw missing(path)
  }
  let values = items.indices.map { index in
    index < ticks.count
      ? Int(clamping: head[index].result.ull_int) : Int(clamping: head[index].result.ul_int)
  }
  var activity = Activity()
  activity.user = values[0]
  activity.nice = values[1]
  activity.system = values[2]
  activity.idle = values[3]
  activity.ioWait = values[4]
  activity.interrupt = values[5]
  activity.softInterrupt = values[6]
  activity.stolen = values[7]
  activity.guest = values[8]
  activity.guestNice = values[9]
  activity.interrupts = values[10]
  activity.contextSwitches = values[11]
  activity.bootTime = values[12]
  activity.forks = values[13]
  activity.running = values[14]
  activity.blocked = values[15]
  return activity
}

private func readPaging() throws(SystemError) -> Paging {
  let path = "/proc/vmstat"
  var info: OpaquePointer?
  try verify(procps_vmstat_new(&info), path)
  defer { procps_vmstat_unref(&info) }
  var items = [VMSTAT_PGPGIN, VMSTAT_PGPGOUT, VMSTAT_PSWPIN, VMSTAT_PSWPOUT]
  guard let head = procps_vmstat_select(info, &items, Int32(items.count))?.pointee.head else {
    throw missing(path)
  }
  var paging = Paging()
  paging.pagedIn = Int(clamping: head[0].result.ul_int)
  paging.pagedOut = Int(clamping: head[1].result.ul_int)
  paging.swappedIn = Int(clamping: head[2].result.ul_int)
  paging.swappedOut = Int(clamping: head[3].result.ul_int)
  return paging
}

private func readDisks() throws(SystemError) -> [Disk] {
  let path = "/proc/diskstats"
  var info: OpaquePointer?
  try verify(procps_diskstats_new(&info), path)
  defer { procps_diskstats_unref(&info) }
  var items = [
    DISKSTATS_READS, DISKSTATS_READS_MERGED, DISKSTATS_READ_SECTORS, DISKSTATS_READ_TIME,
    DISKSTATS_WRITES, DISKSTATS_WRITES_MERGED, DISKSTATS_WRITE_SECTORS, DISKSTATS_WRITE_TIME,
    DISKSTATS_IO_TIME, DISKSTATS_WEIGHTED_TIME, DISKSTATS_IO_INPROGRESS, DISKSTATS_TYPE,
    DISKSTATS_NAME,
  ]
  guard let reaped = procps_diskstats_reap(info, &items, Int32(items.count)) else {
    throw missing(path)
  }
  var disks: [Disk] = []
  for index in 0..<Int(max(0, reaped.pointee.total)) {
    guard let head = reaped.pointee.stacks[index]?.pointee.head else { continue }
    let values = (0..<10).map { Int(clamping: head[$0].result.ul_int) }
    var disk = Disk()
    disk.reads = values[0]
    disk.readsMerged = values[1]
    disk.sectorsRead = values[2]
    disk.readTime = values[3]
    disk.writes = values[4]
    disk.writesMerged = values[5]
    disk.sectorsWritten = values[6]
    disk.writeTime = values[7]
    disk.time = values[8]
    disk.weightedTime = values[9]
    disk.inProgress = Int(head[10].result.s_int)
    disk.isPartition = head[11].result.s_int == DISKSTATS_TYPE_PARTITION
    disk.name = head[12].result.str.map { String(foreign: $0) } ?? ""
    disks.append(disk)
  }
  return disks
}

private func readSlabs() throws(SystemError) -> [Slab] {
  let path = "/proc/slabinfo"
  var info: OpaquePointer?
  try verify(procps_slabinfo_new(&info), path)
  defer { procps_slabinfo_unref(&info) }
  var items = [
    SLAB_ACTIVE_OBJS, SLAB_NUM_OBJS, SLAB_OBJ_SIZE, SLAB_OBJ_PER_SLAB, SLAB_NAME,
  ]
  guard let reaped = procps_slabinfo_reap(info, &items, Int32(items.count)) else {
    throw missing(path)
  }
  var slabs: [Slab] = []
  for index in 0..<Int(max(0, reaped.pointee.total)) {
    guard let head = reaped.pointee.stacks[index]?.pointee.head else { continue }
    var slab = Slab()
    slab.active = Int(head[0].result.u_int)
    slab.total = Int(head[1].result.u_int)
    slab.size = Int(head[2].result.u_int)
    slab.perSlab = Int(head[3].result.u_int)
    slab.name = head[4].result.str.map { String(foreign: $0) } ?? ""
    slabs.append(slab)
  }
  return slabs
}
