internal import Accounts
internal import Archive
internal import Box
internal import Dates
internal import Linux
internal import Target

/// Makes an archive, or adds to one.
final class TarWriter {
  private let tar: Tar
  private let paths: Paths
  private let excludes: [ShellPattern]
  private let encoder: Encoder
  private let walker = Walker()
  private let links = IdentityTable()
  private var owners: [Int32: Accounts] = [:]
  private var listing: TarListing
  private var stripped: Set<String> = []
  private var archive: FileStatus?
  private var forced = Forced()
  /// Modification times of what an archive to be updated holds.
  private var known: [[UInt8]: Instant] = [:]

  /// What `--owner`, `--group`, `--mode` and `--mtime` make of every member.
  private struct Forced {
    var user: (name: [UInt8], id: Int?)?
    var group: (name: [UInt8], id: Int?)?
    var mode: ModeChange?
    var time: Instant?
  }

  init(_ tar: Tar, _ paths: Paths, _ context: Context) throws(Failure) {
    self.tar = tar
    self.paths = paths
    excludes = tar.excludePatterns
    encoder = Encoder(tar.dialect, namesOwners: !tar.numericOwner)
    walker.follow = tar.follows ? .always : .never
    walker.staysOnDevice = tar.staysOnDevice
    walker.sorts = tar.sorts
    listing = TarListing(tar)
    try force(context)
  }

  func run(_ action: Tar.Action, _ context: inout Context) throws(Failure) {
    if tar.operands.isEmpty, tar.lists.isEmpty, action == .create {
      throw .usage("refusing to make an empty archive")
    }
    let sink = action == .create ? try create() : try openToAdd(context)
    archive = sink.status
    let isToOutput = (tar.archive ?? "-") == "-"
    let names = isToOutput ? context.errors : context.output
    for operand in tar.operands {
      do throws(Failure) {
        try add(operand, sink, names, action, &context)
      } catch {
        // The archive itself cannot be written: nothing more can be done.
        try sink.told()
        context.report(Self.grave(error))
      }
    }
    try sink.finish(record: tar.blocking * blockSize)
  }

  private static func grave(_ failure: Failure) -> Failure {
    Failure(failure.text, advice: failure.advice, status: 2, errno: failure.errno)
  }

  private func create() throws(Failure) -> ArchiveSink {
    let level: Int? = tar.isGzip ? 6 : nil
    guard let name = tar.archive, name != "-" else {
      if Terminal.isTerminal(1) {
        throw .message("refusing to write an archive to a terminal; use -f or a pipe", status: 2)
      }
      let output = try attempt { () throws(SystemError) in try File.standardOutput() }
      return try ArchiveSink(output, named: "standard output", gzipLevel: level)
    }
    let place = try paths.location(name)
    return try ArchiveSink(
      try place.open([.write, .create, .truncate]), named: name, gzipLevel: level)
  }

  /// The archive of -r or -u, at the end of its last member.
  private func openToAdd(_ context: Context) throws(Failure) -> ArchiveSink {
    guard let name = tar.archive, name != "-", !tar.isGzip else {
      throw .usage("-r and -u need an archive that is a plain file (-f)")
    }
    let place = try paths.location(name)
    let file = try place.open([.readWrite, .create])
    let isEmpty = try attempt { () throws(SystemError) in try file.status() }.size == 0
    var end = 0
    if !isEmpty {
      let source = try ArchiveSource(try place.open(.read), named: name, gzip: false)
      var members = MemberReader(source)
      while let member = try members.next() {
        known[member.name] = member.modified
        try source.skip(padded(member.storedSize))
        end = source.position
      }
    }
    let position = end
    try place.told { () throws(SystemError) in
      try file.setSize(position)
      try file.seek(to: position)
    }
    return try ArchiveSink(file, named: name, gzipLevel: nil, position: position)
  }

