internal import Box
internal import CLinux
internal import Linux
internal import Shell
internal import Target

extension Interpreter {
  /// The file names that a pattern matches, sorted; nil where there are none and the text is kept.
  func fileNames(_ pattern: Bytes) -> [Bytes]? {
    var names: [Bytes] = []
    let components = Self.components(pattern)
    guard components.contains(where: { $0.isPattern }) else { return nil }
    walk(components[...], [], &names, depth: 0)
    if names.isEmpty {
      if options.has(Options.nullGlob) { return [] }
      if options.has(Options.failGlob) {
        globError = fatal(pattern.filter { $0 != "\\" }, "no match")
      }
      return nil
    }
    return sorted(names)
  }

  /// A piece of a path pattern between slashes.
  struct PathComponent {
    let text: Bytes
    let isPattern: Bool
    /// How many slashes come before it.
    let slashes: Int
  }

  static func components(_ pattern: Bytes) -> [PathComponent] {
    var components: [PathComponent] = []
    var text: Bytes = []
    var isPattern = false
    var slashes = 0
    var index = 0
    var level = 0
    func finish() {
      components.append(PathComponent(text: text, isPattern: isPattern, slashes: slashes))
    }
    while index < pattern.count {
      let byte = pattern[index]
      if byte == "\\", index + 1 < pattern.count {
        text.append(byte)
        text.append(pattern[index + 1])
        index += 2
        continue
      }
      if byte == 0 {
        isPattern = true
        if index + 2 < pattern.count, pattern[index + 2] == "(" { level += 1 }
        if index + 1 < pattern.count, pattern[index + 1] == ")" { level -= 1 }
      }
      if byte == "*" || byte == "?" || byte == "[" { isPattern = true }
      if byte == "/", level <= 0 {
        finish()
        (text, isPattern, slashes) = ([], false, 0)
        while index < pattern.count, pattern[index] == "/" {
          slashes += 1
          index += 1
        }
        continue
      }
      text.append(byte)
      index += 1
    }
    finish()
    return components
  }

  private func walk(
    _ components: ArraySlice<PathComponent>, _ prefix: Bytes, _ names: inout [Bytes], depth: Int
  ) {
    guard let component = components.first, depth < 200 else { return }
    let rest = components.dropFirst()
    let base = prefix + Bytes(repeating: "/", count: component.slashes)
    if !component.isPattern {
      let path = base + Self.unescaped(component.text)
      if rest.isEmpty {
        if exists(path.isEmpty ? bytes(".") : path) { names.append(path) }
      } else {
        walk(rest, path, &names, depth: depth + 1)
      }
      return
    }
    if component.text.equals("**"), options.has(Options.globStar) {
      return walkDeep(rest, base, &names, depth: depth)
    }
    let pattern = GlobPattern(
      component.text, extended: options.has(Options.extGlob),
      ignoresCase: options.has(Options.noCaseGlob))
    let wantsDot = component.text.first == "." || component.text.starts("\\.")
    for name in entries(base.isEmpty ? bytes(".") : base) {
      if name.first == ".", !wantsDot,
        !options.has(Options.dotGlob) || name.count == 1 || name == bytes("..")
      {
        continue
      }
      guard pattern.matches(name) else { continue }
      if rest.isEmpty {
        names.append(base + name)
      } else if isFolder(base + name) {
        walk(rest, base + name, &names, depth: depth + 1)
      }
    }
  }

  /// `**`: this folder and all below it.
  private func walkDeep(
    _ rest: ArraySlice<PathComponent>, _ base: Bytes, _ names: inout [Bytes], depth: Int
  ) {
    guard depth < 200 else { return }
    if rest.isEmpty {
      if !base.isEmpty { names.append(base) }
    } else {
      // The slash of what follows is already in the base.
      let first = rest.first.map {
        PathComponent(text: $0.text, isPattern: $0.isPattern, slashes: base.isEmpty ? 0 : 0)
      }
      if let first { walk([first] + rest.dropFirst(), base, &names, depth: depth + 1) }
    }
    for name in entries(base.isEmpty ? bytes(".") : base) {
      if name.first == ".", !options.has(Options.dotGlob) { continue }
      if name.equals(".") || name.equals("..") { continue }
      if isFolder(base + name), !isLink(base + name) {
        walkDeep(rest, base + name + bytes("/"), &names, depth: depth + 1)
        if rest.isEmpty { names[names.count - 1] = names[names.count - 1] }
      } else if rest.isEmpty {
        names.append(base + name)
      }
    }
  }

  private static func unescaped(_ text: Bytes) -> Bytes {
    guard text.contains("\\") else { return text }
    var result: Bytes = []
    var index = 0
    while index < text.count {
      if text[index] == "\\", index + 1 < text.count { index += 1 }
      result.append(text[index])
      index += 1
    }
    return result
  }

  // MARK: files by the funnel

  /// Whether a path may lead into a target, or into a fixture of a test.
  func isSpecial(_ path: Bytes) -> Bool {
    if !context.root.isOwn { return true }
    if path.first == "@" { return true }
    return path.starts("/proc/") || (path.first != "/" && folder.starts("/proc/"))
  }

  func location(_ path: Bytes) -> Location? { try? Paths(context).location(String(bytes: path)) }

  func exists(_ path: Bytes) -> Bool {
    if isSpecial(path) { return (try? location(path)?.status(follow: false)) != nil }
    return System.status(path, follow: false) != nil
  }

  func isLink(_ path: Bytes) -> Bool {
    if isSpecial(path) { return (try? location(path)?.status(follow: false))?.kind == .link }
    return System.status(path, follow: false).map { System.kind($0) == S_IFLNK } ?? false
  }

  func isFolder(_ path: Bytes) -> Bool {
    if isSpecial(path) { return (try? location(path)?.status(follow: true))?.kind == .directory }
    return System.status(path).map { System.isDirectory($0) } ?? false
  }

  /// The names in a folder, `.` and `..` among them.
  private func entries(_ path: Bytes) -> [Bytes] {
    var names: [Bytes] = []
    func collect(_ directory: borrowing Directory) {
      _ = try? directory.forEachName(dots: true) { name, _, _ in
        names.append(Bytes(name))
        return true
      }
    }
    if isSpecial(path) {
      guard let location = location(path) else { return [] }
      do throws(Failure) { collect(try location.directory()) } catch {}
    } else {
      let descriptor = System.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard descriptor >= 0 else { return [] }
      collect(Directory(File(owning: descriptor)))
    }
    return names
  }
}
