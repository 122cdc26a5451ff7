internal import ELF
internal import Linux
public import ProcFS
internal import Target

/// What kind of program a process runs, as far as it can be told from outside.
public struct RuntimeFacts: Sendable {
  public enum Kind: Sendable {
    case hotspot, openj9, dotnet, node, python, go, ruby, php, perl, erlang, native, unknown

    public var name: StaticString {
      switch self {
      case .hotspot: "jvm"
      case .openj9: "openj9"
      case .dotnet: ".net"
      case .node: "node"
      case .python: "python"
      case .go: "go"
      case .ruby: "ruby"
      case .php: "php"
      case .perl: "perl"
      case .erlang: "erlang"
      case .native: "native"
      case .unknown: "unknown"
      }
    }
  }

  public var kind: Kind
  public var version: String?
  /// The main class, module or script; nil where the command line does not tell.
  public var entry: String?
  /// The GNU build ID of a native program.
  public var buildID: String?
  /// The language of a native program, by what its compiler left behind.
  public var language: StaticString?

  init(_ kind: Kind) { self.kind = kind }
}

/// Looks into processes: by names alone where that is all we may, by maps and program files where we have the right.
public struct RuntimeInspector {
  let processes: ProcFS
  private let doorway: Doorway

  public init(_ processes: ProcFS) {
    self.processes = processes
    doorway = Doorway(processes)
  }

  public func facts(of pid: Int32, arguments: [String]) -> RuntimeFacts {
    let maps = MappedFiles(contents(pid, "maps", limit: 16 << 20))
    if let facts = maps.runtime { return completed(facts, pid, arguments, maps) }
    if let facts = program(pid) { return facts }
    return completed(RuntimeFacts(Self.kind(guess(pid, arguments))), pid, arguments, maps)
  }

  /// The runtime by names that anybody may read.
  public func guess(_ pid: Int32, _ arguments: [String]) -> StaticString? {
    RuntimeGuess.guess(
      name: name(pid), executable: arguments.first ?? "", threads: threadNames(pid))
  }

  /// Go and native programs, by the program file.
  private func program(_ pid: Int32) -> RuntimeFacts? {
    guard let opened = try? doorway.open(pid, "exe", [.read, .nonBlocking]).take(),
      let file = ELFFile(ByteSource(opened))
    else { return nil }
    if let info = GoBuildInfo(file) {
      var facts = RuntimeFacts(.go)
      facts.version = info.version
      facts.entry = info.path
      return facts
    }
    let guess = RuntimeGuess.guess(
      name: name(pid), executable: (try? doorway.link(pid, "exe")) ?? "", threads: threadNames(pid))
    if guess != nil { return nil }
    var facts = RuntimeFacts(.native)
    facts.buildID = file.buildID
    facts.language = NativeLanguage.guess(file)
    return facts
  }

  /// Adds what the command line and the environment tell.
  private func completed(
    _ facts: RuntimeFacts, _ pid: Int32, _ arguments: [String], _ maps: MappedFiles
  ) -> RuntimeFacts {
    var facts = facts
    switch facts.kind {
    case .node:
      facts.version = facts.version ?? variable("NODE_VERSION", pid)
      facts.entry = Self.script(arguments, valued: ["-r", "--require", "--import", "--loader"])
    case .python:
      if facts.version == nil { facts.version = variable("PYTHON_VERSION", pid) }
      facts.entry = Self.module(arguments) ?? Self.script(arguments, valued: ["-W", "-X"])
    case .ruby: facts.entry = Self.script(arguments, valued: ["-I", "-r"])
    case .php, .perl: facts.entry = Self.script(arguments, valued: ["-c", "-d", "-I"])
    case .dotnet:
      facts.entry =
        arguments.first { $0.hasSuffix(".dll") }.map { baseName($0) }
        ?? arguments.first.map { baseName($0) }
    default: break
    }
    return facts
  }

  /// The first word that is no option.
  private static func script(_ arguments: [String], valued: [StaticString]) -> String? {
    var rest = arguments.dropFirst()
    while let word = rest.popFirst() {
      if !word.hasPrefix("-") { return word }
      if valued.contains(where: { "\($0)" == word }) { _ = rest.popFirst() }
    }
    return nil
  }

  private static func module(_ arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(where: { $0 == "-m" || $0 == "-c" }) else { return nil }
    if arguments[index] == "-c" { return "-c" }
    return index + 1 < arguments.count ? "-m " + arguments[index + 1] : nil
  }

  private static func kind(_ guess: StaticString?) -> RuntimeFacts.Kind {
    guard let guess else { return .unknown }
    switch "\(guess)" {
    case "jvm": return .hotspot
    case ".net": return .dotnet
    case "node": return .node
    case "python": return .python
    case "ruby": return .ruby
    case "php": return .php
    case "perl": return .perl
    case "erlang": return .erlang
    default: return .unknown
    }
  }

