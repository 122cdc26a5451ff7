internal import Accounts
internal import Archive
internal import Linux

/// A folder that an archive is unpacked in, and the last place in it, which the next member often shares.
final class UnpackFolder {
  private let base: File
  private let root: Root
  private let isAbsolute: Bool
  private let isForeign: Bool
  private let accounts: Accounts
  private var folder: [UInt8]?
  private var open: File?
  private var kept: File?

  init(_ base: consuming File, root: Root, isAbsolute: Bool, isForeign: Bool) {
    self.base = base
    self.root = root
    self.isAbsolute = isAbsolute
    self.isForeign = isForeign
    accounts = Accounts(root: root)
  }

  /// The open folder that `name` is in, made where it is missing, and the last component: empty for
  /// the folder itself. The descriptor stays open until the next call.
  ///
  /// - Parameter keeping: a descriptor of an earlier call that is needed a little longer.
  func place(_ name: [UInt8], keeping: Int32? = nil) throws(SystemError) -> (Int32, String) {
    var words = name[...]
    while words.last == UInt8(ascii: "/") { words = words.dropLast() }
    let cut = words.lastIndex(of: UInt8(ascii: "/"))
    var last = Array(words[(cut.map { $0 + 1 } ?? words.startIndex)...])
    var front = cut.map { Array(words[...$0]) } ?? []
    if name.first == UInt8(ascii: "/"), words.isEmpty { front = [UInt8(ascii: "/")] }
    if last.elementsEqual(".".utf8) { last = [] }
    if last.elementsEqual("..".utf8) { (front, last) = (Array(name), []) }
    if front.isEmpty { return (base.descriptor, String(bytes: last)) }
    if let folder, folder == front, let open = open?.descriptor {
      return (open, String(bytes: last))
    }
    let found = try find(front)
    if keeping != nil { kept = open.take() }
    folder = front
    open = consume found
    return (open?.descriptor ?? -1, String(bytes: last))
  }

  /// Longer paths than the kernel takes are walked in pieces.
  private func find(_ path: [UInt8]) throws(SystemError) -> File {
    let words = path.split(separator: UInt8(ascii: "/"))
    let fromRoot = isAbsolute && path.first == UInt8(ascii: "/")
    var current =
      fromRoot
      ? try root.open("/", [.path, .directory])
      : try File.open(at: base.descriptor, ".", [.path, .directory])
    var index = 0
    while index < words.count {
      var piece: [UInt8] = []
      var end = index
      while end < words.count, piece.isEmpty || piece.count + words[end].count < 3000 {
        if !piece.isEmpty { piece.append(UInt8(ascii: "/")) }
        piece += words[end]
        end += 1
      }
      do throws(SystemError) {
        current = try step(current.descriptor, String(bytes: piece), fromRoot)
      } catch {
        guard error.errno == .noEntry else { throw error }
        for word in words[index..<end] {
          current = try stepOrMake(current.descriptor, String(bytes: word), fromRoot)
        }
      }
      index = end
    }
    return current
  }

  private func step(_ folder: Int32, _ path: String, _ fromRoot: Bool) throws(SystemError) -> File {
    let mode: OpenMode = [.path, .directory]
    if isAbsolute, !isForeign { return try File.open(at: folder, path, mode) }
    return try File.open(beneath: folder, path, mode, inRoot: fromRoot)
  }

  private func stepOrMake(_ folder: Int32, _ word: String, _ fromRoot: Bool) throws(SystemError)
    -> File
  {
    do throws(SystemError) {
      return try step(folder, word, fromRoot)
    } catch {
      guard error.errno == .noEntry else { throw error }
      do throws(SystemError) {
        try Spot(folder: folder, name: word).makeFolder()
      } catch {
        if error.errno != .exists { throw error }
      }
      return try step(folder, word, fromRoot)
    }
  }

  /// By name in the accounts of the root that is unpacked in, else by number.
  func uid(_ member: Member, _ tar: Tar) -> UInt32 {
    if !tar.numericOwner, !member.user.isEmpty,
      let uid = accounts.uid(named: String(bytes: member.user))
    {
      return uid
    }
    return UInt32(truncatingIfNeeded: member.uid)
  }

  func gid(_ member: Member, _ tar: Tar) -> UInt32 {
    if !tar.numericOwner, !member.group.isEmpty,
      let gid = accounts.gid(named: String(bytes: member.group))
    {
      return gid
    }
    return UInt32(truncatingIfNeeded: member.gid)
  }
}
