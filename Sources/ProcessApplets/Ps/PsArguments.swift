internal import Box
internal import Linux

/// Reads the command line in the three styles that people mix: `-ef`, `aux`, `--sort=pid`.
///
/// What makes no sense as System V options is read once more with every cluster taken as BSD: that
/// is why `-aux`, `-axf` and `-auxww` mean what everybody means by them.
struct PsArguments {
  let names: ProcessNames
  /// Whether `-abc` is read as `abc`.
  private let forcesBSD: Bool
  private(set) var options = PsOptions()
  private var rest: ArraySlice<String> = []
  /// Whether there is but one option.
  private var isAlone = false

  static func parse(_ arguments: [String], _ names: ProcessNames) throws(Failure) -> PsOptions {
    var parser = PsArguments(names, forcesBSD: false)
    do throws(Failure) {
      try parser.run(arguments)
    } catch {
      let hasCluster = arguments.contains {
        $0.utf8.count > 1 && $0.hasPrefix("-") && !$0.hasPrefix("--")
      }
      guard hasCluster else { throw error }
      var second = PsArguments(names, forcesBSD: true)
      do throws(Failure) {
        try second.run(arguments)
      } catch _ {
        throw error
      }
      return try second.checked()
    }
    return try parser.checked()
  }

  init(_ names: ProcessNames, forcesBSD: Bool) {
    self.names = names
    self.forcesBSD = forcesBSD
  }

