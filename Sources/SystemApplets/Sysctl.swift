public import Box
internal import Linux
internal import Target

/// Reads and sets the kernel's parameters in `/proc/sys`, procps-ng sysctl(8).
public struct Sysctl: Command {
  var all = false
  var onlyValues = false
  var onlyNames = false
  var ignoresUnknown = false
  var writes = false
  var isQuiet = false
  var isBinary = false
  var loads = false

  public init() {}

  public static var manual: Manual<Sysctl> {
    Manual(
      "sysctl", "Read and set the kernel's parameters", family: .system,
      operands: "[NAME[=VALUE]]...",
      options: [
        .flag("aAX", "all", "All parameters") { $0.all = true },
        .flag("n", "values", "Only values") { $0.onlyValues = true },
        .flag("N", "names", "Only names") { $0.onlyNames = true },
        .flag("e", "ignore", "No word about unknown names") { $0.ignoresUnknown = true },
        .flag("w", "write", "All operands are NAME=VALUE") { $0.writes = true },
        .flag("q", "quiet", "Do not print what is set") { $0.isQuiet = true },
        .flag("b", "binary", "Only values, without a newline") {
          ($0.isBinary, $0.onlyValues) = (true, true)
        },
        .flag("p", "load", "Operands are files with settings (/etc/sysctl.conf)") {
          $0.loads = true
        },
      ],
      examples: [
        ("sysctl net.core.somaxconn", "How long may a backlog be?"),
        ("sysctl -a | grep tcp_keepalive", "All that is about keepalive"),
      ],
      standard: "procps-ng 4.0 sysctl(8)",
      deviations: ["values that cannot be read are left out of -a"])
  }

