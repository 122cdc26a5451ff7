internal import Box
internal import Linux
internal import Target

/// Fills in the directives of `stat --format`, with the flags, widths and precisions of printf(3).
struct StatFormatter {
  struct Directive {
    var flags: [UInt8] = []
    var width = 0
    var precision: Int?
    /// A dot without digits: as many as there are.
    var isPrecise = false

    func has(_ flag: Character) -> Bool { flags.contains { $0 == flag.asciiValue } }
  }

  let subject: StatSubject
  let owners: Owners
  let context: Context
  let quotesNames: Bool
  /// What to remark, and what failed, besides the text.
  private(set) var warning: String?
  private(set) var failure: Failure?

  init(_ subject: StatSubject, _ owners: Owners, _ context: Context, quotesNames: Bool) {
    self.subject = subject
    self.owners = owners
    self.context = context
    self.quotesNames = quotesNames
  }

  mutating func text(_ pattern: String, isPrintf: Bool) throws(Failure) -> [UInt8] {
    var result: [UInt8] = []
    var rest = pattern.bytes[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        try directive(&rest, &result)
      } else if byte == UInt8(ascii: "\\"), isPrintf {
        escape(&rest, &result)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  private mutating func directive(_ rest: inout ArraySlice<UInt8>, _ result: inout [UInt8])
    throws(Failure)
  {
    let start = rest
    var directive = Directive()
    while let flag = rest.first, "'-+ #0I".utf8.contains(flag) {
      directive.flags.append(flag)
      rest = rest.dropFirst()
    }
    directive.width = Self.number(&rest) ?? 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      directive.precision = Self.number(&rest)
      directive.isPrecise = directive.precision == nil
    }
    guard var letter = rest.popFirst() else {
      // A percent sign at the very end stands for itself.
      if start.isEmpty { return result.append(UInt8(ascii: "%")) }
      throw .message("%" + String(bytes: start) + ": invalid directive")
    }
    if letter == UInt8(ascii: "%") {
      guard start.first == letter else {
        throw .message("%" + String(bytes: start.prefix(8)) + ": invalid directive")
      }
      return result.append(letter)
    }
    var part: UInt8?
    if letter == UInt8(ascii: "H") || letter == UInt8(ascii: "L"), !subject.isFileSystem,
      let next = rest.first, next == UInt8(ascii: "d") || next == UInt8(ascii: "r")
    {
      part = letter
      letter = next
      rest = rest.dropFirst()
    }
    guard let value = value(letter, part) else { return result.append(UInt8(ascii: "?")) }
    result += value.laid(out: directive)
  }

  /// At most 4096: nobody needs wider columns, and memory is not endless.
  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value: Int?
    while let digit = rest.first, digit >= 0x30, digit <= 0x39 {
      value = min((value ?? 0) * 10 + Int(digit - 0x30), 4096)
      rest = rest.dropFirst()
    }
    return value
  }

  private mutating func value(_ letter: UInt8, _ part: UInt8?) -> StatValue? {
    let letter = Unicode.Scalar(letter)
    if let fileSystem = subject.fileSystem { return fileSystemValue(letter, fileSystem) }
    guard let status = subject.status else { return nil }
    if let value = timeValue(letter, status) { return value }
    switch letter {
    case "n": return .text(shown(subject.display))
    case "N": return .text(name())
    case "m": return .text(mountPoint())
    case "F": return .text(status.words)
    case "A": return .text(modeText(status.kind, status.permissions))
    case "U": return .text(owners.user(status.uid) ?? "UNKNOWN")
    case "G": return .text(owners.group(status.gid) ?? "UNKNOWN")
    case "C":
      if let label = subject.label { return .text(String(bytes: label.prefix { $0 != 0 })) }
      failure = .message(subject.display + ": has no security context")
      return .text("?")
    case "a": return .number(UInt64(status.permissions), base: 8)
    case "f": return .number(UInt64(status.mode), base: 16)
    default: return numericValue(letter, status, part)
    }
  }

  private func numericValue(_ letter: Unicode.Scalar, _ status: FileStatus, _ part: UInt8?)
    -> StatValue?
  {
    let isMajor = part == UInt8(ascii: "H")
    switch letter {
    case "b": return .number(UInt64(clamping: status.blocks))
    case "B": return .number(512)
    case "d":
      guard part != nil else { return .number(status.device) }
      return .number(UInt64(isMajor ? status.deviceMajor : status.deviceMinor))
    case "D": return .number(status.device, base: 16)
    case "g": return .number(UInt64(status.gid))
    case "h": return .number(UInt64(clamping: status.links))
    case "i": return .number(status.inode)
    case "o": return .number(UInt64(clamping: status.blockSize))
    case "r":
      guard part != nil else { return .number(status.specialDevice) }
      return .number(UInt64(isMajor ? status.specialMajor : status.specialMinor))
    case "R": return .number(status.specialDevice, base: 16)
    case "s": return .number(UInt64(clamping: status.size))
    case "t": return .number(UInt64(status.specialMajor), base: 16)
    case "T": return .number(UInt64(status.specialMinor), base: 16)
    case "u": return .number(UInt64(status.uid))
    default: return nil
    }
  }