  private func add(
    _ operand: Tar.Operand, _ sink: ArchiveSink, _ names: Output, _ action: Tar.Action,
    _ context: inout Context
  ) throws(Failure) {
    let place = try tar.location(operand.name, in: operand.folder, paths)
    if let root = place.root {
      walker.begin(root, place.path, shown: operand.name)
    } else {
      walker.begin(try place.openToRead(), shown: operand.name)
    }
    let accounts = try accounts(place)
    while true {
      switch walker.next() {
      case .end: return
      case .failure:
        if walker.isLoop {
          context.report(.message("\(walker.pathText): file system loop", status: 2))
        } else {
          trouble(walker.error, place, &context)
        }
      case .leave:
        if tar.removesFiles { try? walker.spot.removeFolder() }
      case .entry:
        if tar.excludes(walker.pathBytes, excludes) {
          walker.skip()
          continue
        }
        if !tar.recurses { walker.skip() }
        do throws(SystemError) {
          try entry(sink, accounts, names, action, place, &context)
        } catch {
          trouble(error, place, &context)
        }
        try sink.told()
      }
    }
  }

  private func trouble(_ error: SystemError, _ place: Location, _ context: inout Context) {
    let path = walker.pathText
    walker.skip()
    if tar.ignoresReadErrors, error.errno == .denied {
      return context.note("\(path): \(error.reason)")
    }
    do throws(Failure) {
      try place.shown(as: path).told { () throws(SystemError) in throw error }
    } catch {
      context.report(Self.grave(error))
    }
  }

  private func entry(
    _ sink: ArchiveSink, _ accounts: Accounts, _ names: Output, _ action: Tar.Action,
    _ place: Location, _ context: inout Context
  ) throws(SystemError) {
    let status = try walker.status()
    if let archive, status.isSame(as: archive), status.kind == .regular {
      return context.note("\(walker.pathText): is the archive; left out")
    }
    if status.kind == .socket || status.kind == .unknown {
      return context.note("\(walker.pathText): \(status.kind.noun) is left out")
    }
    var member = Member()
    member.name = safeName(Array(walker.pathBytes), context)
    describe(status, accounts, &member)
    if action == .update, let old = known[member.name], member.modified.seconds <= old.seconds {
      return
    }
    if status.kind == .link { member.link = try walker.link().bytes }
    if status.kind != .directory, status.links > 1, let first = links.first(status, member.name) {
      member.kind = .hardLink
      member.link = first
      member.size = 0
    }
    if member.kind == .regular {
      try addFile(member, status, sink, names, place, &context)
    } else {
      try put(member, sink, names)
    }
    if tar.removesFiles, status.kind != .directory { try walker.spot.remove() }
  }

  private func describe(_ status: FileStatus, _ accounts: Accounts, _ member: inout Member) {
    switch status.kind {
    case .directory:
      member.kind = .directory
      if member.name.last != UInt8(ascii: "/") { member.name.append(UInt8(ascii: "/")) }
    case .link: member.kind = .symbolicLink
    case .fifo: member.kind = .fifo
    case .block, .character:
      member.kind = status.kind == .block ? .block : .character
      (member.major, member.minor) = (status.specialMajor, status.specialMinor)
    default:
      member.kind = .regular
      member.size = status.size
    }
    member.mode = status.permissions
    if let change = forced.mode {
      member.mode = change.applied(to: member.mode, isFolder: status.kind == .directory)
    }
    member.modified = forced.time ?? status.modified
    (member.uid, member.gid) = (Int(status.uid), Int(status.gid))
    if !tar.numericOwner {
      member.user = accounts.user(status.uid)?.bytes ?? []
      member.group = accounts.group(status.gid)?.bytes ?? []
    }
    if let user = forced.user {
      if !tar.numericOwner { member.user = user.name }
      member.uid = user.id ?? member.uid
    }
    if let group = forced.group {
      if !tar.numericOwner { member.group = group.name }
      member.gid = group.id ?? member.gid
    }
  }

