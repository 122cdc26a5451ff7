internal import Box
internal import Linux
internal import Target

/// Resolves the links of a path one component at a time, without ever leaving the root it lies in.
///
/// As realpath(3), but in a target's root an absolute link starts again at that root, and `..` stops there.
struct Resolver {
  /// What need not exist.
  enum Missing { case nothing, last, anything }

  /// The kernel's own limit, path_resolution(7).
  static let mostLinks = 40

  var missing = Missing.last
  /// Whether links are followed.
  var followsLinks = true
  /// Whether `..` goes before links are looked at.
  var isLogical = false

  /// The resolved place: the root's name as the user typed it, and the components below it.
  struct Result {
    let prefix: String
    let components: [String]
    let isForeign: Bool

    var text: String {
      if components.isEmpty {
        return prefix.isEmpty || prefix.hasSuffix(":") ? prefix + "/" : prefix
      }
      return prefix + "/" + components.joined(separator: "/")
    }

    func isBelow(_ base: Result) -> Bool {
      prefix.sameBytes(as: base.prefix) && components.count >= base.components.count
        && zip(base.components, components).allSatisfy { $0.sameBytes(as: $1) }
    }

    /// The way from `base` to here.
    func relative(to base: Result) -> String {
      var common = 0
      while common < components.count, common < base.components.count,
        components[common].sameBytes(as: base.components[common])
      { common += 1 }
      let up = [String](repeating: "..", count: base.components.count - common)
      let words = up + components[common...]
      return words.isEmpty ? "." : words.joined(separator: "/")
    }
  }

  func resolve(_ operand: String, _ paths: Paths) throws(Failure) -> Result {
    guard !operand.isEmpty else { throw .system(SystemError(.noEntry, "realpath", "''")) }
    let place = try paths.location(operand)
    guard let root = place.root else { return try resolveGuarded(place, paths) }
    var prefix = ""
    if let pid = place.pid { prefix = Self.prefix(operand, place.path, pid) }
    return try place.told { () throws(SystemError) in
      Result(
        prefix: prefix, components: try walk(place.path, root), isForeign: place.isForeign)
    }
  }

  /// What stands in front of the path inside the target: `/proc/7/root` or `@7:`.
  private static func prefix(_ operand: String, _ path: String, _ pid: Int32) -> String {
    let typed = operand.bytes
    let inner = path.bytes
    if operand.hasPrefix("@"), typed.count >= inner.count,
      typed.suffix(inner.count).elementsEqual(inner)
    {
      return String(bytes: typed.dropLast(inner.count))
    }
    if operand.hasPrefix("@"), let colon = typed.firstIndex(of: UInt8(ascii: ":")) {
      return String(bytes: typed[...colon])
    }
    return "/proc/\(pid)/root"
  }

  /// A link of `/proc/N` leads to a path in the root of that process.
  private func resolveGuarded(_ place: Location, _ paths: Paths) throws(Failure) -> Result {
    let pid = place.pid ?? 0
    let own = place.path.split(separator: "/").map { String($0) }
    let status = try place.status(follow: false)
    guard followsLinks, status.kind == .link else {
      return Result(prefix: "", components: own, isForeign: true)
    }
    let target = try place.link()
    guard target.hasPrefix("/") else {
      return Result(prefix: "", components: own.dropLast() + [target], isForeign: true)
    }
    return try resolve("/proc/\(pid)/root" + target, paths)
  }

  private func walk(_ path: String, _ root: Root) throws(SystemError) -> [String] {
    var resolved: [String] = []
    if !path.hasPrefix("/"), root.isOwn {
      guard let folder = Process.workingFolder else {
        throw SystemError(.noEntry, "getcwd", "")
      }
      resolved = Self.words(folder)
    }
    let words = Self.words(path, keepingEmpty: true)
    if followsLinks, !isLogical { return try follow(words, from: resolved, root) }
    let plain = try collapse(words, from: resolved, root)
    return followsLinks ? try follow(plain, from: [], root) : plain
  }

  private func follow(_ words: [String], from start: [String], _ root: Root) throws(SystemError)
    -> [String]
  {
    var resolved = start
    var pending = Array(words.reversed())
    var links = 0
    while let word = pending.popLast() {
      if try stay(word, &resolved, root, isLast: pending.isEmpty) { continue }
      resolved.append(word)
      let isLast = pending.allSatisfy { $0.isEmpty }
      let kind = try kind(resolved, root, follow: false, isLast: isLast)
      guard kind == .link else { continue }
      links += 1
      if links > Self.mostLinks {
        if missing == .anything { continue }
        throw SystemError(.tooManyLinks, "realpath", "")
      }
      let target = try root.link("/" + resolved.joined(separator: "/"))
      resolved.removeLast()
      if target.hasPrefix("/") { resolved = [] }
      pending += Self.words(target, keepingEmpty: true).reversed()
    }
    return resolved
  }

  /// Takes `.` and `..` away by their text alone; folders that `..` leaves must be there all the same.
  private func collapse(_ words: [String], from start: [String], _ root: Root)
    throws(SystemError) -> [String]
  {
    var resolved = start
    for (index, word) in words.enumerated() {
      if try stay(word, &resolved, root, isLast: index == words.count - 1) { continue }
      resolved.append(word)
      let isLast = words[(index + 1)...].allSatisfy { $0.isEmpty }
      if isLast { _ = try kind(resolved, root, follow: true, isLast: true) }
    }
    return resolved
  }

  /// Whether `word` leads no deeper; `..` goes up.
  private func stay(
    _ word: String, _ resolved: inout [String], _ root: Root, isLast: Bool
  ) throws(SystemError) -> Bool {
    guard word.isEmpty || word == "." || word == ".." else { return false }
    if missing != .anything, !resolved.isEmpty {
      let kind = try kind(resolved, root, follow: true, isLast: isLast && word != "..")
      if let kind, kind != .directory { throw SystemError(.notDirectory, "realpath", "") }
    }
    if word == ".." { _ = resolved.popLast() }
    return true
  }

  /// The kind of what `words` lead to; nil where it does not exist and need not.
  private func kind(_ words: [String], _ root: Root, follow: Bool, isLast: Bool)
    throws(SystemError) -> FileStatus.Kind?
  {
    do throws(SystemError) {
      return try root.status("/" + words.joined(separator: "/"), follow: follow).kind
    } catch {
      if missing == .anything { return nil }
      if missing == .last, isLast, error.errno == .noEntry { return nil }
      throw error
    }
  }

  /// The components; a slash at the end leaves an empty one where that is wanted.
  private static func words(_ path: String, keepingEmpty: Bool = false) -> [String] {
    let bytes = path.bytes
    var words = bytes.split(separator: UInt8(ascii: "/")).map { String(bytes: $0) }
    if keepingEmpty, bytes.last == UInt8(ascii: "/"), !words.isEmpty { words.append("") }
    return words
  }
}
