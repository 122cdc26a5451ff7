internal import CLinux

/// Walks trees of files by directory descriptors: no recursion, no path the kernel must resolve,
/// no limit on depth, and never out of the root it started in.
///
/// `begin` sets the operand, then each `next` tells what it came to. A folder is entered by the
/// call behind its `.entry`, unless `skip` was called, and left with `.leave`.
public final class Walker {
  public enum Event { case entry, leave, failure, end }
  public enum Follow { case never, operands, always }

  /// Which links are followed.
  public var follow = Follow.never
  /// Whether folders of other file systems stay unopened.
  public var staysOnDevice = false
  /// Whether names come in byte order and not in that of the folder.
  public var sorts = false

  /// The kind of the entry; of what is behind it, where its link was followed.
  public private(set) var kind = FileStatus.Kind.unknown
  public private(set) var inode: UInt64 = 0
  /// 0 for the operand.
  public private(set) var level = 0
  /// The open folder that the name is in.
  public private(set) var folder: Int32 = AT_FDCWD
  /// What `.failure` is about, without a subject: that is the path.
  public private(set) var error = SystemError(.noEntry, "stat", "")
  /// Whether `.failure` is about a folder that was told of and cannot be entered.
  public private(set) var failedToEnter = false
  /// Whether the entry is behind a link that was followed.
  public private(set) var isBehindLink = false
  /// Whether the folder about to be entered was entered already further up.
  public private(set) var isLoop = false

  private var path = PathBuffer()
  private var nameOffset = 0
  private var raw = stat()
  private var isStatusKnown = false
  private var frames: [WalkFrame] = []
  private var spare: [WalkFrame] = []
  private var wantsEntering = false
  private var hasBegun = false
  fileprivate var device: UInt64 = 0
  fileprivate var root = Root()
  fileprivate var innerPath = ""
  private var displayCount = 0
  private var operand: Spot?
  private var guarded: Int32 = -1

  /// Descriptors of folders further up than this are closed and opened again by `..`.
  private static let most = 48

  public init() {}

  deinit { if guarded >= 0 { _ = close(guarded) } }

  /// Starts at `path` below `root`, shown as `display`.
  public func begin(_ root: Root, _ path: String, shown display: String) {
    reset(display)
    self.root = root
    innerPath = path
    do throws(SystemError) {
      let spot = try root.spot(path)
      operand = spot
      folder = spot.folder
      try measureOperand()
    } catch {
      fail(error)
    }
  }

  /// Starts at a folder that is open already and that no name leads to.
  public func begin(_ file: consuming File, shown display: String) {
    reset(display)
    guarded = file.release()
    do throws(SystemError) {
      raw = try statusOf(guarded).raw
      isStatusKnown = true
      settle()
    } catch {
      fail(error)
    }
  }

  /// Does not enter the folder that was just told of.
  public func skip() { wantsEntering = false }

  public func next() -> Event {
    if !hasBegun {
      hasBegun = true
      if operand == nil, guarded < 0 { return .failure }
      return failsAtStart ? .failure : .entry
    }
    if wantsEntering {
      wantsEntering = false
      if let failure = enter() {
        error = failure
        failedToEnter = true
        return .failure
      }
    }
    failedToEnter = false
    guard let frame = frames.last else { return .end }
    guard frame.advance() else {
      leave(frame)
      return .leave
    }
    return arrive(frame)
  }

  private var failsAtStart = false

  private func reset(_ display: String) {
    while let frame = frames.popLast() { recycle(frame) }
    if guarded >= 0 { _ = close(guarded) }
    guarded = -1
    operand = nil
    folder = AT_FDCWD
    path.set(display)
    displayCount = path.count
    nameOffset = 0
    level = 0
    (hasBegun, failsAtStart, isBehindLink, isLoop, wantsEntering, isStatusKnown) =
      (false, false, false, false, false, false)
  }

  private func fail(_ failure: SystemError) {
    error = failure
    failsAtStart = true
    wantsEntering = false
  }

  private func measureOperand() throws(SystemError) {
    raw = try root.status(innerPath, follow: false).raw
    // A link to nothing is still there itself.
    if follow != .never, FileStatus(raw).kind == .link,
      let target = try? root.status(innerPath, follow: true)
    {
      raw = target.raw
      isBehindLink = true
    }
    isStatusKnown = true
    settle()
  }

  private func settle() {
    let status = FileStatus(raw)
    kind = status.kind
    inode = status.inode
    device = status.device
    wantsEntering = kind == .directory
  }

  private func arrive(_ frame: WalkFrame) -> Event {
    level = frames.count
    folder = frame.descriptor
    (isBehindLink, isLoop, isStatusKnown) = (false, false, false)
    nameOffset = path.append(frame.name, to: frame.pathCount)
    inode = frame.inode
    kind = frame.kind
    if kind == .unknown || (kind == .link && follow == .always) {
      guard measure() else { return .failure }
    }
    wantsEntering = kind == .directory
    return .entry
  }

