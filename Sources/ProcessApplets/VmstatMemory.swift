internal import Box
internal import Linux
internal import SystemStatistics

/// The table that vmstat shows by default.
struct VmstatMemory {
  let active: Bool
  let wide: Bool
  /// Bytes.
  let unit: Int
  let timestamps: Bool

  func run(_ source: SystemStatistics, _ pace: Pace, _ context: Context) throws(Failure) {
    var last: (activity: Activity, paging: Paging)?
    if pace.skipsFirst {
      last = try counts(source)
      context.clock.sleep(seconds: Double(pace.delay))
    }
    var index = 0
    while true {
      let now = try counts(source)
      let memory = try attempt { () throws(SystemError) in try source.memory() }
      if pace.wantsHeader(index) { header(context) }
      let line = fields(memory, now, last, pace.delay)
      context.output.line(line + (timestamps ? timestamp(context) : ""))
      context.output.flush()
      last = now
      index += 1
      if index == pace.count || context.output.failure != nil { return }
      context.clock.sleep(seconds: Double(pace.delay))
    }
  }

  private func counts(_ source: SystemStatistics) throws(Failure) -> (
    activity: Activity, paging: Paging
  ) {
    try attempt { () throws(SystemError) in
      (activity: try source.activity(), paging: try source.paging())
    }
  }

  private func header(_ context: Context) {
    let groups =
      wide
      ? "--procs-- -----------------------memory---------------------- ---swap-- -----io---- "
        + "-system-- ----------cpu----------"
      : "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----"
    let names = active ? ["inact", "active"] : ["buff", "cache"]
    let titles =
      ["r", "b", "swpd", "free"] + names + ["si", "so", "bi", "bo", "in", "cs", "us", "sy", "id"]
      + (wide ? ["wa", "st", "gu"] : ["wa", "st"])
    let (group, zone) = timestamps ? timestampTitles(context) : ("", "")
    context.output.line(groups + group)
    context.output.line(row(titles) + zone)
  }

  private func row(_ values: [String]) -> String {
    let widths =
      wide
      ? [4, 4, 12, 12, 12, 12, 4, 4, 5, 5, 4, 4, 3, 3, 3, 3, 3, 3]
      : [2, 2, 6, 6, 6, 6, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 2]
    return zip(values, widths).map { $0.right($1) }.joined(separator: " ")
  }

  private func fields(
    _ memory: Memory, _ now: (activity: Activity, paging: Paging),
    _ last: (activity: Activity, paging: Paging)?, _ delay: Int
  ) -> String {
    let before = last ?? (Activity(), Paging())
    let ticks = Ticks(from: before.activity, to: now.activity)
    // Since boot, procps counts by the ticks of all CPUs together.
    let rate = { (amount: Int) -> Int in
      last == nil
        ? rounded(amount &* Host.ticksPerSecond, by: ticks.total)
        : rounded(amount, by: delay)
    }
    let swap = { (pages: Int) -> Int in
      let bytes = Double(pages) * Double(Host.pageSize) / Double(unit)
      let seconds =
        last == nil ? Double(ticks.total) / Double(Host.ticksPerSecond) : Double(delay)
      return seconds > 0 ? Int(min(1e18, bytes / seconds + 0.5)) : 0
    }
    let (a, b) = (before.activity, now.activity)
    let (p, q) = (before.paging, now.paging)
    var values = [
      b.running, b.blocked, scaled(memory.swapUsed), scaled(memory.free),
      scaled(active ? memory.inactive : memory.buffers),
      scaled(active ? memory.active : memory.cache),
      swap(growth(p.swappedIn, q.swappedIn)), swap(growth(p.swappedOut, q.swappedOut)),
      rate(growth(p.pagedIn, q.pagedIn)), rate(growth(p.pagedOut, q.pagedOut)),
      rate(growth(a.interrupts, b.interrupts)), rate(growth(a.contextSwitches, b.contextSwitches)),
    ]
    values += [
      ticks.user, ticks.system, ticks.idle, ticks.wait, ticks.stolen, ticks.guest,
    ].map { rounded($0 &* 100, by: ticks.total) }
    return row(values.map { String($0) })
  }

  private func scaled(_ kibibytes: Int) -> Int { kibibytes &* 1024 / unit }
}

/// CPU time between two moments, as vmstat groups it.
private struct Ticks {
  let user: Int
  let system: Int
  let idle: Int
  let wait: Int
  let stolen: Int
  let guest: Int

  init(from a: Activity, to b: Activity) {
    guest = growth(a.guest, b.guest) &+ growth(a.guestNice, b.guestNice)
    // The kernel counts guest time as user time too.
    user = max(0, growth(a.user, b.user) &+ growth(a.nice, b.nice) &- guest)
    system =
      growth(a.system, b.system) &+ growth(a.interrupt, b.interrupt)
      &+ growth(a.softInterrupt, b.softInterrupt)
    idle = growth(a.idle, b.idle)
    wait = growth(a.ioWait, b.ioWait)
    stolen = growth(a.stolen, b.stolen)
  }

  var total: Int { user &+ system &+ idle &+ wait &+ stolen &+ guest }
}

/// Idle and wait time can run backwards on some kernels.
private func growth(_ before: Int, _ after: Int) -> Int { max(0, after &- before) }

private func rounded(_ amount: Int, by divisor: Int) -> Int {
  divisor > 0 ? (amount &+ divisor / 2) / divisor : 0
}

/// One counter per line, `vmstat -s`.
struct VmstatEvents {
  let unit: (letter: String, bytes: Int)

  func run(_ source: SystemStatistics, _ output: Output) throws(Failure) {
    let memory = try attempt { () throws(SystemError) in try source.memory() }
    let activity = try attempt { () throws(SystemError) in try source.activity() }
    let paging = try attempt { () throws(SystemError) in try source.paging() }
    let sizes: [(Int, StaticString)] = [
      (memory.total, "total memory"), (memory.used, "used memory"),
      (memory.active, "active memory"), (memory.inactive, "inactive memory"),
      (memory.free, "free memory"), (memory.buffers, "buffer memory"),
      (memory.cache, "swap cache"), (memory.swapTotal, "total swap"),
      (memory.swapUsed, "used swap"), (memory.swapFree, "free swap"),
    ]
    for (value, name) in sizes {
      output.line(String(value &* 1024 / unit.bytes).right(13) + " \(unit.letter) \(name)")
    }
    let counts: [(Int, StaticString)] = [
      (activity.user, "non-nice user cpu ticks"), (activity.nice, "nice user cpu ticks"),
      (activity.system, "system cpu ticks"), (activity.idle, "idle cpu ticks"),
      (activity.ioWait, "IO-wait cpu ticks"), (activity.interrupt, "IRQ cpu ticks"),
      (activity.softInterrupt, "softirq cpu ticks"), (activity.stolen, "stolen cpu ticks"),
      (activity.guest, "non-nice guest cpu ticks"), (activity.guestNice, "nice guest cpu ticks"),
      (paging.pagedIn, "K paged in"), (paging.pagedOut, "K paged out"),
      (paging.swappedIn, "pages swapped in"), (paging.swappedOut, "pages swapped out"),
      (activity.interrupts, "interrupts"), (activity.contextSwitches, "CPU context switches"),
      (activity.bootTime, "boot time"), (activity.forks, "forks"),
    ]
    for (value, name) in counts { output.line(String(value).right(13) + " \(name)") }
  }
}
