internal import Accounts
internal import Archive
internal import Box
internal import Linux
internal import Target

/// Puts the members of an archive into a folder, and nowhere else.
final class Unpacker {
  private let tar: Tar
  private let paths: Paths
  private let mask = Process.mask
  private let isRoot = Credentials.effectiveUID == 0
  private var trees: [(name: String, tree: UnpackFolder)] = []
  private var late: [Late] = []
  private var notes: Set<String> = []

  /// A folder whose permissions and times are set when nothing more comes into it.
  private struct Late {
    let tree: UnpackFolder
    let name: [UInt8]
    let member: Member
  }

  init(_ tar: Tar, _ paths: Paths, _ context: Context) {
    self.tar = tar
    self.paths = paths
  }

  private var keepsPermissions: Bool { tar.keepsPermissions ?? isRoot }
  private var keepsOwner: Bool { tar.keepsOwner ?? isRoot }

  /// What goes wrong with one member is said; what goes wrong with the archive is thrown.
  func unpack(
    _ member: Member, _ source: ArchiveSource, into folder: String, _ listing: inout TarListing,
    _ context: inout Context
  ) throws(Failure) {
    let tree = try tree(folder)
    guard var name = safeName(member.name, "member names", &context),
      let stripped = TarNames.strip(name, tar.strip)
    else { return }
    name = stripped
    if tar.verbosity > 0 { listing.write(member, to: context.output) }
    var progress = Progress()
    do throws(SystemError) {
      let (parent, last) = try tree.place(name)
      if member.kind == .directory || last.isEmpty {
        try makeFolder(Spot(folder: parent, name: last.isEmpty ? "." : last), member, name, tree)
      } else {
        try put(member, Spot(folder: parent, name: last), tree, source, &progress, &context)
      }
    } catch {
      if let failure = progress.failure { throw failure }
      let shown = String(bytes: name)
      let reason =
        error.errno == .crossDevice
        ? "a link in the way leads out of the folder; not unpacked" : error.reason
      context.report(.message("\(shown): \(reason)", status: 2))
    }
    if let failure = progress.failure { throw failure }
  }

  private struct Progress { var failure: Failure? }

  /// Sets what had to wait, the innermost folders first.
  func finish(_ context: inout Context) {
    for item in late.reversed() {
      do throws(SystemError) {
        let (parent, last) = try item.tree.place(item.name)
        let spot = Spot(folder: parent, name: last.isEmpty ? "." : last)
        try setAttributes(spot, item.member, item.tree)
      } catch {
        context.report(.message("\(String(bytes: item.name)): \(error.reason)", status: 2))
      }
    }
    late = []
  }

  private func tree(_ folder: String) throws(Failure) -> UnpackFolder {
    if let known = trees.first(where: { $0.name.sameBytes(as: folder) }) { return known.tree }
    let place = try paths.location(folder.isEmpty ? "." : folder)
    let base = try place.open([.path, .directory])
    let tree = UnpackFolder(
      base, root: place.root ?? Root(), isAbsolute: tar.isAbsolute, isForeign: place.isForeign)
    trees.append((name: folder, tree: tree))
    return tree
  }

  /// Without slashes in front; nil, and said, where `..` would lead out.
  private func safeName(_ name: [UInt8], _ what: String, _ context: inout Context) -> [UInt8]? {
    if tar.isAbsolute { return name }
    if TarNames.hasParent(name) {
      context.report(
        .message("\(String(bytes: name)): member name contains '..', skipping", status: 2))
      return nil
    }
    let cut = name.prefix { $0 == UInt8(ascii: "/") }.count
    if cut > 0, notes.insert(what).inserted {
      context.note("removing leading `/' from \(what)")
    }
    let rest = Array(name[cut...])
    return rest.isEmpty ? [UInt8(ascii: ".")] : rest
  }

  private func makeFolder(
    _ spot: Spot, _ member: Member, _ name: [UInt8], _ tree: UnpackFolder
  ) throws(SystemError) {
    if spot.name != "." {
      do throws(SystemError) {
        try spot.makeFolder(0o700)
      } catch {
        guard error.errno == .exists else { throw error }
        let status = try spot.status()
        if status.kind != .directory {
          try spot.remove()
          try spot.makeFolder(0o700)
        } else if tar.existing == .keep || tar.existing == .skip {
          return
        } else if tar.existing == .keepNewer, status.modified >= member.modified {
          return
        }
      }
    }
    late.append(Late(tree: tree, name: name, member: member))
  }