  private mutating func run(_ arguments: [String]) throws(Failure) {
    rest = arguments[...]
    isAlone = arguments.count == 1 && (arguments[0] == "L" || arguments[0] == "-L")
    while let argument = rest.popFirst() {
      if argument.hasPrefix("--") {
        try long(String(argument.dropFirst(2)))
      } else if argument.hasPrefix("-"), argument.utf8.count > 1 {
        if forcesBSD { try bsd(String(argument.dropFirst())) } else { try systemV(argument) }
      } else if argument.utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) ?? false {
        options.isBSD = true
        try options.selection.addPIDs(argument)
      } else {
        try bsd(argument)
      }
    }
  }

  // MARK: System V

  private mutating func systemV(_ argument: String) throws(Failure) {
    var letters = argument.unicodeScalars.dropFirst()
    while let letter = letters.popFirst() {
      let name = "-" + String(letter)
      if try applySystemV(letter) { continue }
      guard "CGOUgopqstukn".unicodeScalars.contains(letter) else {
        throw unknown(name, in: argument)
      }
      if letter == "k" || letter == "n" { throw unknown(name, in: argument) }
      let value = try value(of: name, attached: String(letters))
      try apply(letter, value)
      return
    }
  }

  private mutating func applySystemV(_ letter: Unicode.Scalar) throws(Failure) -> Bool {
    switch letter {
    case "A", "e": options.selection.all = true
    case "a": options.selection.withTerminal = true
    case "d": options.selection.noLeaders = true
    case "N": options.selection.negated = true
    case "F": (options.full, options.extraFull) = (true, true)
    case "f": options.full = true
    case "l": options.long = true
    case "j": options.jobs = true
    case "y": options.noFlags = true
    case "c": options.classes = true
    case "P": options.showsProcessor = true
    case "M", "Z": options.label = true
    case "H": options.hierarchy = true
    case "L": try thread(.columns)
    case "T": try thread(.spid)
    case "m": options.threadsBelow = true
    case "w": options.wide += 1
    case "V": options.instead = .version
    default: return false
    }
    return true
  }

  /// The System V options that take a value.
  private mutating func apply(_ letter: Unicode.Scalar, _ value: String) throws(Failure) {
    switch letter {
    case "C": options.selection.names += try PsList.words(value, "-C").map { $0.bytes }
    case "G": options.selection.realGroups += try names.groups(value, "-G")
    case "U": options.selection.realUsers += try names.users(value, "-U")
    case "g": try options.selection.addSessionsOrGroups(value, names)
    case "u": options.selection.users += try names.users(value, "-u")
    case "p", "q": try options.selection.addPIDs(value)
    case "s": options.selection.sessions += try PsList.numbers(value, "-s")
    case "t": try options.selection.addTerminals(value)
    case "o": try addColumns(value)
    case "O": try preload(value, isBSD: false)
    default: break
    }
  }

  // MARK: BSD

  private mutating func bsd(_ argument: String) throws(Failure) {
    options.isBSD = true
    var letters = argument.unicodeScalars[...]
    while let letter = letters.popFirst() {
      if try applyBSD(letter) { continue }
      let name = String(letter)
      switch letter {
      case "t":
        // The terminal may be left out: then it is ours.
        if letters.isEmpty { return options.selection.ownTerminal = true }
        return try options.selection.addTerminals(String(letters))
      case "p", "q":
        return try options.selection.addPIDs(try value(of: name, attached: String(letters)))
      case "U":
        let value = try value(of: name, attached: String(letters))
        return options.selection.users += try names.users(value, name)
      case "k": return try addSort(try value(of: name, attached: String(letters)))
      case "o": return try addColumns(try value(of: name, attached: String(letters)))
      case "O": return try preload(try value(of: name, attached: String(letters)), isBSD: true)
      default: throw unknown(name, in: argument)
      }
    }
  }

  private mutating func applyBSD(_ letter: Unicode.Scalar) throws(Failure) -> Bool {
    switch letter {
    case "a": options.selection.anyUser = true
    case "x": options.selection.anyTerminal = true
    case "r": options.selection.running = true
    case "T": options.selection.ownTerminal = true
    // Session leaders are always listed: the option says what holds anyway.
    case "g": break
    case "u": try format(.user)
    case "l": try format(.long)
    case "j": try format(.jobs)
    case "s": try format(.signals)
    case "v": try format(.memory)
    case "X": try format(.registers)
    case "Z": options.label = true
    case "f": options.forest = true
    case "e": options.environment = true
    case "c": options.nameOnly = true
    case "n": options.numeric = true
    case "h": options.headers = false
    case "w": options.wide += 1
    case "S": options.cumulative = true
    case "H": try thread(.rows)
    case "m": options.threadsBelow = true
    case "L":
      guard isAlone else { throw .usage("L: goes with no other option") }
      options.instead = .specifiers
    case "V": options.instead = .version
    default: return false
    }
    return true
  }

  private mutating func format(_ format: PsOptions.Format) throws(Failure) {
    if let other = options.format, other != format { throw .usage("conflicting formats") }
    options.format = format
  }

  private mutating func thread(_ threads: PsOptions.Threads) throws(Failure) {
    if options.threads != .none, options.threads != threads {
      throw .usage("-L, -T and H exclude each other")
    }
    options.threads = threads
  }

  // MARK: Long options

  private mutating func long(_ body: String) throws(Failure) {
    let equals = body.firstIndex(of: "=")
    let name = equals.map { String(body[..<$0]) } ?? body
    let attached = equals.map { String(body[body.index(after: $0)...]) }
    if applyLong(name) {
      if attached != nil { throw .usage("--\(name): takes no value") }
      return
    }
    switch name {
    // The subject of the help, which is one text here.
    case "help":
      options.instead = .help
      if !(rest.first?.hasPrefix("-") ?? true) { _ = rest.popFirst() }
    case "sort": try addSort(try value(of: "--sort", attached: attached))
    case "format": try addColumns(try value(of: "--format", attached: attached))
    case "cols", "columns", "width":
      options.columnLimit = try count("--" + name, attached)
    case "rows", "lines": options.rows = try count("--" + name, attached)
    case "pid", "quick-pid":
      try options.selection.addPIDs(try value(of: "--" + name, attached: attached))
    case "ppid":
      options.selection.parents += try PsList.numbers(
        try value(of: "--ppid", attached: attached), "--ppid")
    case "sid":
      options.selection.sessions += try PsList.numbers(
        try value(of: "--sid", attached: attached), "--sid")
    case "tty": try options.selection.addTerminals(try value(of: "--tty", attached: attached))
    case "user":
      options.selection.users += try names.users(
        try value(of: "--user", attached: attached), "--user")
    case "User":
      options.selection.realUsers += try names.users(
        try value(of: "--User", attached: attached), "--User")
    case "group":
      options.selection.groups += try names.groups(
        try value(of: "--group", attached: attached), "--group")
    case "Group":
      options.selection.realGroups += try names.groups(
        try value(of: "--Group", attached: attached), "--Group")
    default: throw unknown("--" + name, in: "--" + name)
    }
  }

  private mutating func applyLong(_ name: String) -> Bool {
    switch name {
    case "deselect": options.selection.negated = true
    case "forest": options.forest = true
    case "headers", "heading": options.repeatHeaders = true
    case "no-headers", "no-heading", "noheaders", "noheading", "no-header", "noheader":
      options.headers = false
    case "cumulative": options.cumulative = true
    case "context": options.context = true
    case "version": options.instead = .version
    case "json": options.json = true
    case "containers": options.containers = true
    default: return false
    }
    return true
  }

  private mutating func count(_ name: String, _ attached: String?) throws(Failure) -> Int {
    let text = try value(of: name, attached: attached)
    guard let number = Int(text), number > 0, number <= 1 << 30 else {
      throw .usage("\(name): \(text): not a number above 0")
    }
    return number
  }

  // MARK: Values

  private mutating func value(of name: String, attached: String?) throws(Failure) -> String {
    if let attached, !attached.isEmpty { return attached }
    guard let next = rest.popFirst(), !next.isEmpty else {
      throw .usage("\(name): needs a value")
    }
    return next
  }

  private mutating func addColumns(_ text: String) throws(Failure) {
    options.columns += try PsList.columns(text)
  }

  private mutating func preload(_ text: String, isBSD: Bool) throws(Failure) {
    guard options.preloaded.isEmpty, options.columns.isEmpty else {
      throw .usage("-O: cannot follow another format")
    }
    options.preloaded = try PsList.columns(text)
    options.preloadedByBSD = isBSD
  }

  private mutating func addSort(_ text: String) throws(Failure) {
    options.sort += try PsList.sortKeys(text)
  }

  private func unknown(_ name: String, in argument: String) -> Failure {
    let known = Page(Ps.manual).options.flatMap { $0.long.map { "--" + $0 } }
    let subject = name == argument ? name : "\(name) (in \(argument))"
    return unknownOption(
      subject, nearest: name.hasPrefix("--") ? nearest(to: name, among: known) : nil)
  }

  /// Refuses combinations that mean nothing.
  private func checked() throws(Failure) -> PsOptions {
    let isSystemV = options.long || options.jobs || options.extraFull || options.full
    let hasColumns = !options.columns.isEmpty || !options.preloaded.isEmpty
    let formats = (options.format == nil ? 0 : 1) + (isSystemV ? 1 : 0)
    if formats > 1 { throw .usage("-f, -F, -l and -j exclude the BSD formats u, l, j, s, v and X") }
    if hasColumns, options.format != nil || options.long || options.jobs {
      throw .usage("-o excludes the formats -l, -j, u, l, j, s, v and X")
    }
    if options.noFlags, !options.long { throw .usage("-y: only goes with -l") }
    if options.threadsBelow, options.threads == .rows { throw .usage("H: excludes m") }
    if hasColumns, options.threads != .none, options.threadsBelow {
      throw .usage("-o: excludes -L and -T with -m")
    }
    if options.context, options.format != nil || isSystemV || hasColumns {
      throw .usage("--context: excludes other formats")
    }
    return options
  }
}
