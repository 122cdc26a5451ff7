internal import Box
internal import Linux
internal import Target

/// Reads command lines and files of options as curl does: letters may be joined, long names may be
/// cut short and negated by `no-`, and a value follows as an argument of its own.
struct CurlArguments {
  private let context: Context
  private let reader = OptionReader(Curl.manual)
  private static let deepest = 8

  init(_ context: Context) { self.context = context }

  func read(_ arguments: [String], into curl: inout Curl) throws(Failure) {
    if arguments.first != "-q", arguments.first != "--disable" { try readDefaults(into: &curl) }
    var rest = arguments[...]
    var isPlain = false
    while let argument = rest.popFirst() {
      if isPlain || !argument.hasPrefix("-") || argument == "-" {
        curl.now.urls.append(argument)
      } else if argument == "--" {
        isPlain = true
      } else if argument.hasPrefix("--") {
        try long(String(argument.dropFirst(2)), &rest, &curl)
      } else {
        try letters(argument, &rest, &curl)
      }
      try readConfigs(&curl, depth: 0)
    }
  }

  private func letters(
    _ argument: String, _ rest: inout ArraySlice<String>, _ curl: inout Curl
  ) throws(Failure) {
    var letters = argument.unicodeScalars.dropFirst()
    while let letter = letters.popFirst() {
      guard let index = reader.index(letter: letter) else {
        throw reader.unknown("-" + String(letter))
      }
      if reader.arity(index) == .flag {
        try reader.apply(index, nil, to: &curl)
        continue
      }
      guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
        throw .usage("-\(letter): needs a value")
      }
      return try reader.apply(index, value, to: &curl)
    }
  }

  private func long(
    _ name: String, _ rest: inout ArraySlice<String>, _ curl: inout Curl
  ) throws(Failure) {
    let index = try find(name, &curl)
    defer { curl.isNegated = false }
    if reader.arity(index) == .flag {
      try reader.apply(index, nil, to: &curl)
    } else {
      if curl.isNegated { throw .usage("--\(name): takes a value, and no \"no-\"") }
      guard let value = rest.popFirst() else { throw .usage("--\(name): needs a value") }
      try reader.apply(index, value, to: &curl)
    }
    if curl.cannotNegate { throw .usage("--\(name): has no opposite") }
  }

  private func find(_ name: String, _ curl: inout Curl) throws(Failure) -> Int {
    var search = reader.find(name)
    if case .unknown = search, name.hasPrefix("no-") {
      curl.isNegated = true
      search = reader.find(String(name.dropFirst(3)))
    }
    switch search {
    case .option(let index): return index
    case .ambiguous(let names):
      throw .usage("--\(name): could be " + names.map { "--" + $0 }.joined(separator: ", "))
    case .unknown:
      // The value belongs to the next argument here, which people used to other tools forget.
      if let equals = name.utf8.firstIndex(of: UInt8(ascii: "=")) {
        throw .usage("--\(name): unknown option; write --\(name[..<equals]) and the value apart")
      }
      throw reader.unknown("--" + name)
    }
  }

  // MARK: files of options

  private static let limit = 1 << 20

  private func readDefaults(into curl: inout Curl) throws(Failure) {
    var candidates: [String] = []
    if let home = context.variable("CURL_HOME") { candidates.append(home + "/.curlrc") }
    if let home = context.variable("XDG_CONFIG_HOME") { candidates.append(home + "/.curlrc") }
    if let home = context.variable("HOME") { candidates.append(home + "/.curlrc") }
    for path in candidates {
      guard let bytes = try? context.root.contents(path, limit: Self.limit) else { continue }
      try readConfig(bytes, path, &curl)
      return try readConfigs(&curl, depth: 0)
    }
  }

  private func readConfigs(_ curl: inout Curl, depth: Int) throws(Failure) {
    let files = curl.configFiles
    if files.isEmpty { return }
    if depth > Self.deepest { throw .usage("-K: files name each other without end") }
    curl.configFiles = []
    for path in files {
      var bytes: [UInt8] = []
      if path == "-" {
        bytes = try attempt { () throws(SystemError) in
          let input = try File.standardInput()
          return try input.contents(limit: Self.limit)
        }
      } else {
        bytes = try Paths(context).location(path).contents(limit: Self.limit)
      }
      try readConfig(bytes, path, &curl)
      try readConfigs(&curl, depth: depth + 1)
    }
  }

  private func readConfig(_ bytes: [UInt8], _ path: String, _ curl: inout Curl) throws(Failure) {
    for line in bytes.split(separator: 10) {
      guard let (name, value) = CurlConfigLine.parse(line) else { continue }
      var rest: ArraySlice<String> = value.map { [$0] } ?? []
      if name.hasPrefix("-"), !name.hasPrefix("--") {
        try letters(name, &rest, &curl)
      } else {
        let word = name.hasPrefix("--") ? String(name.dropFirst(2)) : name
        try long(word, &rest, &curl)
      }
    }
  }
}

/// A line of a file of options: `name value`, `name = value`, `name: "va\"lue"`.
enum CurlConfigLine {
  static func parse(_ line: ArraySlice<UInt8>) -> (name: String, value: String?)? {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 9 || $0 == 13 }
    let text = line.drop(while: isSpace)
    guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
    let isDashed = first == UInt8(ascii: "-")
    let name = text.prefix { byte in
      !isSpace(byte) && (isDashed || byte != UInt8(ascii: "=") && byte != UInt8(ascii: ":"))
    }
    var rest = text[name.endIndex...].drop(while: isSpace)
    if let sign = rest.first, sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":") {
      rest = rest.dropFirst().drop(while: isSpace)
    }
    if rest.isEmpty { return (String(bytes: name), nil) }
    guard rest.first == UInt8(ascii: "\"") else {
      while let last = rest.last, isSpace(last) { rest.removeLast() }
      return (String(bytes: name), String(bytes: rest))
    }
    return (String(bytes: name), String(bytes: unquoted(rest.dropFirst())))
  }

  private static func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex, text[index] != UInt8(ascii: "\"") {
      var byte = text[index]
      if byte == UInt8(ascii: "\\"), index + 1 < text.endIndex {
        index += 1
        switch text[index] {
        case UInt8(ascii: "t"): byte = 9
        case UInt8(ascii: "n"): byte = 10
        case UInt8(ascii: "r"): byte = 13
        case UInt8(ascii: "v"): byte = 11
        default: byte = text[index]
        }
      }
      result.append(byte)
      index += 1
    }
    return result
  }
}
