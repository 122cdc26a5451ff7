internal import Box
internal import Linux
internal import Target

/// Copies files and trees, for `cp` and for `mv` between file systems.
final class Copier {
  private let settings: CopySettings
  private let paths: Paths
  private let walker = Walker()
  private let links = IdentityTable()
  private let mask = Process.mask
  private let isRoot = Credentials.effectiveUID == 0
  /// What this run has made: it is neither copied into itself nor overwritten.
  private let made = IdentityTable()
  private var stack = FolderStack()
  private var target = ""
  private var operand = ""
  private var targetPlace: Location?
  private var sourcePlace: Location?
  /// Whether all of the last operand came over.
  private(set) var isWhole = true

  init(_ settings: CopySettings, _ paths: Paths) {
    self.settings = settings
    self.paths = paths
    walker.follow = settings.follow ?? (settings.recurses ? .never : .always)
    walker.staysOnDevice = settings.staysOnDevice
  }

  func copy(_ source: String, to target: String, _ context: inout Context) throws(Failure) {
    isWhole = true
    stack = FolderStack()
    self.target = target
    operand = source
    let place = try paths.location(source)
    sourcePlace = place
    let destination = try paths.location(target)
    targetPlace = destination
    guard let root = place.root else { return try guarded(place, destination, context) }
    walker.begin(root, place.path, shown: source)
    while true {
      switch walker.next() {
      case .end: return
      case .failure: report(walker.error, walker.pathText, place, &context)
      case .entry:
        do throws(Failure) {
          try entry(&context)
        } catch {
          walker.skip()
          isWhole = false
          context.report(error)
        }
      case .leave: leave(&context)
      }
    }
  }

  private func report(
    _ error: SystemError, _ path: String, _ place: Location, _ context: inout Context
  ) {
    isWhole = false
    do throws(Failure) {
      try place.shown(as: path).told { () throws(SystemError) in throw error }
    } catch {
      context.report(error)
    }
  }

  /// A file of `/proc/N`, which is a stream of bytes.
  private func guarded(_ place: Location, _ destination: Location, _ context: Context)
    throws(Failure)
  {
    let input = try place.openToRead()
    let output = try destination.open([.write, .create, .truncate])
    let sink = Output(file: output.descriptor)
    try place.told { () throws(SystemError) in try sink.copy(input) }
    if let failure = sink.failure { throw .system(failure.about(target)) }
  }

  /// The path of the entry below the target.
  private var targetPath: String {
    let rest = String(bytes: walker.relativeBytes)
    if rest.isEmpty { return target }
    return target.utf8.last == UInt8(ascii: "/") ? target + rest : target + "/" + rest
  }

  private func spot() throws(Failure) -> Spot {
    if walker.level == 0, let targetPlace { return try targetPlace.spot() }
    return Spot(folder: stack.top, name: walker.nameText)
  }

  private func told<Result: ~Copyable>(
    _ path: String, _ body: () throws(SystemError) -> Result
  ) throws(Failure) -> Result {
    do throws(SystemError) {
      return try body()
    } catch {
      throw .system(error.about(path))
    }
  }

  private func entry(_ context: inout Context) throws(Failure) {
    let source = walker.pathText
    let status = try told(source) { () throws(SystemError) in try walker.status() }
    if status.kind == .directory, !settings.recurses {
      throw .message("-r not specified; omitting directory '\(source)'")
    }
    if status.kind == .link,
      walker.follow == .always || (walker.follow == .operands && walker.level == 0)
    {
      throw .system(SystemError(.noEntry, "stat", source))
    }
    let spot = try spot()
    var existing = try? spot.status()
    // At the top a link to the target is followed, as a shell's redirection does.
    if walker.level == 0, existing?.kind == .link, !isReplacedAsLink(status),
      let behind = try? targetPlace?.status(follow: true)
    {
      existing = behind
    }
    if let existing, try !mayReplace(existing, status, source, &context) {
      walker.skip()
      return
    }
    if settings.keepsLinks, status.kind != .directory, status.links > 1,
      let first = links.first(status, targetPath.bytes)
    {
      return try link(to: String(bytes: first), spot, existing, context)
    }
    if status.kind == .directory, made.name(of: status) != nil {
      throw .message("cannot copy a directory, '\(operand)', into itself, '\(target)'")
    }
    tell(source, targetPath, context)
    switch status.kind {
    case .directory: try folder(status, spot, existing)
    case .link: try symbolicLink(status, spot, existing)
    case _ where settings.makesHardLinks || settings.makesSymbolicLinks:
      try makeLink(spot, existing, source)
    case .fifo, .character, .block, .socket:
      if settings.recurses {
        try special(status, spot, existing)
      } else {
        try regular(status, spot, existing)
      }
    default: try regular(status, spot, existing)
    }
  }