  func name(_ pid: Int32) -> String {
    let bytes = (try? processes.contents(pid, "comm", limit: 64)) ?? []
    return String(bytes: bytes.prefix { $0 != 0x0A })
  }

  func threadNames(_ pid: Int32) -> [String] {
    let threads = (try? processes.threads(of: pid)) ?? []
    return threads.prefix(64).map { thread in
      let bytes = (try? processes.contents("\(pid)/task/\(thread)/comm", limit: 64)) ?? []
      return String(bytes: bytes.prefix { $0 != 0x0A })
    }
  }

  /// A variable of the process's environment at its start.
  public func variable(_ name: String, _ pid: Int32) -> String? {
    let prefix = Array((name + "=").utf8)
    let entry = contents(pid, "environ", limit: 1 << 20).split(separator: 0)
      .first { $0.starts(with: prefix) }
    return entry.map { String(bytes: $0.dropFirst(prefix.count)) }
  }

  private func contents(_ pid: Int32, _ name: String, limit: Int) -> [UInt8] {
    guard let file = try? doorway.open(pid, name, .read).take() else { return [] }
    return (try? file.contents(limit: limit)) ?? []
  }
}

/// The files of `/proc/PID/maps`, each once.
struct MappedFiles {
  let paths: [String]

  init(_ maps: [UInt8]) {
    var paths: [String] = []
    for line in maps.split(separator: 0x0A) {
      guard let start = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
      let path = String(bytes: line[start...])
      if paths.last != path { paths.append(path) }
    }
    self.paths = paths
  }

  /// The runtime whose library is among them.
  var runtime: RuntimeFacts? {
    for path in paths {
      let name = baseName(path)
      if name == "libjvm.so" {
        // OpenJ9 brings a libjvm.so too, which loads its own libraries.
        let isJ9 = paths.contains { baseName($0).hasPrefix("libj9vm") }
        return RuntimeFacts(isJ9 ? .openj9 : .hotspot)
      }
      if name == "libcoreclr.so" {
        var facts = RuntimeFacts(.dotnet)
        facts.version = Self.component(before: name, path)
        return facts
      }
      if path.hasPrefix("/memfd:doublemapper") || path.hasPrefix("/memfd:dotnet_ipc") {
        return RuntimeFacts(.dotnet)
      }
      if let version = Self.version(name, "libpython") ?? Self.version(name, "python") {
        var facts = RuntimeFacts(.python)
        facts.version = version
        return facts
      }
      if let version = Self.version(name, "libruby.so.") ?? Self.version(name, "libruby-") {
        var facts = RuntimeFacts(.ruby)
        facts.version = version
        return facts
      }
      if name == "node" || name == "nodejs" { return RuntimeFacts(.node) }
      if name.hasPrefix("beam.smp") { return RuntimeFacts(.erlang) }
    }
    return nil
  }

  /// `3.11` of `libpython3.11.so.1.0`: digits and dots right behind `prefix`.
  private static func version(_ name: String, _ prefix: String) -> String? {
    guard name.hasPrefix(prefix) else { return nil }
    var digits = name.dropFirst(prefix.utf8.count).prefix { ($0 >= "0" && $0 <= "9") || $0 == "." }
    while digits.hasSuffix(".") { digits = digits.dropLast() }
    return digits.isEmpty ? nil : String(digits)
  }

  private static func component(before name: String, _ path: String) -> String? {
    let parts = path.split(separator: "/")
    guard parts.count > 1, let first = parts[parts.count - 2].utf8.first, first >= 0x30,
      first <= 0x39
    else { return nil }
    return String(parts[parts.count - 2])
  }
}

/// The language of a native program, from what compilers leave in it.
enum NativeLanguage {
  static func guess(_ file: ELFFile) -> StaticString? {
    if let comment = file.section(".comment"), let bytes = file.contents(comment, limit: 4096) {
      let text = String(bytes: bytes)
      if text.contains("rustc") { return "rust" }
    }
    if file.sections.contains(where: { $0.name.hasPrefix("swift5_") || $0.name.hasPrefix(".swift") }
    ) {
      return "swift"
    }
    guard let section = file.section(".dynstr"), let bytes = file.contents(section, limit: 1 << 20)
    else { return nil }
    let names = bytes.split(separator: 0).prefix(4000)
    if names.contains(where: {
      $0.starts(with: "libstdc++.so".utf8) || $0.starts(with: "libc++.so".utf8)
    }) {
      return "c++"
    }
    return names.contains { $0.starts(with: "libc.".utf8) } ? "c" : nil
  }
}

extension String {
  /// Whether `part` occurs in this, byte by byte.
  fileprivate func contains(_ part: String) -> Bool {
    let all = Array(utf8)
    let wanted = Array(part.utf8)
    guard wanted.count <= all.count else { return false }
    return (0...(all.count - wanted.count)).contains { start in
      all[start] == wanted[0] && all[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }
}