  private func timeValue(_ letter: Unicode.Scalar, _ status: FileStatus) -> StatValue? {
    switch letter {
    case "x": return Self.calendar(status.accessed)
    case "y": return Self.calendar(status.modified)
    case "z": return Self.calendar(status.changed)
    case "w": return subject.born.map { Self.calendar($0) } ?? .text("-")
    case "X": return .seconds(status.accessed)
    case "Y": return .seconds(status.modified)
    case "Z": return .seconds(status.changed)
    case "W": return .seconds(subject.born ?? Instant(seconds: 0))
    default: return nil
    }
  }

  private static func calendar(_ instant: Instant) -> StatValue {
    .text(formatTime(instant, "%Y-%m-%d %H:%M:%S.%N %z"))
  }

  private func fileSystemValue(_ letter: Unicode.Scalar, _ system: FileSystemStatus) -> StatValue? {
    switch letter {
    case "n": return .text(shown(subject.display))
    case "a": return .number(system.availableBlocks)
    case "b": return .number(system.blocks)
    case "c": return .number(system.inodes)
    case "d": return .number(system.freeInodes)
    case "f": return .number(system.freeBlocks)
    case "i": return .number(system.identifier, base: 16)
    case "l": return .number(UInt64(clamping: system.longestName))
    case "s": return .number(UInt64(clamping: system.transferSize))
    case "S": return .number(UInt64(clamping: system.blockSize))
    case "t": return .number(system.type, base: 16)
    case "T": return .text(fileSystemName(system.type))
    default: return nil
    }
  }

  /// A name; that of a target without control characters where a terminal would obey them.
  private func shown(_ name: String) -> String {
    let isForeign = subject.place?.isForeign ?? false
    return isForeign && context.isInteractive ? Sanitize.escaped(name) : name
  }

  private func name() -> String {
    let quoting = Quoting(style: style)
    let name = quotesNames ? quoting.quoted(subject.display) : shown(subject.display)
    guard let link = subject.link else { return name }
    return name + " -> " + (quotesNames ? quoting.quoted(link) : shown(link))
  }

  private var style: QuotingStyle {
    let word = context.variable("QUOTING_STYLE")
    return QuotingStyle.names.first { "\($0.0)" == word }?.1 ?? .shellEscapeAlways
  }

  /// The highest folder on the way up that still lies on the same device.
  private func mountPoint() -> String {
    guard let place = subject.place, let device = subject.status?.device,
      let resolved = try? Resolver(missing: .anything).resolve(subject.display, subject.paths)
    else { return "?" }
    guard let root = place.root else { return "/proc" }
    var words = resolved.components
    if subject.status?.kind == .link, let name = words.last, !name.isEmpty,
      let folder = try? Resolver(missing: .anything).resolve(
        Link.folder(of: subject.display), subject.paths)
    {
      words = folder.components
    }
    while !words.isEmpty {
      let parent = "/" + words.dropLast().joined(separator: "/")
      guard let status = try? root.status(parent, follow: false), status.device == device else {
        break
      }
      words.removeLast()
    }
    return shown(
      Resolver.Result(prefix: resolved.prefix, components: words, isForeign: place.isForeign).text)
  }

  private mutating func escape(_ rest: inout ArraySlice<UInt8>, _ result: inout [UInt8]) {
    guard let letter = rest.popFirst() else {
      warning = "a backslash ends the format"
      return result.append(UInt8(ascii: "\\"))
    }
    switch Unicode.Scalar(letter) {
    case "a": result.append(7)
    case "b": result.append(8)
    case "e": result.append(27)
    case "f": result.append(12)
    case "n": result.append(10)
    case "r": result.append(13)
    case "t": result.append(9)
    case "v": result.append(11)
    case "\"", "\\": result.append(letter)
    case "0"..."7": result.append(Self.code(letter, &rest, digits: 2, base: 8))
    case "x" where rest.first.map { Self.digit($0) < 16 } ?? false:
      result.append(Self.code(0x30, &rest, digits: 2, base: 16))
    default:
      warning = "\\" + String(bytes: [letter]) + ": unknown escape"
      result.append(letter)
    }
  }

  private static func code(
    _ first: UInt8, _ rest: inout ArraySlice<UInt8>, digits: Int, base: UInt8
  ) -> UInt8 {
    var value = digit(first)
    for _ in 0..<digits {
      guard let next = rest.first, digit(next) < base else { break }
      value = value &* base &+ digit(next)
      rest = rest.dropFirst()
    }
    return value
  }

  private static func digit(_ byte: UInt8) -> UInt8 {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: 255
    }
  }
}

extension StatSubject {
  var isFileSystem: Bool { fileSystem != nil }
}

extension FileStatus {
  /// The kind in words, as `stat` has them.
  var words: String {
    switch kind {
    case .regular: size == 0 ? "regular empty file" : "regular file"
    case .directory: "directory"
    case .link: "symbolic link"
    case .fifo: "fifo"
    case .socket: "socket"
    case .block: "block special file"
    case .character: "character special file"
    case .unknown: "weird file"
    }
  }
}