  /// Fills in the status where the type of the entry is not known from its folder.
  private func measure() -> Bool {
    let status = fstatat(folder, name, &raw, AT_SYMLINK_NOFOLLOW)
    guard status == 0 else {
      error = SystemError(.last, "stat", "")
      return false
    }
    isStatusKnown = true
    kind = FileStatus(raw).kind
    guard kind == .link, follow == .always else { return true }
    var target = stat()
    if root.isOwn {
      guard fstatat(folder, name, &target, 0) == 0 else { return true }
    } else {
      guard let status = try? root.status(pathInRoot, follow: true) else { return true }
      target = status.raw
    }
    raw = target
    kind = FileStatus(raw).kind
    inode = FileStatus(raw).inode
    isBehindLink = true
    return true
  }

  fileprivate var pathInRoot: String {
    innerPath + String(bytes: UnsafeRawBufferPointer(rebasing: pathBytes[displayCount...]))
  }

  /// Opens the folder that was told of last and reads its names.
  private func enter() -> SystemError? {
    let frame = spare.popLast() ?? WalkFrame()
    do throws(SystemError) {
      try frame.open(try openFolder(), sorts: sorts)
    } catch {
      spare.append(frame)
      return error
    }
    frame.pathCount = path.count
    frame.nameOffset = nameOffset
    frame.isBehindLink = isBehindLink
    frame.status = isStatusKnown ? raw : nil
    frame.entryInode = inode
    if follow == .always || staysOnDevice {
      frame.identify()
      if staysOnDevice, frame.device != device { frame.isExhausted = true }
      if follow == .always,
        frames.contains(where: {
          $0.device == frame.device && $0.inodeOfFolder == frame.inodeOfFolder
        })
      {
        isLoop = true
        recycle(frame)
        return SystemError(.tooManyLinks, "open", "")
      }
    }
    if !frame.isExhausted {
      do throws(SystemError) {
        try frame.read()
      } catch {
        recycle(frame)
        return error
      }
    }
    frames.append(frame)
    saveDescriptors()
    return nil
  }

  private func openFolder() throws(SystemError) -> Int32 {
    let mode: OpenMode = [.read, .directory, .nonBlocking]
    if level == 0 {
      if guarded >= 0 {
        return try File.open(at: guarded, ".", mode).release()
      }
      return try root.open(innerPath, isBehindLink ? mode : mode.union(.noFollow)).release()
    }
    if isBehindLink, !root.isOwn { return try root.open(pathInRoot, mode).release() }
    let flags = mode.rawValue | O_CLOEXEC | (isBehindLink ? 0 : O_NOFOLLOW)
    let name = name
    let folder = folder
    return Int32(try check("open", "") { Int(clinux_openat(folder, name, flags, 0)) })
  }

  private func leave(_ frame: WalkFrame) {
    frames.removeLast()
    level = frames.count
    path.cut(to: frame.pathCount)
    nameOffset = frame.nameOffset
    kind = .directory
    inode = frame.entryInode
    isBehindLink = frame.isBehindLink
    isStatusKnown = frame.status != nil
    if let status = frame.status { raw = status }
    if let parent = frames.last, parent.descriptor < 0 { parent.reopen(from: frame.descriptor) }
    folder = frames.last?.descriptor ?? operand?.folder ?? AT_FDCWD
    recycle(frame)
  }

  /// Closes the descriptor of a folder far up, unless `..` would not lead back to it.
  private func saveDescriptors() {
    let index = frames.count - Self.most
    guard index > 0, !frames[index].isBehindLink else { return }
    frames[index - 1].closeForNow()
  }

  private func recycle(_ frame: WalkFrame) {
    frame.close()
    spare.append(frame)
  }
}

extension Walker {
  /// The path of the entry, as the operand was shown; valid until the next call.
  public var pathBytes: UnsafeRawBufferPointer { path.bytes }
  public var pathText: String { String(bytes: path.bytes) }

