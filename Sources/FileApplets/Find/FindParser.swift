internal import Box
internal import Dates
internal import Linux
internal import Patterns
internal import Target

/// Reads find's command line: starting points, then an expression. POSIX.1-2017 find(1).
struct FindParser {
  private let context: Context
  private let paths: Paths
  private var rest: ArraySlice<String>
  private(set) var settings = FindSettings()
  private(set) var starts: [String] = []
  private(set) var owners: [FindOwner] = []
  private(set) var commands: [FindCommand] = []
  private(set) var outputs: [FindOutput] = []
  private var syntax = FindRegexSyntax.emacs
  private let standardOutput: FindOutput
  private var depth = 0

  /// Parentheses deeper than this are refused.
  private static let mostDepth = 1000

  init(_ arguments: [String], _ paths: Paths, _ context: Context) {
    self.context = context
    self.paths = paths
    rest = arguments[...]
    standardOutput = FindOutput(context.output, isTerminal: context.isInteractive)
  }

  mutating func parse() throws(Failure) -> FindExpression {
    readOptions()
    while let word = rest.first, !Self.startsExpression(word) {
      starts.append(word)
      rest = rest.dropFirst()
    }
    let print = FindExpression.test(.write(standardOutput, end: 0x0A))
    guard !rest.isEmpty else { return print }
    let expression = try sequence()
    if let word = rest.first {
      throw .usage(word == ")" ? "unexpected )" : "\(word): unexpected argument")
    }
    return settings.hasAction ? expression : .all([expression, print])
  }

  /// `-H`, `-L`, `-P`, `-O` and `-D` in front of all else.
  private mutating func readOptions() {
    while let word = rest.first {
      switch word {
      case "-H": settings.follow = .operands
      case "-L": settings.follow = .always
      case "-P": settings.follow = .never
      case "--":
        rest = rest.dropFirst()
        return
      default:
        // Levels of optimisation change no result.
        guard word.hasPrefix("-O"), word.utf8.count == 3 else { return }
      }
      rest = rest.dropFirst()
    }
  }

  private static func startsExpression(_ word: String) -> Bool {
    (word.hasPrefix("-") && word.utf8.count > 1) || word == "(" || word == ")" || word == "!"
      || word == ","
  }

  private mutating func sequence() throws(Failure) -> FindExpression {
    var parts = [try either()]
    while rest.first == "," {
      rest = rest.dropFirst()
      parts.append(try either())
    }
    return parts.count == 1 ? parts[0] : .each(parts)
  }