  private func isReplacedAsLink(_ status: FileStatus) -> Bool {
    status.kind == .link || settings.removesFirst
  }

  private func tell(_ source: String, _ target: String, _ context: Context) {
    if settings.isVerbose { context.output.line(quoted(source) + " -> " + quoted(target)) }
  }

  /// What stands against writing to something that is there; false: leave it, silently.
  private func mayReplace(
    _ existing: FileStatus, _ status: FileStatus, _ source: String, _ context: inout Context
  ) throws(Failure) -> Bool {
    if existing.isSame(as: status), status.kind != .directory {
      if settings.makesHardLinks || settings.makesSymbolicLinks { return false }
      throw .message("'\(source)' and '\(targetPath)' are the same file")
    }
    if status.kind == .directory {
      guard existing.kind == .directory else {
        throw .message("cannot overwrite non-directory '\(targetPath)' with directory '\(source)'")
      }
      if existing.isSame(as: status) {
        throw .message(
          walker.level == 0
            ? "cannot copy a directory, '\(source)', into itself, '\(targetPath)'"
            : "will not copy a directory, '\(source)', into itself")
      }
      return true
    }
    if existing.kind == .directory {
      throw .message("cannot overwrite directory '\(targetPath)' with non-directory '\(source)'")
    }
    if made.name(of: existing) != nil, existing.kind == .regular {
      throw .message("will not overwrite just-created '\(targetPath)' with '\(source)'")
    }
    switch settings.existing {
    case .replace: return true
    case .skip: return false
    case .olderOnly: return existing.modified < status.modified
    case .ask: return confirms("overwrite \(quoted(targetPath))?", context)
    }
  }

  private func folder(
    _ status: FileStatus, _ spot: Spot, _ existing: FileStatus?
  ) throws(Failure) {
    let shown = targetPath
    let folder = try told(shown) { () throws(SystemError) in
      if existing == nil { try spot.makeFolder((status.permissions & 0o777 & ~mask) | 0o700) }
      return try spot.open([.path, .directory])
    }
    if existing == nil, let fresh = try? folder.status() { _ = made.first(fresh) }
    if settings.staysOnDevice, walker.level > 0, walker.isOtherDevice {
      walker.skip()
    } else {
      stack.push(folder)
    }
    // Permissions of a new folder come when it is full: it must be writable until then.
    isNew.append(existing == nil)
  }

  /// For each open folder, whether this run made it.
  private var isNew: [Bool] = []

  private func leave(_ context: inout Context) {
    guard stack.depth > 0 else { return }
    let shown = targetPath
    let wasNew = isNew.popLast() ?? false
    do throws(Failure) {
      let status = try told(shown) { () throws(SystemError) in try walker.status() }
      let folder = Spot(folder: stack.top, name: ".")
      if wasNew || settings.keepsMode || settings.keepsTimes || settings.keepsOwner {
        try keep(status, folder, isNew: wasNew, shown)
      }
      try told(shown) { () throws(SystemError) in try stack.pop() }
    } catch {
      isWhole = false
      context.report(error)
    }
  }

  private func keep(_ status: FileStatus, _ spot: Spot, isNew: Bool, _ shown: String)
    throws(Failure)
  {
    try told(shown) { () throws(SystemError) in
      var keepsSpecialBits = true
      if settings.keepsOwner {
        do throws(SystemError) {
          try spot.setOwner(uid: status.uid, gid: status.gid)
        } catch {
          keepsSpecialBits = false
          if isRoot || error.errno != .notPermitted { throw error }
          // The group alone may do.
          try? spot.setOwner(uid: nil, gid: status.gid)
        }
      }
      if status.kind != .link {
        if settings.keepsMode {
          let mode = keepsSpecialBits ? status.permissions : status.permissions & 0o777
          try spot.setPermissions(mode)
        } else if isNew {
          // What the folder inherited from the one above stays.
          let inherited = try spot.status().permissions & 0o7000
          let wanted = settings.freshMode ? 0o777 : status.permissions & 0o777
          try spot.setPermissions(inherited | (wanted & ~mask))
        }
      }
      if settings.keepsTimes {
        try spot.setTimes(accessed: status.accessed, modified: status.modified)
      }
    }
  }

