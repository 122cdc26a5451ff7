internal import Box

/// Which columns a command line means.
enum PsFormats {
  static func columns(_ options: PsOptions) -> [PsOptions.Column] {
    if !options.columns.isEmpty { return options.columns }
    if !options.preloaded.isEmpty { return preloaded(options) }
    if options.context { return named(["pid", "label=CONTEXT", "args"]) }
    let names =
      if let format = options.format {
        bsd(format, options)
      } else if options.isBSD && !isSystemV(options) {
        threaded(["pid", "tname", "stat", "bsdtime", "args"], options)
      } else {
        systemV(options)
      }
    return named((options.label ? ["label"] : []) + names)
  }

  private static func isSystemV(_ options: PsOptions) -> Bool {
    options.full || options.long || options.jobs || options.classes || options.showsProcessor
  }

  /// `-O`: ours between the first and the last columns of the usual ones.
  private static func preloaded(_ options: PsOptions) -> [PsOptions.Column] {
    named(["pid"]) + options.preloaded
      + named(["s", "tname", "time", options.preloadedByBSD ? "ucomm" : "args"])
  }

  private static func systemV(_ options: PsOptions) -> [StaticString] {
    let isDetailed = options.full || options.long
    var names: [StaticString] = []
    if options.long { names += options.noFlags ? ["s"] : ["f", "s"] }
    if options.full { names.append("uid_hack") } else if options.long { names.append("uid") }
    names.append("pid")
    if options.threads == .spid { names.append("spid") }
    if isDetailed { names.append("ppid") }
    if options.jobs { names += ["pgid", "sid"] }
    if options.threads == .columns { names.append("lwp") }
    if options.showsProcessor { names.append("psr") }
    if isDetailed, !options.classes { names.append("c") }
    if options.threads == .columns, options.full { names.append("nlwp") }
    if options.classes {
      names += ["class", "pri"]
    } else if options.long {
      names += ["opri", "ni"]
    }
    if options.long {
      names += options.noFlags ? ["rss", "sz", "wchan"] : ["=ADDR", "sz", "wchan"]
    }
    if options.extraFull {
      if !options.long { names.append("sz") }
      if !options.noFlags { names.append("rss") }
      if !options.showsProcessor { names.append("psr") }
    }
    if options.full { names.append("stime") }
    return names + ["tname", "time", options.full ? "cmd" : "ucmd"]
  }

  private static func bsd(_ format: PsOptions.Format, _ options: PsOptions) -> [StaticString] {
    let names: [StaticString] =
      switch format {
      case .user:
        [
          "user", "pid", "%cpu", "%mem", "vsz", "rss", "tname", "stat", "start_time", "bsdtime",
          "args",
        ]
      case .long:
        [
          "f", "uid", "pid", "ppid", "pri_priority", "ni", "vsz", "rss", "wchan", "stat", "tname",
          "bsdtime",
          "args",
        ]
      case .jobs:
        ["ppid", "pid", "pgid", "sid", "tname", "tpgid", "stat", "uid", "bsdtime", "args"]
      case .signals:
        [
          "uid", "pid", "pending", "blocked", "ignored", "caught", "stat", "tname", "bsdtime",
          "args",
        ]
      case .memory:
        ["pid", "tname", "stat", "bsdtime", "maj_flt", "m_trs", "m_drs", "rss", "%mem", "args"]
      case .registers:
        ["pid", "stackp", "esp", "eip", "=TMOUT", "=ALARM", "stat", "tname", "bsdtime", "args"]
      }
    return threaded(names, options)
  }

  /// `-L` and `-T` put their columns into the BSD formats.
  private static func threaded(_ names: [StaticString], _ options: PsOptions) -> [StaticString] {
    var names = names
    guard let pid = names.firstIndex(where: { $0.equals("pid") }) else { return names }
    if options.threads == .spid { names.insert("spid", at: pid + 1) }
    if options.threads == .columns {
      let ids: [StaticString] = ["pid", "ppid", "sid"]
      let last = names.lastIndex { name in ids.contains { $0.equals("\(name)") } }
      names.insert("lwp", at: (last ?? pid) + 1)
      if let cpu = names.firstIndex(where: { $0.equals("%cpu") }) {
        names.insert("nlwp", at: cpu + 1)
      }
    }
    return names
  }

  /// Columns by name. `=TITLE` is one that only holds its place.
  private static func named(_ names: [StaticString]) -> [PsOptions.Column] {
    names.compactMap { name in
      if name.equals("=ADDR") { return placeholder("ADDR", 1) }
      if name.equals("=TMOUT") { return placeholder("TMOUT", 5) }
      if name.equals("=ALARM") { return placeholder("ALARM", 5) }
      if name.equals("pri_priority") {
        return PsSpecifier.named("priority").map {
          PsOptions.Column(specifier: $0, key: "priority")
        }
      }
      if name.equals("label=CONTEXT") {
        return PsSpecifier.named("context").map { PsOptions.Column(specifier: $0, key: "context") }
      }
      guard let specifier = PsSpecifier.named("\(name)") else { return nil }
      return PsOptions.Column(specifier: specifier, key: key(name))
    }
  }

  private static func placeholder(_ title: StaticString, _ width: Int) -> PsOptions.Column {
    let specifier = PsSpecifier(
      title, title, width, title.equals("ADDR") ? .address : .blank, width == 1 ? .left : .right)
    return PsOptions.Column(specifier: specifier, key: "\(title)".lowercased())
  }

  /// The best known name of a column, which its key in JSON is.
  private static func key(_ name: StaticString) -> String {
    switch "\(name)" {
    case "%cpu": "pcpu"
    case "%mem": "pmem"
    case "tname": "tty"
    case "bsdtime": "time"
    case "start_time", "stime": "start"
    case "uid_hack": "user"
    case "ucmd", "ucomm": "comm"
    case "cmd": "args"
    case "m_trs": "trs"
    case "m_drs": "drs"
    default: "\(name)"
    }
  }
}