  private static let folder = "/proc/sys"

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if all { return list(operands, &context) }
    if loads { return try load(operands, &context) }
    guard !operands.isEmpty else { throw .usage("no name given; -a shows all") }
    for operand in operands {
      do throws(Failure) {
        try one(operand, context)
      } catch {
        if ignoresUnknown, error.errno == .noEntry { continue }
        context.report(error)
      }
    }
  }

  private func one(_ operand: String, _ context: Context) throws(Failure) {
    if let equals = operand.utf8.firstIndex(of: UInt8(ascii: "=")) {
      let name = Self.trimmed(String(operand[..<equals]))
      let value = Self.trimmed(String(operand[operand.utf8.index(after: equals)...]))
      return try set(name, value, context)
    }
    if writes { throw .usage("\(operand): must be NAME=VALUE") }
    try show(operand, context)
  }

  private static func trimmed(_ text: String) -> String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var bytes = text.bytes[...].drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
    return String(bytes: bytes)
  }

  /// `net.ipv4.ip_forward` and `net/ipv4/ip_forward`; what comes first of both separates, the other stands for itself.
  private static func path(_ name: String) -> String {
    let bytes = name.bytes
    let (dot, slash) = (UInt8(ascii: "."), UInt8(ascii: "/"))
    guard bytes.first(where: { $0 == dot || $0 == slash }) == dot else {
      return folder + "/" + name
    }
    return folder + "/" + String(bytes: bytes.map { $0 == dot ? slash : $0 == slash ? dot : $0 })
  }

  private static func name(_ path: [UInt8]) -> String {
    let (dot, slash) = (UInt8(ascii: "."), UInt8(ascii: "/"))
    return String(bytes: path.map { $0 == slash ? dot : $0 == dot ? slash : $0 })
  }

  private func show(_ name: String, _ context: Context) throws(Failure) {
    let path = Self.path(name)
    let root = context.root
    let shown = Self.name(Array(path.bytes.dropFirst(Self.folder.utf8.count + 1)))
    do throws(SystemError) {
      if try root.status(path, follow: true).kind == .directory {
        return tree(path, context)
      }
      write(shown, try root.contents(path), context)
    } catch {
      throw Self.explained(error, name)
    }
  }

  private static func explained(_ error: SystemError, _ name: String) -> Failure {
    if error.errno == .noEntry {
      return Failure(
        "cannot stat \(path(name)): No such file or directory", status: 1, errno: .noEntry)
    }
    if error.errno == .denied || error.errno == .notPermitted {
      return Failure("permission denied on key '\(name)'", errno: error.errno)
    }
    if error.errno.code == 30 {
      return Failure(
        "setting key '\(name)': /proc/sys is read-only in this container",
        advice: "set it on the node, or in the pod's securityContext.sysctls", errno: error.errno)
    }
    return Failure("key '\(name)': \(error.reason)", errno: error.errno)
  }

  private func write(_ name: String, _ value: [UInt8], _ context: Context) {
    if onlyNames { return context.output.line(name) }
    if isBinary {
      return context.output.write(value.last == 0x0A ? Array(value.dropLast()) : value)
    }
    var lines = value.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.count > 1, lines.last?.isEmpty ?? false { lines.removeLast() }
    for line in lines {
      let text = Sanitize.escapedKeepingTabs(String(bytes: line))
      context.output.line(onlyValues ? text : name + " = " + text)
    }
  }

  private func set(_ name: String, _ value: String, _ context: Context) throws(Failure) {
    do throws(SystemError) {
      let file = try context.root.open(Self.path(name), [.write, .truncate])
      let output = Output(file: file.descriptor)
      output.line(value)
      output.flush()
      if let failure = output.failure { throw failure }
    } catch {
      throw Self.explained(error, name)
    }
    guard !isQuiet else { return }
    if onlyValues { return context.output.line(value) }
    if onlyNames { return context.output.line(name) }
    context.output.line(name + " = " + value)
  }

  private func list(_ patterns: [String], _ context: inout Context) {
    tree(Self.folder, context)
  }

  private func tree(_ path: String, _ context: Context) {
    let walker = Walker()
    walker.sorts = true
    walker.begin(context.root, path, shown: path)
    while context.output.failure == nil {
      switch walker.next() {
      case .end: return
      case .leave, .failure: continue
      case .entry:
        guard walker.kind == .regular, let status = try? walker.status(),
          status.permissions & 0o444 != 0
        else { continue }
        let name = Self.name(Array(walker.pathBytes.dropFirst(Self.folder.utf8.count + 1)))
        if onlyNames {
          context.output.line(name)
        } else if let file = try? walker.open([.read, .nonBlocking]),
          let value = try? file.contents(limit: 1 << 20)
        {
          write(name, value, context)
        }
      }
    }
  }

  private func load(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    for operand in operands.isEmpty ? ["/etc/sysctl.conf"] : operands {
      let bytes =
        operand == "-"
        ? try attempt { () throws(SystemError) in try File.standardInput().contents(limit: 1 << 20)
        }
        : try paths.location(operand).contents(limit: 1 << 20)
      for line in bytes.split(separator: 0x0A) {
        let text = Self.trimmed(String(bytes: line))
        guard !text.isEmpty, !text.hasPrefix("#"), !text.hasPrefix(";") else { continue }
        let isOptional = text.hasPrefix("-")
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
          context.report(.message("\(operand): \(text): must be NAME = VALUE"))
          continue
        }
        let name = Self.trimmed(String(text[..<equals].drop { $0 == "-" }))
        let value = Self.trimmed(String(text[text.utf8.index(after: equals)...]))
        do throws(Failure) {
          try set(name, value, context)
        } catch {
          if isOptional || (ignoresUnknown && error.errno == .noEntry) { continue }
          context.report(error)
        }
      }
    }
  }
}

extension Sanitize {
  /// Escaped, tabs left as they are: values of /proc/sys are columns.
  fileprivate static func escapedKeepingTabs(_ text: String) -> String {
    text.utf8.contains(0x09)
      ? text.split(separator: "\t", omittingEmptySubsequences: false).map { escaped(String($0)) }
        .joined(separator: "\t") : escaped(text)
  }
}
