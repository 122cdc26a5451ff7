internal import Box
internal import Linux
internal import Report
internal import Target

/// Reads what is to be listed and has it printed, folder by folder.
struct Listing {
  /// A folder still to be listed, or the end of one whose inner folders have been.
  enum Pending {
    case folder(Location, isOperand: Bool)
    case leave
  }

  let plan: Plan
  var context: Context
  let paths: Paths
  var pending: [Pending] = []
  /// The folders we are in, against links that lead back up.
  var ancestors: [FileStatus] = []
  var ownerBook: OwnerBook
  var hasPrinted = false
  var hasColoured = false
  var printsHeaders = false
  var rowCount = 0
  var lastTime: (instant: Instant, text: String)?

  init(_ plan: Plan, _ context: Context) {
    self.plan = plan
    self.context = context
    paths = Paths(context)
    ownerBook = OwnerBook(context, paths)
  }

  mutating func run(_ operands: [String]) {
    let entries = ordered(gather(operands))
    let files = entries.filter { !isListed($0) }
    let folders = entries.filter { isListed($0) }
    if !files.isEmpty {
      printNames(files, folder: nil, measured: entries)
      hasPrinted = true
    }
    printsHeaders = operands.count > 1 || plan.options.isRecursive
    for entry in folders.reversed() {
      if let place = entry.place { pending.append(.folder(place, isOperand: true)) }
    }
    walk { (listing: inout Listing, entries, place) in listing.show(entries, place) }
    if hasColoured, let colours = plan.colours { context.output.write(colours.farewell) }
  }

  /// As `run`, for one JSON array.
  mutating func collect(_ operands: [String]) {
    context.output.write("[")
    let entries = ordered(gather(operands))
    for entry in entries where !isListed(entry) { write(row(entry, folder: nil)) }
    for entry in entries.reversed() where isListed(entry) {
      if let place = entry.place { pending.append(.folder(place, isOperand: true)) }
    }
    walk { (listing: inout Listing, entries, place) in
      for entry in entries { listing.write(listing.row(entry, folder: place)) }
    }
    context.output.line("]")
  }

  /// One at a time, because a folder may hold any number.
  private mutating func write(_ row: JSON) {
    if rowCount > 0 { context.output.write(",") }
    context.output.write(row.text)
    rowCount += 1
  }

  private func isListed(_ entry: FileEntry) -> Bool {
    plan.options.listsFolders && entry.kind == .directory
  }

  private mutating func gather(_ operands: [String]) -> [FileEntry] {
    var entries: [FileEntry] = []
    for operand in operands {
      do throws(Failure) {
        let place = try paths.location(operand)
        entries.append(try self.operand(operand, place))
      } catch {
        complain(error, isOperand: true)
      }
    }
    return entries
  }

  private func operand(_ name: String, _ place: Location) throws(Failure) -> FileEntry {
    let own = try place.status(follow: plan.followsOperands)
    let entry = FileEntry(name, name.bytes, own.kind, own.inode, place)
    entry.status = own
    if own.kind == .link, plan.followsFolderOperands, let target = try? place.status(follow: true),
      target.kind == .directory
    {
      entry.status = target
      entry.kind = .directory
    }
    let file = try? place.open(entry.kind == .link ? [.path, .noFollow] : .path)
    if let file {
      if plan.stamp == .born { entry.born = (try? file.birth()) ?? nil }
      if entry.kind != .link, plan.needsAttributes, file.hasAttributes() {
        examine(entry) { file.attribute($0) }
      }
    }
    if entry.kind == .link { follow(entry, place) { try? place.link() } }
    return entry
  }

  /// Lists what is pending, depth first.
  private mutating func walk(_ found: (inout Listing, [FileEntry], Location) -> Void) {
    while let next = pending.popLast() {
      guard case .folder(let place, let isOperand) = next else {
        _ = ancestors.popLast()
        continue
      }
      do throws(Failure) {
        let directory = try place.directory()
        let status = try place.told { () throws(SystemError) in try directory.status() }
        if plan.options.isRecursive, ancestors.contains(where: { $0.isSame(as: status) }) {
          throw Failure(
            place.display + ": is listed already: a folder that holds itself is left out",
            status: ExitStatus.usage)
        }
        let entries = ordered(try read(directory, place))
        found(&self, entries, place)
        if plan.options.isRecursive { descend(entries, place, status) }
      } catch {
        complain(error, isOperand: isOperand)
      }
      if context.output.failure != nil { return }
    }
  }