  private func clear(_ spot: Spot, _ existing: FileStatus?) throws(SystemError) {
    if existing != nil || (try? spot.status()) != nil { try spot.remove() }
  }

  private func symbolicLink(_ status: FileStatus, _ spot: Spot, _ existing: FileStatus?)
    throws(Failure)
  {
    let source = walker.pathText
    let text = try told(source) { () throws(SystemError) in try walker.link() }
    let shown = targetPath
    try told(shown) { () throws(SystemError) in
      try clear(spot, existing)
      try spot.makeLink(to: text)
    }
    try keep(status, spot, isNew: true, shown)
  }

  private func special(_ status: FileStatus, _ spot: Spot, _ existing: FileStatus?)
    throws(Failure)
  {
    let shown = targetPath
    try told(shown) { () throws(SystemError) in
      try clear(spot, existing)
      let mode = (status.mode & 0o170000) | (status.permissions & 0o777 & ~mask)
      try spot.makeNode(mode, major: status.specialMajor, minor: status.specialMinor)
    }
    try keep(status, spot, isNew: false, shown)
  }

  /// Another name for what was copied before.
  private func link(to first: String, _ spot: Spot, _ existing: FileStatus?, _ context: Context)
    throws(Failure)
  {
    let original = try paths.location(first).spot()
    let shown = targetPath
    tell(walker.pathText, shown, context)
    try told(shown) { () throws(SystemError) in
      try clear(spot, existing)
      try spot.makeHardLink(to: original)
    }
  }

  /// `-l` and `-s`.
  private func makeLink(_ spot: Spot, _ existing: FileStatus?, _ source: String) throws(Failure) {
    let shown = targetPath
    if settings.makesSymbolicLinks, !source.hasPrefix("/"), Link.folder(of: shown) != "." {
      throw .message("'\(shown)': can make relative symbolic links only in current directory")
    }
    let original = walker.spot
    let follow = walker.isBehindLink
    try told(shown) { () throws(SystemError) in
      if existing != nil, settings.force || settings.removesFirst { try spot.remove() }
      if settings.makesSymbolicLinks {
        try spot.makeLink(to: source)
      } else {
        try spot.makeHardLink(to: original, follow: follow)
      }
    }
  }

  private func regular(_ status: FileStatus, _ spot: Spot, _ existing: FileStatus?)
    throws(Failure)
  {
    let source = walker.pathText
    let shown = targetPath
    let input = try openSource(source)
    let output = try openTarget(spot, existing, status, shown)
    do throws(SystemError) {
      if let fresh = try? output.status() { _ = made.first(fresh) }
      if !settings.attributesOnly { try contents(input, output) }
    } catch {
      throw .system(error.about(error.subject == "read" ? source : shown))
    }
    try keepFile(output, status, isNew: existing == nil || settings.removesFirst, shown)
  }

  private func openSource(_ source: String) throws(Failure) -> File {
    if walker.level == 0, let place = sourcePlace { return try place.openToRead() }
    let isForeign = sourcePlace?.isForeign ?? false
    return try told(source) { () throws(SystemError) in
      let file = try walker.open(isForeign ? [.read, .nonBlocking, .noTerminal] : .read)
      if isForeign { try file.setBlocking() }
      return file
    }
  }