  private mutating func either() throws(Failure) -> FindExpression {
    var parts = [try both()]
    while rest.first == "-o" || rest.first == "-or" {
      rest = rest.dropFirst()
      parts.append(try both())
    }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func both() throws(Failure) -> FindExpression {
    var parts = [try negated()]
    while let word = rest.first, word != "-o", word != "-or", word != ",", word != ")" {
      if word == "-a" || word == "-and" { rest = rest.dropFirst() }
      parts.append(try negated())
    }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func negated() throws(Failure) -> FindExpression {
    var isNegated = false
    while rest.first == "!" || rest.first == "-not" {
      rest = rest.dropFirst()
      isNegated.toggle()
    }
    let inner = try primary()
    return isNegated ? .not(inner) : inner
  }

  private mutating func primary() throws(Failure) -> FindExpression {
    guard let word = rest.popFirst() else { throw .usage("expected an expression") }
    if word == "(" {
      depth += 1
      guard depth <= Self.mostDepth else { throw .usage("too many parentheses") }
      if rest.first == ")" { throw .usage("empty parentheses are not allowed") }
      let inner = try sequence()
      guard rest.popFirst() == ")" else { throw .usage("missing )") }
      depth -= 1
      return inner
    }
    guard word.hasPrefix("-"), word.utf8.count > 1 else {
      if word == ")" || word == "," { throw .usage("expected an expression before \(word)") }
      throw .usage("\(word): paths must come before the expression")
    }
    let name = String(word.dropFirst(word.hasPrefix("--") ? 2 : 1))
    if let test = try option(name) { return .test(test) }
    if let test = try plain(name) { return .test(test) }
    if let test = try valued(name, word) { return .test(test) }
    throw unknownOption(word, nearest: nearest(to: word, among: Self.known))
  }

  /// Options of the whole run, which are true.
  private mutating func option(_ name: String) throws(Failure) -> FindTest? {
    switch name {
    case "maxdepth": settings.mostDepth = try count(name)
    case "mindepth": settings.leastDepth = try count(name)
    case "depth", "d": settings.isDepthFirst = true
    case "xdev", "mount": settings.staysOnDevice = true
    case "follow": settings.follow = .always
    case "daystart": settings.startsFromDay = true
    case "ignore_readdir_race": settings.ignoresRaces = true
    case "noignore_readdir_race": settings.ignoresRaces = false
    // What they speak of is not done here: counting links of folders, and warnings.
    case "noleaf", "warn", "nowarn": break
    case "regextype":
      let type = try value(name)
      guard let syntax = FindRegexSyntax(type) else {
        throw .usage("-regextype: \(type): unknown type")
      }
      self.syntax = syntax
    case "files0-from": settings.startList = try value(name)
    default: return nil
    }
    return .constant(true)
  }

  private mutating func plain(_ name: String) throws(Failure) -> FindTest? {
    switch name {
    case "true": return .constant(true)
    case "false": return .constant(false)
    case "empty": return .empty
    case "readable": return .permits(.read)
    case "writable": return .permits(.write)
    case "executable": return .permits(.execute)
    case "nouser": return .hasNoOwner(isGroup: false)
    case "nogroup": return .hasNoOwner(isGroup: true)
    case "prune": return .prune
    case "print": return action(.write(standardOutput, end: 0x0A))
    case "print0": return action(.write(standardOutput, end: 0))
    case "ls": return action(.list(standardOutput))
    case "quit": return action(.quit)
    case "delete":
      settings.isDepthFirst = true
      return action(.delete)
    case "exec", "execdir", "ok", "okdir": return try command(name)
    default: return nil
    }
  }

  private mutating func action(_ test: FindTest) -> FindTest {
    settings.hasAction = true
    return test
  }

  private mutating func valued(_ name: String, _ word: String) throws(Failure) -> FindTest? {
    switch name {
    case "name": return .name(ShellPattern(try value(name)))
    case "iname": return .name(ShellPattern(try value(name), .ignoreCase))
    case "path", "wholename": return .path(ShellPattern(try value(name)))
    case "ipath", "iwholename": return .path(ShellPattern(try value(name), .ignoreCase))
    case "lname": return .linkName(ShellPattern(try value(name)))
    case "ilname": return .linkName(ShellPattern(try value(name), .ignoreCase))
    case "regex", "iregex": return .regex(try regex(name))
    case "type": return .type(try types(name))
    case "xtype": return .xtype(try types(name))
    case "size": return try size()
    case "perm": return try permissions()
    case "user", "group": return owner(try value(name), isGroup: name == "group")
    case "uid", "gid": return .ownerNumber(try number(name), isGroup: name == "gid")
    case "links": return .links(try number(name))
    case "inum": return .inode(try number(name))
    case "samefile":
      let status = try status(try value(name))
      return .sameFile(device: status.device, inode: status.inode)
    case "fstype": return .fileSystem(try value(name))
    case "printf": return action(.format(standardOutput, try FindFormat(try value(name))))
    case "fprint", "fprint0":
      return action(.write(try file(name), end: name == "fprint0" ? 0 : 0x0A))
    case "fprintf":
      let output = try file(name)
      return action(.format(output, try FindFormat(try value(name))))
    case "fls": return action(.list(try file(name)))
    default: return try time(name)
    }
  }

  private mutating func time(_ name: String) throws(Failure) -> FindTest? {
    switch name {
    case "mtime": return try age(.modified, name, 86400)
    case "mmin": return try age(.modified, name, 60)
    case "atime": return try age(.accessed, name, 86400)
    case "amin": return try age(.accessed, name, 60)
    case "ctime": return try age(.changed, name, 86400)
    case "cmin": return try age(.changed, name, 60)
    case "used":
      let (number, value) = try decimal(name)
      return .used(number, value: value)
    case "newer": return .newer(.modified, try status(try value(name)).modified)
    case "anewer": return .newer(.accessed, try status(try value(name)).modified)
    case "cnewer": return .newer(.changed, try status(try value(name)).modified)
    default: break
    }
    let letters = Array(name.utf8)
    guard name.hasPrefix("newer"), letters.count == 7, let time = Self.time(letters[5]) else {
      return nil
    }
    if time == .born { settings.needsBirth = true }
    let text = try value(name)
    if letters[6] == UInt8(ascii: "t") {
      guard let instant = DateParser.parse(text, now: context.clock.now(), utc: false) else {
        throw .usage("-\(name): \(text): invalid date")
      }
      return .newer(time, instant)
    }
    guard let reference = Self.time(letters[6]) else { return nil }
    let status = try status(text)
    switch reference {
    case .accessed: return .newer(time, status.accessed)
    case .changed: return .newer(time, status.changed)
    case .modified: return .newer(time, status.modified)
    case .born:
      let file = try paths.location(text).open(.path)
      guard let born = try? file.birth() else {
        throw .message("\(text): its file system does not know when it was made")
      }
      return .newer(time, born)
    }
  }

  private static func time(_ letter: UInt8) -> FindTime? {
    switch letter {
    case UInt8(ascii: "a"): .accessed
    case UInt8(ascii: "B"): .born
    case UInt8(ascii: "c"): .changed
    case UInt8(ascii: "m"): .modified
    default: nil
    }
  }

  private mutating func age(_ time: FindTime, _ name: String, _ unit: Double) throws(Failure)
    -> FindTest
  {
    let (number, value) = try decimal(name)
    return .age(time, number, value: value, unit: unit)
  }

  private func status(_ path: String) throws(Failure) -> FileStatus {
    let follow = settings.follow != .never
    return try paths.location(path).status(follow: follow)
  }

  private mutating func file(_ name: String) throws(Failure) -> FindOutput {
    let path = try value(name)
    // Two actions that name the same file share it.
    if let known = outputs.first(where: { $0.path.map { $0.sameBytes(as: path) } ?? false }) {
      return known
    }
    if path == "/dev/stdout" { return standardOutput }
    let output = FindOutput(
      try paths.location(path).open([.write, .create, .truncate]), path: path)
    outputs.append(output)
    return output
  }

  private mutating func owner(_ name: String, isGroup: Bool) -> FindTest {
    let owner = FindOwner(name, isGroup: isGroup)
    owners.append(owner)
    return .owner(owner)
  }

  private mutating func command(_ name: String) throws(Failure) -> FindTest {
    let inFolder = name.hasSuffix("dir")
    let asks = name.hasPrefix("ok")
    var words: [String] = []
    while let word = rest.popFirst() {
      if word == ";" {
        guard !words.isEmpty else { throw .usage("-\(name): no command given") }
        return finish(FindCommand(words, isBatch: false, inFolder: inFolder, asks: asks))
      }
      if word == "+", words.last == "{}", !asks {
        guard words.count > 1 else { throw .usage("-\(name): no command given") }
        guard words.filter({ $0 == "{}" }).count == 1 else {
          throw .usage("-\(name): only one {} is supported with +")
        }
        return finish(
          FindCommand(words.dropLast(), isBatch: true, inFolder: inFolder, asks: false))
      }
      words.append(word)
    }
    throw .usage("-\(name): has no ; or {} + at its end")
  }

  private mutating func finish(_ command: FindCommand) -> FindTest {
    commands.append(command)
    return action(.execute(command))
  }
}

extension FindParser {
  private mutating func value(_ name: String) throws(Failure) -> String {
    guard let value = rest.popFirst() else { throw .usage("-\(name): needs a value") }
    return value
  }

  private mutating func count(_ name: String) throws(Failure) -> Int {
    let text = try value(name)
    guard let count = Int(text), count >= 0, !text.hasPrefix("+") else {
      throw .usage("-\(name): \(text): not a number of levels")
    }
    return count
  }

  private mutating func number(_ name: String) throws(Failure) -> FindNumber {
    let text = try value(name)
    guard let number = FindNumber(text) else { throw .usage("-\(name): \(text): not a number") }
    return number
  }

  private mutating func decimal(_ name: String) throws(Failure) -> (FindNumber, Double) {
    let text = try value(name)
    var (number, digits) = FindNumber.split(text)
    guard let value = Double(argument: digits), value >= 0 else {
      throw .usage("-\(name): \(text): not a number")
    }
    number.value = 0
    return (number, value)
  }

  private mutating func size() throws(Failure) -> FindTest {
    let text = try value("size")
    guard let (number, unit) = FindNumber.size(text) else {
      throw .usage("-size: \(text): not a size (N, or N with one of bcwkMG)")
    }
    return .size(number, unit: unit)
  }

  private mutating func permissions() throws(Failure) -> FindTest {
    let text = try value("perm")
    let first = text.utf8.first ?? 0
    let isPrefixed = first == UInt8(ascii: "-") || first == UInt8(ascii: "/")
    let mode = isPrefixed ? String(text.dropFirst()) : text
    guard let change = ModeChange(mode, mask: 0) else {
      throw .usage("-perm: \(text): invalid mode")
    }
    return .permissions(change.applied(to: 0, isFolder: false), kind: isPrefixed ? first : 0)
  }

  private mutating func types(_ name: String) throws(Failure) -> Set<UInt8> {
    let text = try value(name)
    var types: Set<UInt8> = []
    for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard part.count == 1, let letter = part.first, "bcdpfls".utf8.contains(letter),
        types.insert(letter).inserted
      else { throw .usage("-\(name): \(text): must be one of b c d p f l s, or a list of them") }
    }
    return types
  }

  private mutating func regex(_ name: String) throws(Failure) -> Pattern {
    let text = try value(name)
    var options: Pattern.Options = .whole
    if name == "iregex" { options.insert(.ignoreCase) }
    do throws(Pattern.Malformed) {
      return try syntax.compile(text, options)
    } catch {
      throw .usage("-\(name): \(text): \(error.reason)")
    }
  }

  private static let known = [
    "-amin", "-anewer", "-atime", "-cmin", "-cnewer", "-ctime", "-daystart", "-delete", "-depth",
    "-empty", "-exec", "-execdir", "-executable", "-false", "-files0-from", "-fls", "-follow",
    "-fprint", "-fprint0", "-fprintf", "-fstype", "-gid", "-group", "-ilname", "-iname", "-inum",
    "-ipath", "-iregex", "-links", "-lname", "-ls", "-maxdepth", "-mindepth", "-mmin", "-mount",
    "-mtime", "-name", "-newer", "-nogroup", "-noleaf", "-not", "-nouser", "-ok", "-okdir",
    "-path", "-perm", "-print", "-print0", "-printf", "-prune", "-quit", "-readable", "-regex",
    "-regextype", "-samefile", "-size", "-true", "-type", "-uid", "-used", "-user", "-wholename",
    "-writable", "-xdev", "-xtype",
  ]
}

extension FindNumber {
  init?(_ text: String) {
    let (number, digits) = Self.split(text)
    guard let value = Int(digits), value >= 0, !digits.hasPrefix("+"), !digits.hasPrefix("-") else {
      return nil
    }
    self = number
    self.value = value
  }

