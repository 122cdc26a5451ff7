public import Box
internal import Linux
internal import ProcFS
internal import Target

/// What can be completed: asked for only when Tab is pressed.
public struct CompletionWorld {
  /// A name in a folder.
  public struct Entry {
    public let name: String
    public let isFolder: Bool
    public init(_ name: String, isFolder: Bool = false) {
      self.name = name
      self.isFolder = isFolder
    }
  }

  /// A name, and what it is in a few words.
  public struct Name {
    public let text: String
    public let help: String
    public init(_ text: String, _ help: String = "") {
      self.text = text
      self.help = help
    }
  }

  /// The manual of an applet.
  public var page: (String) -> Page?
  /// Applets and programs.
  public var commands: () -> [Name]
  /// What the shell adds to them: builtins, functions, aliases.
  public var shellCommands: () -> [Name] = { [] }
  /// The names of variables, the shell's own among them.
  public var variables: () -> [String]
  public var variable: (String) -> String?
  /// Jobs, without the `%`.
  public var jobs: () -> [Name] = { [] }
  /// What is in the folder of a path as typed, through the funnel; empty where it cannot be had.
  public var entries: (String) -> [Entry]
  /// PIDs and their command lines.
  public var processes: () -> [Name]
  /// The main processes of containers, for `@`.
  public var targets: () -> [Name]
  public var hosts: () -> [String]
  /// Search domains of the resolver.
  public var domains: () -> [String]
  /// Whether a program of that name can be started, by its path or along PATH.
  public var isProgram: (String) -> Bool
}

extension CompletionWorld {
  /// The world of a context; the shell puts its own variables, functions and jobs over it.
  public init(_ context: Context) {
    let root = context.root
    let environment = context.environment
    page = { name in context.applets.named(name)?.page() }
    commands = { Self.commands(context) }
    variables = {
      environment.compactMap { entry in
        entry.utf8.firstIndex(of: UInt8(ascii: "=")).map { String(entry[..<$0]) }
      }
    }
    variable = { name in context.variable(name) }
    entries = { path in Self.entries(path, context) }
    processes = { Self.processes(root) }
    targets = { Self.targets(root) }
    hosts = { Hosts.names((try? root.contents("/etc/hosts", limit: 1 << 20)) ?? []) }
    isProgram = { name in
      if name.contains("/") { return root.permits(.execute, to: name) }
      let path = context.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
      return path.split(separator: ":").contains { root.permits(.execute, to: $0 + "/" + name) }
    }
    domains = { Hosts.domains((try? root.contents("/etc/resolv.conf", limit: 65536)) ?? []) }
  }

  /// Names in a folder beyond this are not looked at.
  private static let limit = 20000

  private static func commands(_ context: Context) -> [Name] {
    var names = context.applets.all.map { Name("\($0.name)", $0.page().summary) }
    let path = context.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in path.split(separator: ":") where folder.hasPrefix("/") {
      for entry in entries(String(folder), context) where !entry.isFolder {
        if context.applets.named(entry.name) == nil { names.append(Name(entry.name)) }
      }
    }
    return names
  }

  private static func entries(_ path: String, _ context: Context) -> [Entry] {
    do throws(Failure) {
      let place = try Paths(context).location(path)
      let folder = try place.directory()
      var entries: [Entry] = []
      var links: [String] = []
      try attempt { () throws(SystemError) in
        try folder.forEachName { name, kind, _ in
          let name = String(bytes: name)
          if kind == .link || kind == .unknown, links.count < 500 {
            links.append(name)
          } else {
            entries.append(Entry(name, isFolder: kind == .directory))
          }
          return entries.count < limit
        }
      }
      for name in links {
        let status = try? folder.status(name, follow: !place.isForeign)
        // Links of a target resolve in its root.
        let kind =
          place.isForeign ? (try? place.child(name).status(follow: true))?.kind : status?.kind
        entries.append(Entry(name, isFolder: kind == .directory))
      }
      return entries
    } catch {
      return []
    }
  }

  private static func processes(_ root: Root) -> [Name] {
    do throws(SystemError) {
      let table = try ProcessTable(try ProcFS(root), reading: [.name, .arguments])
      return table.records.map { record in
        let arguments = table.arguments(of: record).prefix(200)
        let text = arguments.isEmpty ? table.name(of: record) : arguments
        let words = text.split(separator: 0).joined(separator: [0x20])
        return Name(String(record.pid), String(bytes: Array(words)))
      }
    } catch {
      return []
    }
  }

  private static func targets(_ root: Root) -> [Name] {
    guard let processes = try? ProcFS(root), let pod = try? Pod(processes) else { return [] }
    return pod.targets.map { Name(String($0.mainProcess), $0.label) }
  }
}

/// hosts(5) and resolv.conf(5), as far as names go.
enum Hosts {
  static func names(_ bytes: [UInt8]) -> [String] {
    var names: [String] = []
    for words in lines(bytes) { names += words.dropFirst() }
    return names
  }

  static func domains(_ bytes: [UInt8]) -> [String] {
    var domains: [String] = []
    for words in lines(bytes) where words.first == "search" || words.first == "domain" {
      // The last line counts.
      domains = Array(words.dropFirst())
    }
    return domains
  }

  private static func lines(_ bytes: [UInt8]) -> [[String]] {
    bytes.split(separator: 0x0A).prefix(10000).map { line in
      line.prefix { $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: ";") }
        .split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.map { String(bytes: $0) }
    }
  }
}