  private func openTarget(
    _ spot: Spot, _ existing: FileStatus?, _ status: FileStatus, _ shown: String
  ) throws(Failure) -> File {
    let permissions = settings.freshMode ? 0o666 : status.permissions & 0o777
    let fresh: OpenMode = [.write, .create, .exclusive, .noFollow]
    let isForeign = targetPlace?.isForeign ?? false
    if settings.removesFirst, existing != nil {
      try told(shown) { () throws(SystemError) in try spot.remove() }
    } else if existing != nil {
      do throws(Failure) {
        if walker.level == 0, let targetPlace {
          return try targetPlace.open([.write, .truncate])
        }
        let mode: OpenMode = isForeign ? [.write, .truncate, .noFollow] : [.write, .truncate]
        return try told(shown) { () throws(SystemError) in try spot.open(mode) }
      } catch {
        guard settings.force else { throw error }
        try told(shown) { () throws(SystemError) in try spot.remove() }
      }
    } else if walker.level == 0, (try? spot.status())?.kind == .link {
      throw .message("not writing through dangling symlink '\(shown)'")
    }
    return try told(shown) { () throws(SystemError) in
      try spot.open(fresh, permissions: permissions)
    }
  }

  private func keepFile(
    _ output: borrowing File, _ status: FileStatus, isNew: Bool, _ shown: String
  ) throws(Failure) {
    guard settings.keepsMode || settings.keepsOwner || settings.keepsTimes else { return }
    try told(shown) { () throws(SystemError) in
      var keepsSpecialBits = true
      if settings.keepsOwner {
        do throws(SystemError) {
          try output.setOwner(uid: status.uid, gid: status.gid)
        } catch {
          keepsSpecialBits = false
          if isRoot || error.errno != .notPermitted { throw error }
          try? output.setOwner(uid: nil, gid: status.gid)
        }
      }
      if settings.keepsMode {
        try output.setPermissions(
          keepsSpecialBits ? status.permissions : status.permissions & 0o777)
      }
      if settings.keepsTimes {
        try output.setTimes(accessed: status.accessed, modified: status.modified)
      }
    }
  }

  /// What reading failed with is thrown about "read".
  private func contents(_ input: borrowing File, _ output: borrowing File) throws(SystemError) {
    if settings.reflink != .never {
      if output.clone(input) { return }
      if settings.reflink == .always { throw SystemError(.notSupported, "clone", "") }
    }
    let status = try input.status()
    let isPlain = status.kind == .regular && status.size > 0
    guard isPlain else {
      try stream(input, output)
      return
    }
    input.willReadOnce()
    let hasHoles = status.blocks * 512 < status.size
    guard settings.sparse != .always else {
      try FileContents.copySparse(input, output)
      return
    }
    var offset = 0
    if hasHoles, settings.sparse == .auto {
      while let data = input.data(from: offset, size: status.size) {
        try FileContents.copy(input, output, data)
        offset = data.upperBound
      }
      try output.setSize(status.size)
    } else {
      try FileContents.copy(input, output, 0..<status.size)
    }
    // What was added meanwhile, and files that grow as they are read.
    try input.seek(to: status.size)
    try output.seek(to: status.size)
    try stream(input, output)
  }

  private func stream(_ input: borrowing File, _ output: borrowing File) throws(SystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      var count = 0
      do throws(SystemError) {
        count = try input.read(into: buffer)
      } catch {
        throw error.about("read")
      }
      if count == 0 { return }
      try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}

/// Copies the bytes of regular files.
enum FileContents {
  static func copy(_ input: borrowing File, _ output: borrowing File, _ range: Range<Int>)
    throws(SystemError)
  {
    var offset = range.lowerBound
    while offset < range.upperBound,
      let count = output.copyRange(
        from: input, at: offset, count: min(range.upperBound - offset, 1 << 30)), count > 0
    { offset += count }
    guard offset < range.upperBound else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    while offset < range.upperBound {
      let room = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(buffer.count, range.upperBound - offset)])
      let count = try read(input, room, offset)
      if count == 0 { return }
      try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset)
      offset += count
    }
  }

  /// Blocks of zeros become holes.
  static func copySparse(_ input: borrowing File, _ output: borrowing File) throws(SystemError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 15, alignment: 4096)
    defer { buffer.deallocate() }
    var offset = 0
    while true {
      let count = try read(input, buffer, offset)
      if count == 0 { break }
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if bytes.contains(where: { $0 != 0 }) { try output.write(bytes, at: offset) }
      offset += count
    }
    try output.setSize(offset)
  }

  private static func read(
    _ input: borrowing File, _ room: UnsafeMutableRawBufferPointer, _ offset: Int
  ) throws(SystemError) -> Int {
    do throws(SystemError) {
      return try input.read(into: room, at: offset)
    } catch {
      throw error.about("read")
    }
  }
}