  private mutating func descend(_ entries: [FileEntry], _ place: Location, _ status: FileStatus) {
    ancestors.append(status)
    pending.append(.leave)
    for entry in entries.reversed() where entry.kind == .directory {
      if entry.name == "." || entry.name == ".." { continue }
      pending.append(.folder(place.child(entry.name), isOperand: false))
    }
  }

  private mutating func read(_ directory: borrowing Directory, _ place: Location) throws(Failure)
    -> [FileEntry]
  {
    var entries: [FileEntry] = []
    try place.told { () throws(SystemError) in
      try directory.forEachName(dots: plan.options.hidden == .all) { name, kind, inode in
        let bytes = Array(name)
        if plan.shows(bytes) {
          entries.append(FileEntry(String(bytes: bytes), bytes, kind, inode))
        }
        return true
      }
    }
    for entry in entries where plan.needsStatus || (plan.needsKind && entry.kind == .unknown) {
      do throws(Failure) {
        try complete(entry, directory, place)
        if plan.isLong, entry.kind == .link, entry.link == nil {
          _ = try place.child(entry.name).link()
        }
      } catch {
        complain(error, isOperand: false)
      }
    }
    if !plan.needsStatus, plan.needsLinkTarget {
      for entry in entries where entry.kind == .link {
        follow(entry, place.child(entry.name)) { nil }
      }
    }
    return entries
  }

  /// Everything about a name in a folder that the folder itself did not tell.
  private func complete(_ entry: FileEntry, _ directory: borrowing Directory, _ place: Location)
    throws(Failure)
  {
    let child = place.child(entry.name)
    let follows = plan.options.dereference == .always
    // `..` and links of a target must not be left to the kernel, which would resolve them in our root.
    let isEscaping = place.isForeign && (follows || entry.name == "..")
    let status =
      isEscaping
      ? try child.status(follow: follows)
      : try child.told { () throws(SystemError) in
        try directory.status(entry.name, follow: follows)
      }
    entry.status = status
    entry.kind = status.kind
    entry.inode = status.inode
    if plan.stamp == .born, !isEscaping {
      entry.born = (try? directory.birth(entry.name, follow: follows)) ?? nil
    }
    if status.kind == .link {
      follow(entry, child) { (try? directory.link(entry.name)) ?? (try? child.link()) }
    } else if !isEscaping, plan.needsAttributes, directory.hasAttributes(entry.name) {
      examine(entry) { directory.attribute($0, of: entry.name) }
    }
  }

  private func follow(_ entry: FileEntry, _ place: Location, _ read: () -> String?) {
    if plan.isLong || plan.colours != nil { entry.link = read() }
    guard plan.needsLinkTarget else { return }
    entry.target = try? place.status(follow: true)
    entry.isBroken = entry.target == nil
  }

  /// Reads the extended attributes that matter for what is printed.
  private func examine(_ entry: FileEntry, _ attribute: (String) -> [UInt8]?) {
    if plan.isLong || plan.options.showsContext {
      let label = attribute("security.selinux")
      entry.context = label.map { String(bytes: $0.prefix { $0 != 0 }) }
      if attribute("system.posix_acl_access") != nil
        || (entry.kind == .directory && attribute("system.posix_acl_default") != nil)
      {
        entry.mark = "+"
      } else if label != nil {
        entry.mark = "."
      }
    }
    if plan.colours?.looksAtCapabilities ?? false, entry.kind == .regular {
      entry.hasCapabilities = attribute("security.capability") != nil
    }
  }

  mutating func complain(_ failure: Failure, isOperand: Bool) {
    let status = isOperand ? ExitStatus.usage : failure.status
    context.report(
      Failure(failure.text, advice: failure.advice, status: status, errno: failure.errno))
  }
}
