internal import Accounts
internal import Box
internal import Linux
internal import Patterns
internal import ProcFS
internal import Target

/// Walks the trees and evaluates the expression for every entry.
final class FindRun {
  let walker = Walker()
  let settings: FindSettings
  private let expression: FindExpression
  private let parser: FindParser
  private let paths: Paths
  private let now: Instant
  /// Where ages are counted from: now, or the end of today.
  private let origin: Instant
  private var books: [Int32: Accounts] = [:]
  private var mounts: [Int32: [Mount]] = [:]
  private(set) var place: Location?
  private(set) var accounts = Accounts(passwd: [])
  private var operand = ""
  private var quits = false
  let lister: FindLister

  init(_ expression: FindExpression, _ parser: FindParser, _ paths: Paths, _ context: Context)
    throws(Failure)
  {
    self.expression = expression
    self.parser = parser
    self.paths = paths
    settings = parser.settings
    now = context.clock.now()
    var origin = now
    if settings.startsFromDay, var day = CalendarTime(now) {
      (day.hour, day.minute, day.second) = (0, 0, 0)
      day.day += 1
      origin = day.normalized().map { Instant(seconds: $0.seconds) } ?? now
    }
    self.origin = origin
    lister = FindLister(now)
    walker.follow = settings.follow
    walker.staysOnDevice = settings.staysOnDevice
  }

  func all(_ context: inout Context) throws(Failure) {
    for start in try starts() {
      if quits { break }
      do throws(Failure) {
        try walk(start, &context)
      } catch {
        if error.status == ExitStatus.usage { throw error }
        context.report(error)
      }
      if context.output.failure != nil { return }
    }
    for command in parser.commands { finish(command, &context) }
    for output in parser.outputs {
      output.output.flush()
      if let failure = output.output.failure {
        context.report(.system(failure.about(output.path ?? "")))
      }
    }
  }

  private func starts() throws(Failure) -> [String] {
    guard let list = settings.startList else {
      return parser.starts.isEmpty ? ["."] : parser.starts
    }
    guard parser.starts.isEmpty else {
      throw .usage("\(parser.starts[0]): no paths besides -files0-from")
    }
    let limit = 1 << 28
    var bytes: [UInt8] = []
    if list == "-" {
      bytes = try attempt { () throws(SystemError) in
        try File.standardInput().contents(limit: limit)
      }
    } else {
      bytes = try paths.location(list).contents(limit: limit)
    }
    return bytes.split(separator: 0).map { String(bytes: $0) }
  }

  private func walk(_ start: String, _ context: inout Context) throws(Failure) {
    let place = try paths.location(start)
    self.place = place
    operand = start
    try settle(place)
    if let root = place.root {
      walker.begin(root, place.path, shown: start)
    } else {
      walker.begin(try place.open(.path), shown: start)
    }
    let (most, least) = (settings.mostDepth, settings.leastDepth)
    let isDepthFirst = settings.isDepthFirst
    while !quits, context.output.failure == nil {
      switch walker.next() {
      case .end: return
      case .failure:
        tell(walker.error, &context)
        // A folder that cannot be entered is still one.
        if isDepthFirst, walker.failedToEnter, !walker.isLoop, walker.level >= least {
          visit(&context)
        }
      case .leave:
        if isDepthFirst, walker.level >= least { visit(&context) }
      case .entry:
        let entersNot = walker.level >= most || walker.kind != .directory
        if walker.level >= most { walker.skip() }
        if walker.level >= least, entersNot || !isDepthFirst { visit(&context) }
      }
    }
  }

  /// Users and groups are those of the root that the path lies in.
  private func settle(_ place: Location) throws(Failure) {
    let pid = place.pid ?? 0
    if books[pid] == nil {
      var root = place.root
      if root == nil { root = try paths.root(of: pid) }
      books[pid] = Accounts(root: root ?? Root())
    }
    accounts = books[pid] ?? accounts
    for owner in parser.owners {
      owner.id = owner.isGroup ? accounts.gid(named: owner.name) : accounts.uid(named: owner.name)
      if owner.id == nil { owner.id = UInt32(owner.name) }
      guard owner.id != nil else {
        throw .usage("\(owner.name): no such \(owner.isGroup ? "group" : "user")")
      }
    }
  }

  private func tell(_ error: SystemError, _ context: inout Context) {
    if walker.isLoop {
      return context.report(.message("\(walker.pathText): file system loop"))
    }
    if settings.ignoresRaces, error.errno == .noEntry, walker.level > 0 { return }
    guard let place else { return }
    do throws(Failure) {
      try place.shown(as: walker.pathText).told { () throws(SystemError) in throw error }
    } catch {
      context.report(error)
    }
  }

  private func visit(_ context: inout Context) {
    do throws(SystemError) {
      _ = try evaluate(expression, &context)
    } catch {
      tell(error, &context)
    }
  }

  private func evaluate(_ expression: FindExpression, _ context: inout Context)
    throws(SystemError) -> Bool
  {
    switch expression {
    case .test(let test): return try check(test, &context)
    case .not(let inner): return try !evaluate(inner, &context)
    case .all(let parts):
      for part in parts where try !evaluate(part, &context) || quits { return false }
      return true
    case .any(let parts):
      for part in parts where try evaluate(part, &context) { return true }
      return false
    case .each(let parts):
      var last = false
      for part in parts { last = try evaluate(part, &context) }
      return last
    }
  }