  private func addFile(
    _ member: Member, _ status: FileStatus, _ sink: ArchiveSink, _ names: Output,
    _ place: Location, _ context: inout Context
  ) throws(SystemError) {
    var member = member
    guard status.size > 0 else { return try put(member, sink, names) }
    let file = try walker.open([.read, .nonBlocking, .noTerminal])
    let opened = try file.status()
    guard opened.kind == .regular else { throw SystemError(.invalid, "open", "") }
    member.size = opened.size
    member.storedSize = opened.size
    var regions = [Member.Region(offset: 0, count: opened.size)]
    if tar.isSparse, opened.blocks * 512 < opened.size {
      regions = Self.regions(file, size: opened.size)
      member.regions = regions
      member.storedSize = regions.reduce(0) { $0 + $1.count }
    }
    try put(member, sink, names)
    if opened.size > 1 << 16 { file.willReadOnce() }
    for region in regions {
      var done = 0
      do throws(SystemError) {
        done = try sink.copy(file, at: region.offset, count: region.count)
      } catch {
        trouble(error, place, &context)
      }
      if done < region.count {
        try? zeros(region.count - done, sink)
        context.report(
          .message(
            "\(walker.pathText): file shrank by \(region.count - done) bytes; padding with zeros"))
      }
    }
    try? zeros(padded(member.storedSize) - member.storedSize, sink)
    if let after = try? file.status(), after.changed != opened.changed, context.status == 0 {
      context.report(.message("\(walker.pathText): file changed as we read it"))
    }
  }

  private func zeros(_ count: Int, _ sink: ArchiveSink) throws(Failure) {
    if count > 0 { try sink.zeros(count) }
  }

  /// The pieces of a file that are no holes; the last one reaches the end, as GNU's readers want it.
  private static func regions(_ file: borrowing File, size: Int) -> [Member.Region] {
    var regions: [Member.Region] = []
    var offset = 0
    while let data = file.data(from: offset, size: size) {
      regions.append(Member.Region(offset: data.lowerBound, count: data.count))
      offset = data.upperBound
      if regions.count >= Decoder.mostRegions / 2 {
        regions.append(Member.Region(offset: offset, count: size - offset))
        return regions
      }
    }
    regions.append(Member.Region(offset: size, count: 0))
    return regions
  }

  private func put(_ member: Member, _ sink: ArchiveSink, _ names: Output) throws(SystemError) {
    var header: [UInt8] = []
    do throws(Encoder.Unfit) {
      header = try encoder.header(member)
    } catch {
      throw SystemError(.nameTooLong, "tar", "")
    }
    // What writing failed with is kept and told by the sink.
    try? sink.write(header)
    if tar.verbosity > 0 { listing.write(member, to: names) }
  }

  /// Without what would lead out of the folder it is unpacked in; says so once for each prefix.
  private func safeName(_ name: [UInt8], _ context: Context) -> [UInt8] {
    if tar.isAbsolute { return name }
    let cut = TarNames.unsafePrefix(name)
    if cut == 0 { return name }
    let prefix = String(bytes: name[..<cut])
    if stripped.insert(prefix).inserted {
      context.note("removing leading `\(prefix)' from member names")
    }
    return cut < name.count ? Array(name[cut...]) : [UInt8(ascii: "."), UInt8(ascii: "/")]
  }

  private func accounts(_ place: Location) throws(Failure) -> Accounts {
    let pid = place.pid ?? 0
    if let known = owners[pid] { return known }
    var root = place.root
    if root == nil { root = try paths.root(of: pid) }
    let accounts = Accounts(root: root ?? Root())
    owners[pid] = accounts
    return accounts
  }

  private func force(_ context: Context) throws(Failure) {
    let accounts = Accounts(root: context.root)
    if let owner = tar.owner {
      forced.user = try TarNames.owner(owner) {
        accounts.uid(named: $0)
      } name: {
        accounts.user($0)
      }
    }
    if let group = tar.group {
      forced.group = try TarNames.owner(group) {
        accounts.gid(named: $0)
      } name: {
        accounts.group($0)
      }
    }
    if let mode = tar.mode {
      guard let change = ModeChange(mode) else { throw .usage("--mode: \(mode): invalid mode") }
      forced.mode = change
    }
    guard let time = tar.time else { return }
    if time.hasPrefix("/") || time.hasPrefix(".") {
      forced.time = try paths.location(time).status(follow: true).modified
      return
    }
    guard let instant = DateParser.parse(time, now: context.clock.now(), utc: false) else {
      throw .usage("--mtime: \(time): invalid date")
    }
    forced.time = instant
  }
}
