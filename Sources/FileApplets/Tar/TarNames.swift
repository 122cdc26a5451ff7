internal import Archive
internal import Box
internal import Linux
internal import Report

/// Names of members: which are safe, and how they are shown.
enum TarNames {
  /// The length of the part of `name` that would lead out of a folder: slashes at the start, and
  /// everything up to the last `..`.
  static func unsafePrefix(_ name: [UInt8]) -> Int {
    let slash = UInt8(ascii: "/")
    var cut = 0
    var start = 0
    while start < name.count {
      let end = name[start...].firstIndex(of: slash) ?? name.count
      if name[start..<end].elementsEqual("..".utf8) { cut = min(end + 1, name.count) }
      start = end + 1
    }
    while cut < name.count, name[cut] == slash { cut += 1 }
    return cut
  }

  static func hasParent(_ name: [UInt8]) -> Bool {
    name.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
  }

  /// `name` without its first `count` folders; nil where nothing is left.
  static func strip(_ name: [UInt8], _ count: Int) -> [UInt8]? {
    guard count > 0 else { return name }
    var rest = name[...]
    for _ in 0..<count {
      rest = rest.drop { $0 == UInt8(ascii: "/") }
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
      rest = rest[(slash + 1)...]
    }
    rest = rest.drop { $0 == UInt8(ascii: "/") }
    return rest.isEmpty ? nil : Array(rest)
  }

  /// `NAME`, `NAME:ID`, `+ID` or `ID`.
  static func owner(
    _ text: String, id: (String) -> UInt32?, name: (UInt32) -> String?
  ) throws(Failure) -> (name: [UInt8], id: Int?) {
    if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) {
      let number = String(text[text.utf8.index(after: colon)...])
      guard let value = UInt32(number) else { throw .usage("\(text): not NAME:NUMBER") }
      return (String(text[..<colon]).bytes, Int(value))
    }
    let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
    if let value = UInt32(digits) { return ((name(value) ?? "").bytes, Int(value)) }
    guard let value = id(text) else { return (text.bytes, nil) }
    return (text.bytes, Int(value))
  }

  /// As GNU tar lists names: control characters, backslashes and what is no text as C escapes.
  static func shown(_ name: [UInt8]) -> String {
    let text = String(bytes: name)
    if name.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\u{7}": result += "\\a"
      case "\u{8}": result += "\\b"
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\u{B}": result += "\\v"
      case "\u{C}": result += "\\f"
      case "\r": result += "\\r"
      case _ where Sanitize.isSafe(scalar): result.unicodeScalars.append(scalar)
      default:
        for byte in String(scalar).bytes { result += "\\" + octal(UInt32(byte), digits: 3) }
      }
    }
    return result
  }
}

/// Lists members, `tar tv` and `tar cvv`.
struct TarListing {
  private let tar: Tar
  /// Columns that owner and size share; grows with what is listed.
  private var width = 19
  private var timeWidth = 0

  init(_ tar: Tar) { self.tar = tar }

  mutating func write(_ member: Member, to output: Output, isLong: Bool = false) {
    if isLong || tar.verbosity > 1 { output.write(details(member)) }
    output.write(TarNames.shown(member.name))
    if isLong || tar.verbosity > 1 {
      if member.kind == .symbolicLink { output.write(" -> " + TarNames.shown(member.link)) }
      if member.kind == .hardLink { output.write(" link to " + TarNames.shown(member.link)) }
    }
    output.write(UInt8(ascii: "\n"))
  }

  private mutating func details(_ member: Member) -> String {
    let isNumeric = tar.numericOwner
    let user = isNumeric || member.user.isEmpty ? String(member.uid) : TarNames.shown(member.user)
    let group =
      isNumeric || member.group.isEmpty ? String(member.gid) : TarNames.shown(member.group)
    let isDevice = member.kind == .block || member.kind == .character
    let size = isDevice ? "\(member.major),\(member.minor)" : String(sizeShown(member))
    let used = user.utf8.count + 1 + group.utf8.count + 1 + size.utf8.count
    width = max(width, used)
    let pad = String(repeating: " ", count: width - used + 1)
    let time = time(member.modified)
    timeWidth = max(timeWidth, time.utf8.count)
    let gap = String(repeating: " ", count: timeWidth - time.utf8.count + 1)
    return mode(member) + " " + user + "/" + group + pad + size + " " + time + gap
  }

  private func sizeShown(_ member: Member) -> Int {
    member.kind == .hardLink || member.kind == .symbolicLink ? 0 : member.size
  }

  private func mode(_ member: Member) -> String {
    let kind: FileStatus.Kind =
      switch member.kind {
      case .directory: .directory
      case .symbolicLink: .link
      case .character: .character
      case .block: .block
      case .fifo: .fifo
      default: .regular
      }
    let text = modeText(kind, member.mode)
    return member.kind == .hardLink ? "h" + String(text.dropFirst()) : text
  }

  private func time(_ instant: Instant) -> String {
    let pattern = tar.fullTime ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M"
    guard instant.seconds.magnitude < 60_000_000_000_000_000 else { return String(instant.seconds) }
    let text = format(tar.isUTC ? instant.utc : instant.local, pattern)
    guard tar.fullTime, instant.nanoseconds > 0 else { return text }
    var fraction = nanoseconds(instant, 9)
    while fraction.hasSuffix("0") { fraction = String(fraction.dropLast()) }
    return text + "." + fraction
  }
}