  /// The last component; the whole path for the operand.
  public var nameBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: path.bytes[nameOffset...])
  }
  public var nameText: String { level == 0 ? operand?.name ?? "" : String(bytes: nameBytes) }

  /// The path below the operand, without a slash in front; empty for the operand.
  public var relativeBytes: UnsafeRawBufferPointer {
    let rest = path.bytes[displayCount...]
    return UnsafeRawBufferPointer(
      rebasing: rest.first == UInt8(ascii: "/") ? rest.dropFirst() : rest)
  }

  /// Where the calls that change the entry find it.
  public var spot: Spot {
    if level == 0 { return operand ?? Spot(folder: guarded, name: ".") }
    return Spot(folder: folder, name: nameText)
  }

  /// The status of the entry, of what is behind its link where that was followed; asked for once.
  public func status() throws(SystemError) -> FileStatus {
    if !isStatusKnown {
      let name = name
      let folder = folder
      try check("stat", "") { Int(fstatat(folder, name, &raw, AT_SYMLINK_NOFOLLOW)) }
      isStatusKnown = true
      kind = FileStatus(raw).kind
    }
    return FileStatus(raw)
  }

  /// The status behind a link that is not followed; nil where that leads nowhere.
  public func statusBehind() -> FileStatus? {
    if isBehindLink { return try? status() }
    if level == 0 { return try? root.status(innerPath, follow: true) }
    if root.isOwn {
      var target = stat()
      return fstatat(folder, name, &target, 0) == 0 ? FileStatus(target) : nil
    }
    return try? root.status(pathInRoot, follow: true)
  }

  /// Opens the entry for reading. Links are not followed unless the walk does.
  public func open(_ mode: OpenMode) throws(SystemError) -> File {
    if level == 0, guarded < 0 {
      return try root.open(innerPath, isBehindLink ? mode : mode.union(.noFollow))
    }
    if isBehindLink, !root.isOwn { return try root.open(pathInRoot, mode) }
    let flags = mode.rawValue | O_CLOEXEC | (isBehindLink ? 0 : O_NOFOLLOW)
    let name = name
    let folder = folder
    return File(
      owning: Int32(try check("open", "") { Int(clinux_openat(folder, name, flags, 0)) }))
  }

  public func link() throws(SystemError) -> String {
    if level == 0 { return try root.link(innerPath) }
    return try linkAt(folder, nameText)
  }

  /// Whether the folder that was just told of has no names; nil where it cannot be read.
  public func isEmptyFolder() -> Bool? {
    guard let file = try? open([.read, .directory, .nonBlocking]) else { return nil }
    var isEmpty = true
    guard
      (try? Directory(file).forEachName { _, _, _ in
        isEmpty = false; return false
      }) != nil
    else { return nil }
    return isEmpty
  }

  /// Whether we may do `access` to the entry, by our effective ids.
  public func permits(_ access: Root.Access) -> Bool {
    if level == 0 || !root.isOwn {
      return root.permits(access, to: level == 0 ? innerPath : pathInRoot)
    }
    return faccessat(folder, name, access.rawValue, AT_EACCESS) == 0
  }

  /// The name for system calls, closed by NUL.
  fileprivate var name: UnsafePointer<CChar> { path.pointer(nameOffset) }
}

/// A path that grows and shrinks in place, always closed by NUL.
private struct PathBuffer: ~Copyable {
  private var base = UnsafeMutablePointer<UInt8>.allocate(capacity: 4096)
  private var capacity = 4096
  private(set) var count = 0

  init() { base[0] = 0 }

  deinit { base.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  func pointer(_ offset: Int) -> UnsafePointer<CChar> {
    UnsafeRawPointer(base + offset).assumingMemoryBound(to: CChar.self)
  }

  mutating func set(_ text: String) {
    count = 0
    let bytes = text.bytes
    reserve(bytes.count + 1)
    for (index, byte) in bytes.enumerated() { base[index] = byte }
    cut(to: bytes.count)
  }

  mutating func cut(to count: Int) {
    self.count = count
    base[count] = 0
  }

  /// Puts `/name` behind the first `length` bytes; answers where the name starts.
  mutating func append(_ name: UnsafeRawBufferPointer, to length: Int) -> Int {
    reserve(length + name.count + 2)
    var start = length
    if length > 0, base[length - 1] != UInt8(ascii: "/") {
      base[length] = UInt8(ascii: "/")
      start += 1
    }
    if let from = name.baseAddress { memcpy(base + start, from, name.count) }
    cut(to: start + name.count)
    return start
  }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let larger = max(wanted, capacity * 2)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    memcpy(moved, base, count + 1)
    base.deallocate()
    base = moved
    capacity = larger
  }
}

extension Walker {
  /// Removes the entry, which is no folder. unlinkat(2).
  public func removeEntry() throws(SystemError) {
    if level == 0 { return try spot.remove() }
    let name = name
    let folder = folder
    try check("unlink", "") { Int(unlinkat(folder, name, 0)) }
  }
}

extension Walker {
  /// Whether the folder that was just told of lies on another file system than the operand.
  public var isOtherDevice: Bool {
    guard let status = try? status() else { return false }
    return status.device != device
  }
}

extension Walker {
  /// Opens what is behind the entry, its link followed inside the root of the walk.
  public func openBehind(_ mode: OpenMode) throws(SystemError) -> File {
    try root.open(level == 0 ? innerPath : pathInRoot, mode)
  }
}