  /// The sign, and what is behind it.
  static func split(_ text: String) -> (FindNumber, String) {
    var number = FindNumber()
    if text.hasPrefix("+") { number.comparison = .more }
    if text.hasPrefix("-") { number.comparison = .less }
    return (number, number.comparison == .equal ? text : String(text.dropFirst()))
  }

  /// A size and the bytes of its unit: 512 where none is given.
  static func size(_ text: String) -> (FindNumber, unit: Int)? {
    var unit = 512
    var digits = text
    switch text.utf8.last {
    case UInt8(ascii: "b"): unit = 512
    case UInt8(ascii: "c"): unit = 1
    case UInt8(ascii: "w"): unit = 2
    case UInt8(ascii: "k"): unit = 1024
    case UInt8(ascii: "M"): unit = 1 << 20
    case UInt8(ascii: "G"): unit = 1 << 30
    default: return FindNumber(text).map { ($0, 512) }
    }
    digits.removeLast()
    return FindNumber(digits).map { ($0, unit) }
  }
}

/// The dialects of `-regextype`.
enum FindRegexSyntax {
  case emacs, basic, extended

  init?(_ name: String) {
    switch name {
    case "emacs", "findutils-default", "ed-emacs": self = .emacs
    case "posix-basic", "posix-minimal-basic", "grep", "ed", "sed": self = .basic
    case "posix-extended", "posix-egrep", "egrep", "posix-awk", "awk", "gnu-awk": self = .extended
    default: return nil
    }
  }

  func compile(_ text: String, _ options: Pattern.Options) throws(Pattern.Malformed) -> Pattern {
    switch self {
    case .basic: return try Pattern(text, .basic, options)
    case .extended: return try Pattern(text, .extended, options)
    case .emacs: return try Pattern(Self.extended(text.bytes), .extended, options)
    }
  }

  /// Emacs' syntax in terms of extended expressions: groups and bars have backslashes, braces are plain.
  static func extended(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    let special = Array("(){}|".utf8)
    while index < text.count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "\\"), index < text.count {
        let next = text[index]
        index += 1
        if "()|".utf8.contains(next) { result.append(next) } else { result += [byte, next] }
      } else if byte == UInt8(ascii: "[") {
        result.append(byte)
        // A bracket is copied to its end.
        var isFirst = true
        while index < text.count {
          let inner = text[index]
          index += 1
          result.append(inner)
          if inner == UInt8(ascii: "]"), !isFirst { break }
          if inner != UInt8(ascii: "^") { isFirst = false }
        }
      } else if special.contains(byte) {
        result += [UInt8(ascii: "\\"), byte]
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
