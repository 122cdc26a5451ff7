internal import Box
internal import DNS
internal import Linux

/// A command line, read: what to look up, and whether to greet.
struct DigArguments {
  var lookups: [DigLookup] = []
  /// `+cmd` as it stood when the first name came.
  var greets = true
  /// A file of further queries.
  var batch: String?
  var showsVersion = false

  private var defaults = DigLookup()
  private var greetsNow = true
  private var notes: [String] = []

  /// - Parameter defaults: what lines of a batch file start from.
  init(
    _ arguments: [String], defaults: DigLookup = DigLookup(), greets: Bool = true,
    note: (String) -> Void
  ) throws(Failure) {
    self.defaults = defaults
    self.greets = greets
    greetsNow = greets
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument.hasPrefix("@"), argument.utf8.count > 1 {
        change { $0.server = String(argument.dropFirst()) }
      } else if argument.hasPrefix("+") {
        try plus(String(argument.dropFirst()))
      } else if argument.hasPrefix("-"), argument.utf8.count > 1 {
        try dash(argument, &rest, note)
      } else {
        operand(argument, note)
      }
    }
    if lookups.isEmpty, batch == nil, !showsVersion { addRoot() }
    self.greets = greetsNow || defaults.isShort
  }

  /// What a batch starts from.
  var template: DigLookup { defaults }
  var templateGreets: Bool { greetsNow }

  private mutating func change(_ body: (inout DigLookup) -> Void) {
    if lookups.isEmpty { body(&defaults) } else { body(&lookups[lookups.count - 1]) }
  }

  private mutating func plus(_ word: String) throws(Failure) {
    var lookup = lookups.last ?? defaults
    if let greeting = try lookup.apply(plus: word) { greetsNow = greeting }
    // In dig these two are the command line's, wherever they stand.
    if lookup.isShort != (lookups.last ?? defaults).isShort { setShort(lookup.isShort) }
    if word.asciiLowercased.hasSuffix("all") { greetsNow = !word.asciiLowercased.hasPrefix("no") }
    change { $0 = lookup }
  }

  private mutating func setShort(_ isShort: Bool) {
    defaults.isShort = isShort
    for index in lookups.indices { lookups[index].isShort = isShort }
    if isShort { greetsNow = false }
  }

  private mutating func add(_ name: String) {
    var lookup = defaults
    lookup.name = name
    lookups.append(lookup)
  }

  private mutating func addRoot() {
    add(".")
    change { if !$0.hasType { $0.type = .ns } }
  }

  /// A type, a class, or a name.
  private mutating func operand(_ word: String, _ note: (String) -> Void) {
    let current = lookups.last ?? defaults
    if let (type, serial) = Self.type(word) {
      if current.hasType { note(";; Warning, extra type option") }
      setType(type, serial)
    } else if let recordClass = RecordClass(name: word), word.asciiUppercased != "RESERVED0" {
      if current.hasClass { note(";; Warning, extra class option") }
      change {
        $0.recordClass = recordClass
        $0.hasClass = true
      }
    } else {
      add(word)
    }
  }

  private static func type(_ word: String) -> (RecordType, UInt32?)? {
    if word.asciiLowercased.hasPrefix("ixfr=") {
      guard let serial = UInt32(word.dropFirst(5)) else { return nil }
      return (.ixfr, serial)
    }
    return RecordType(name: word).map { ($0, nil) }
  }

  private mutating func setType(_ type: RecordType, _ serial: UInt32?) {
    change {
      $0.type = type
      $0.hasType = true
      $0.serial = serial ?? $0.serial
      // A zone does not fit a datagram, and ANY rarely does.
      if $0.isTCP == nil, type == .any { $0.isTCP = true }
      if type == .axfr || type == .ixfr { $0.isTCP = true }
    }
  }

  private mutating func dash(
    _ argument: String, _ rest: inout ArraySlice<String>, _ note: (String) -> Void
  ) throws(Failure) {
    var letters = argument.unicodeScalars.dropFirst()
    while let letter = letters.popFirst() {
      switch letter {
      case "4": change { $0.family = .v4 }
      case "6": change { $0.family = .v6 }
      case "r", "i": continue  // There is no .digrc to read.
      case "u": change { $0.isMicroseconds = true }
      case "v": showsVersion = true
      case "h": throw .quiet(-1)
      case "b", "c", "f", "p", "q", "t", "x":
        let attached = String(String.UnicodeScalarView(letters))
        guard let value = letters.isEmpty ? rest.popFirst() : attached else {
          throw .usage("-\(letter): needs a value")
        }
        return try valued(letter, value, note)
      case "k", "y": throw .usage("-\(letter): signing queries (TSIG) is not supported")
      case "m": throw .usage("-m: there is no memory debugging")
      default: throw unknownOption(argument, nearest: nil)
      }
    }
  }

  private mutating func valued(
    _ letter: Unicode.Scalar, _ value: String, _ note: (String) -> Void
  ) throws(Failure) {
    switch letter {
    case "b":
      let parts = value.bytes.split(separator: UInt8(ascii: "#"), maxSplits: 1)
      guard let address = IPAddress(String(bytes: parts.first ?? [])),
        let port = parts.count > 1 ? UInt16(String(bytes: parts[1])) : 0
      else { throw .usage("-b: \(value): not ADDRESS or ADDRESS#PORT") }
      change { $0.source = Endpoint(address, port: port) }
    case "c":
      guard let recordClass = RecordClass(name: value) else {
        return note(";; Warning, ignoring invalid class \(value)")
      }
      change {
        $0.recordClass = recordClass
        $0.hasClass = true
      }
    case "f": batch = value
    case "p":
      guard let port = UInt16(value) else { throw .usage("-p: \(value): not a port") }
      change { $0.givenPort = port }
    case "q": add(value)
    case "t":
      guard let (type, serial) = Self.type(value) else {
        return note(";; Warning, ignoring invalid type \(value)")
      }
      setType(type, serial)
    default:
      guard let name = Self.reverse(value) else { throw .usage("-x: \(value): not an address") }
      add(name)
      change { if !$0.hasType { $0.type = .ptr } }
    }
  }

  /// The name for an address; of IPv4 also for a few of its numbers: `10.1`.
  private static func reverse(_ text: String) -> String? {
    if let address = IPAddress(text) { return Resolver.reverse(address) }
    let parts = text.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count < 4 else { return nil }
    var name = ""
    for part in parts.reversed() {
      guard let number = UInt8(String(bytes: part)) else { return nil }
      name += "\(number)."
    }
    return name + "in-addr.arpa."
  }
}