  private func check(_ test: FindTest, _ context: inout Context) throws(SystemError) -> Bool {
    switch test {
    case .constant(let value): return value
    case .name(let pattern): return pattern.matches(baseName)
    case .path(let pattern): return pattern.matches(walker.pathBytes)
    case .regex(let pattern): return pattern.matches(walker.pathBytes)
    case .type(let letters): return letters.contains(Self.letter(walker.kind))
    case .linkName(let pattern):
      guard walker.kind == .link else { return false }
      return pattern.matches(try walker.link().bytes)
    case .empty: return try isEmpty()
    case .permits(let access): return walker.permits(access)
    case .inode(let number):
      return number.matches(Int(truncatingIfNeeded: try walker.status().inode))
    case .sameFile(let device, let inode):
      if walker.inode != inode, walker.level > 0, walker.inode != 0, walker.kind != .directory {
        return false
      }
      let status = try walker.status()
      return status.inode == inode && status.device == device
    case .xtype(let letters): return letters.contains(try otherType())
    case .fileSystem(let type): return try fileSystem() == type
    case .write, .format, .list, .execute, .delete, .prune, .quit:
      return try act(test, &context)
    default: return try checkStatus(test, try walker.status())
    }
  }

  private func checkStatus(_ test: FindTest, _ status: FileStatus) throws(SystemError) -> Bool {
    switch test {
    case .size(let number, let unit):
      let (whole, rest) = status.size.quotientAndRemainder(dividingBy: unit)
      return number.matches(whole + (rest > 0 ? 1 : 0))
    case .age(let time, let number, let value, let unit):
      return Self.isAged(origin.since(instant(time, status)), number, value, unit)
    case .newer(let time, let than):
      if time == .born { return try born() > than }
      return instant(time, status) > than
    case .used(let number, let value):
      let days = status.accessed.since(status.changed)
      guard days >= 0 else { return false }
      return Self.isAged(days, number, value, 86400, countsUp: true)
    case .permissions(let mode, let kind):
      switch kind {
      case UInt8(ascii: "-"): return status.permissions & mode == mode
      case UInt8(ascii: "/"): return mode == 0 || status.permissions & mode != 0
      default: return status.permissions == mode
      }
    case .owner(let owner): return (owner.isGroup ? status.gid : status.uid) == owner.id
    case .ownerNumber(let number, let isGroup):
      return number.matches(Int(isGroup ? status.gid : status.uid))
    case .hasNoOwner(let isGroup):
      return isGroup ? accounts.group(status.gid) == nil : accounts.user(status.uid) == nil
    case .links(let number): return number.matches(status.links)
    default: return false
    }
  }

  /// Whole days are counted down; minutes up. GNU's rule for both: `N` is a window of one unit.
  private static func isAged(
    _ age: Double, _ number: FindNumber, _ value: Double, _ unit: Double,
    countsUp: Bool = false
  ) -> Bool {
    let limit = value * unit
    let isDays = unit == 86400 && !countsUp
    switch number.comparison {
    case .less: return age < limit
    case .more: return isDays ? age >= limit + unit : age > limit
    case .equal:
      return isDays ? age >= limit && age < limit + unit : age > limit - unit && age <= limit
    }
  }

  private func instant(_ time: FindTime, _ status: FileStatus) -> Instant {
    switch time {
    case .accessed: status.accessed
    case .changed: status.changed
    case .modified, .born: status.modified
    }
  }

  func born() throws(SystemError) -> Instant {
    let file = try walker.open(.path)
    return try file.birth() ?? Instant(seconds: 0)
  }

  private func isEmpty() throws(SystemError) -> Bool {
    if walker.kind == .directory { return walker.isEmptyFolder() ?? false }
    guard walker.kind == .regular else { return false }
    return try walker.status().size == 0
  }

  /// The type behind a link; of the link itself where links are followed anyway.
  private func otherType() throws(SystemError) -> UInt8 {
    if settings.follow == .always {
      return Self.letter(walker.isBehindLink ? .link : walker.kind)
    }
    guard walker.kind == .link else { return Self.letter(walker.kind) }
    return Self.letter(walker.statusBehind()?.kind ?? .link)
  }

  func fileSystem() throws(SystemError) -> String {
    let status = try walker.status()
    let device = "\(status.deviceMajor):\(status.deviceMinor)"
    let pid = place?.pid ?? 0
    if mounts[pid] == nil {
      let name = pid == 0 ? "/proc/self/mountinfo" : "/proc/\(pid)/mountinfo"
      mounts[pid] = Mount.parse((try? Root().contents(name, limit: 1 << 24)) ?? [])
    }
    return mounts[pid]?.last { $0.device == device }?.type ?? "unknown"
  }

  static func letter(_ kind: FileStatus.Kind) -> UInt8 {
    switch kind {
    case .regular: UInt8(ascii: "f")
    case .directory: UInt8(ascii: "d")
    case .link: UInt8(ascii: "l")
    case .fifo: UInt8(ascii: "p")
    case .socket: UInt8(ascii: "s")
    case .block: UInt8(ascii: "b")
    case .character: UInt8(ascii: "c")
    case .unknown: UInt8(ascii: "U")
    }
  }

  /// The last component; of a path that ends with slashes what is in front of them.
  var baseName: UnsafeRawBufferPointer {
    if walker.level > 0 { return walker.nameBytes }
    let path = walker.pathBytes
    var end = path.count
    while end > 1, path[end - 1] == UInt8(ascii: "/") { end -= 1 }
    let trimmed = path[..<end]
    let slash = trimmed.lastIndex(of: UInt8(ascii: "/"))
    if end == 1, slash == 0 { return UnsafeRawBufferPointer(rebasing: trimmed) }
    return UnsafeRawBufferPointer(rebasing: trimmed[(slash.map { $0 + 1 } ?? 0)...])
  }

  func stop() { quits = true }

  var operandBytes: [UInt8] { operand.bytes }
}