  private func put(
    _ member: Member, _ spot: Spot, _ tree: UnpackFolder, _ source: ArchiveSource,
    _ progress: inout Progress, _ context: inout Context
  ) throws(SystemError) {
    if try shallStay(spot, member, &context) { return }
    if tar.existing == .unlinkFirst { try? spot.remove() }
    switch member.kind {
    case .regular, .other, .directory:
      return try putFile(member, spot, tree, source, &progress)
    case .hardLink:
      guard let link = safeName(member.link, "hard link targets", &context),
        let target = TarNames.strip(link, tar.strip)
      else { return }
      let (folder, last) = try tree.place(target, keeping: spot.folder)
      let original = Spot(folder: folder, name: last)
      return try replacing(spot) { () throws(SystemError) in try spot.makeHardLink(to: original) }
    case .symbolicLink:
      let target = String(bytes: member.link)
      try replacing(spot) { () throws(SystemError) in try spot.makeLink(to: target) }
    case .fifo:
      try replacing(spot) { () throws(SystemError) in try spot.makeNode(0o010600) }
    case .character, .block:
      let type: UInt32 = member.kind == .block ? 0o060600 : 0o020600
      try replacing(spot) { () throws(SystemError) in
        try spot.makeNode(type, major: member.major, minor: member.minor)
      }
    }
    try setAttributes(spot, member, tree)
  }

  /// Whether the file that is there already is to stay.
  private func shallStay(_ spot: Spot, _ member: Member, _ context: inout Context)
    throws(SystemError) -> Bool
  {
    switch tar.existing {
    case .replace, .overwrite, .unlinkFirst: return false
    case .keep, .skip:
      guard (try? spot.status()) != nil else { return false }
      if tar.existing == .keep { throw SystemError(.exists, "open", "") }
      return true
    case .keepNewer:
      guard let status = try? spot.status(), status.modified >= member.modified else {
        return false
      }
      context.note("current \(String(bytes: member.name)) is newer or same age")
      return true
    }
  }

  /// Runs `make`; where something is in its way, removes that and tries again.
  private func replacing(_ spot: Spot, _ make: () throws(SystemError) -> Void) throws(SystemError) {
    do throws(SystemError) {
      try make()
    } catch {
      guard error.errno == .exists else { throw error }
      if try spot.status().kind == .directory {
        try spot.removeFolder()
      } else {
        try spot.remove()
      }
      try make()
    }
  }

  private func putFile(
    _ member: Member, _ spot: Spot, _ tree: UnpackFolder, _ source: ArchiveSource,
    _ progress: inout Progress
  ) throws(SystemError) {
    let file = try create(spot)
    do throws(Failure) {
      try fill(file, member, source, spot)
    } catch {
      progress.failure = error
    }
    if keepsOwner { try file.setOwner(uid: tree.uid(member, tar), gid: tree.gid(member, tar)) }
    try file.setPermissions(permissions(member))
    if tar.keepsTimes { try file.setTimes(accessed: member.accessed, modified: member.modified) }
  }

  private func create(_ spot: Spot) throws(SystemError) -> File {
    if tar.existing == .overwrite, let status = try? spot.status(), status.kind == .regular {
      return try spot.open([.write, .truncate, .noFollow])
    }
    let mode: OpenMode = [.write, .create, .exclusive, .noFollow]
    do throws(SystemError) {
      return try spot.open(mode, permissions: 0o600)
    } catch {
      guard error.errno == .exists else { throw error }
      if try spot.status().kind == .directory {
        try spot.removeFolder()
      } else {
        try spot.remove()
      }
      return try spot.open(mode, permissions: 0o600)
    }
  }

  /// - Throws: what went wrong with the archive or with writing, which both end the work.
  private func fill(
    _ file: borrowing File, _ member: Member, _ source: ArchiveSource, _ spot: Spot
  ) throws(Failure) {
    for region in member.regions ?? [Member.Region(offset: 0, count: member.storedSize)] {
      var done = 0
      while done < region.count {
        let bytes = try source.bytes(region.count - done)
        do throws(SystemError) {
          try file.write(bytes, at: region.offset + done)
        } catch {
          throw .system(error.about(String(bytes: member.name)), status: 2)
        }
        done += bytes.count
      }
    }
    if member.regions != nil {
      do throws(SystemError) {
        try file.setSize(member.size)
      } catch {
        throw .system(error.about(String(bytes: member.name)), status: 2)
      }
    }
  }

  private func permissions(_ member: Member) -> UInt32 {
    keepsPermissions ? member.mode : member.mode & 0o777 & ~mask
  }

  private func setAttributes(_ spot: Spot, _ member: Member, _ tree: UnpackFolder)
    throws(SystemError)
  {
    if keepsOwner { try spot.setOwner(uid: tree.uid(member, tar), gid: tree.gid(member, tar)) }
    if member.kind != .symbolicLink { try spot.setPermissions(permissions(member)) }
    if tar.keepsTimes {
      try spot.setTimes(accessed: member.accessed, modified: member.modified)
    }
  }
}
