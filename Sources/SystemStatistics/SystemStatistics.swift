internal import Box
public import Linux

/// What the kernel counts for the whole machine, proc(5): a seam between the applets and libproc2.
///
/// libproc2 reads `/proc` and nothing else, so that a fixture needs a reader of its own.
/// In a container these figures are the node's, not the container's.
public struct SystemStatistics {
  public var memory: () throws(SystemError) -> Memory
  public var activity: () throws(SystemError) -> Activity
  public var paging: () throws(SystemError) -> Paging
  public var disks: () throws(SystemError) -> [Disk]
  public var slabs: () throws(SystemError) -> [Slab]
  public var uptime: () throws(SystemError) -> Double
  public var load: () throws(SystemError) -> Load

  public init(
    memory: @escaping () throws(SystemError) -> Memory,
    activity: @escaping () throws(SystemError) -> Activity,
    paging: @escaping () throws(SystemError) -> Paging,
    disks: @escaping () throws(SystemError) -> [Disk],
    slabs: @escaping () throws(SystemError) -> [Slab],
    uptime: @escaping () throws(SystemError) -> Double,
    load: @escaping () throws(SystemError) -> Load
  ) {
    self.memory = memory
    self.activity = activity
    self.paging = paging
    self.disks = disks
    self.slabs = slabs
    self.uptime = uptime
    self.load = load
  }

  /// The machine's own figures by libproc2, or those of the files below a fixture's `/proc`.
  public init(_ root: Root) {
    self = root.isOwn ? .library : .files(root)
  }
}

/// Runnable processes, averaged over 1, 5 and 15 minutes.
public struct Load: Sendable {
  public let one: Double
  public let five: Double
  public let fifteen: Double

  public init(one: Double, five: Double, fifteen: Double) {
    self.one = one
    self.five = five
    self.fifteen = fifteen
  }
}

/// `/proc/meminfo`, all in KiB.
public struct Memory: Sendable, Equatable {
  public var total = 0
  public var free = 0
  public var available = 0
  public var buffers = 0
  /// Page cache without reclaimable slabs.
  public var cached = 0
  public var reclaimableSlabs = 0
  public var shared = 0
  public var active = 0
  public var inactive = 0
  public var swapTotal = 0
  public var swapFree = 0
  public var highTotal = 0
  public var highFree = 0
  public var lowTotal = 0
  public var lowFree = 0
  public var commitLimit = 0
  public var committed = 0

  public init() {}

  /// Page cache with reclaimable slabs.
  public var cache: Int { cached &+ reclaimableSlabs }
  public var used: Int { total &- available }
  public var swapUsed: Int { swapTotal &- swapFree }
}

/// `/proc/stat`: ticks of all CPUs together, and counts since boot.
public struct Activity: Sendable, Equatable {
  public var user = 0
  public var nice = 0
  public var system = 0
  public var idle = 0
  public var ioWait = 0
  public var interrupt = 0
  public var softInterrupt = 0
  public var stolen = 0
  /// Also counted in `user`.
  public var guest = 0
  /// Also counted in `nice`.
  public var guestNice = 0
  public var interrupts = 0
  public var contextSwitches = 0
  /// Seconds since 1970.
  public var bootTime = 0
  public var forks = 0
  public var running = 0
  public var blocked = 0

  public init() {}
}

/// `/proc/vmstat`, as far as vmstat(8) shows it.
public struct Paging: Sendable, Equatable {
  /// KiB.
  public var pagedIn = 0
  /// KiB.
  public var pagedOut = 0
  /// Pages.
  public var swappedIn = 0
  /// Pages.
  public var swappedOut = 0

  public init() {}
}

/// A line of `/proc/diskstats`; times are milliseconds.
public struct Disk: Sendable, Equatable {
  public var name = ""
  public var isPartition = false
  public var reads = 0
  public var readsMerged = 0
  public var sectorsRead = 0
  public var readTime = 0
  public var writes = 0
  public var writesMerged = 0
  public var sectorsWritten = 0
  public var writeTime = 0
  public var inProgress = 0
  public var time = 0
  public var weightedTime = 0

  public init() {}
}

/// A line of `/proc/slabinfo`.
public struct Slab: Sendable, Equatable {
  public var name = ""
  public var active = 0
  public var total = 0
  /// Bytes of one object.
  public var size = 0
  public var perSlab = 0

  public init() {}
}
