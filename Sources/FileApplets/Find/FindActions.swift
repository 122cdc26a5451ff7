internal import Accounts
internal import Box
internal import Linux
internal import Target

extension FindRun {
  func act(_ test: FindTest, _ context: inout Context) throws(SystemError) -> Bool {
    switch test {
    case .write(let target, let end):
      write(walker.pathBytes, end, to: target)
    case .format(let target, let format): try lay(out: format, to: target)
    case .list(let target):
      target.output.write(try lister.line(self))
    case .execute(let command): return execute(command, &context)
    case .delete: return try delete()
    case .prune: if !settings.isDepthFirst { walker.skip() }
    case .quit: stop()
    default: return false
    }
    return true
  }

  private func write(_ path: UnsafeRawBufferPointer, _ end: UInt8, to target: FindOutput) {
    if target.isTerminal, end != 0 {
      target.output.write(Sanitize.masked(String(bytes: path)))
    } else {
      target.output.write(path)
    }
    target.output.write(end)
  }

  private func delete() throws(SystemError) -> Bool {
    if walker.level == 0, walker.pathBytes.elementsEqual(".".utf8) { return true }
    let spot = walker.spot
    if walker.kind == .directory, !walker.isBehindLink {
      try spot.removeFolder()
    } else {
      try spot.remove()
    }
    return true
  }

  private func execute(_ command: FindCommand, _ context: inout Context) -> Bool {
    let (path, folder) = argument(command)
    if command.isBatch {
      add(path, folder, to: command, &context)
      return true
    }
    let words = command.words.map { Self.replaced($0, path) }
    if command.asks, !confirms(words, context) { return false }
    return start(words, folder, &context) == 0
  }

  /// What `{}` stands for, and the folder the command runs in.
  private func argument(_ command: FindCommand) -> (String, FindFolder?) {
    guard command.inFolder else { return (walker.pathText, nil) }
    let name = "./" + String(bytes: baseName)
    if walker.level > 0 {
      let prefix = Array(walker.pathBytes.dropLast(walker.nameBytes.count))
      guard let file = try? File.open(at: walker.folder, ".", [.path, .directory]) else {
        return (name, nil)
      }
      return (name, FindFolder(file, prefix))
    }
    let parent = Link.folder(of: walker.pathText)
    guard parent != ".", let place, let root = place.root,
      let file = try? root.open(Link.folder(of: place.path), [.path, .directory])
    else { return (name, nil) }
    return (name, FindFolder(file, parent.bytes))
  }

  static func replaced(_ word: String, _ path: String) -> String {
    guard word.utf8.contains(UInt8(ascii: "{")) else { return word }
    let bytes = word.bytes
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "{"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "}")
      {
        result += path.bytes
        index += 2
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(bytes: result)
  }

  private func confirms(_ words: [String], _ context: Context) -> Bool {
    context.output.flush()
    context.errors.write("< " + Sanitize.escaped(words.joined(separator: " ")) + " > ? ")
    context.errors.flush()
    guard let line = try? Input.standard().line() else { return false }
    return line.first == UInt8(ascii: "y") || line.first == UInt8(ascii: "Y")
  }

  /// Starts and awaits; answers the status.
  private func start(_ words: [String], _ folder: FindFolder?, _ context: inout Context) -> Int32 {
    do throws(Failure) {
      let pid = try context.spawn(words) { () throws(SystemError) in
        if let folder { try Process.change(to: folder.file.descriptor, named: "") }
      }
      return try attempt { () throws(SystemError) in try Child.wait(for: pid) }.status
    } catch {
      context.report(error)
      return 1
    }
  }

  /// As many paths as one command line surely takes.
  private static let mostBytes = 120_000
  private static let mostWords = 4096

  private func add(
    _ path: String, _ folder: FindFolder?, to command: FindCommand, _ context: inout Context
  ) {
    if let held = command.folder, let folder, held.path != folder.path { finish(command, &context) }
    let size = path.utf8.count + 9
    if command.pendingBytes + size > Self.mostBytes || command.pending.count >= Self.mostWords {
      finish(command, &context)
    }
    command.pending.append(path)
    command.pendingBytes += size
    if command.folder == nil { command.folder = folder }
  }

  /// Runs what a batch still holds.
  func finish(_ command: FindCommand, _ context: inout Context) {
    guard !command.pending.isEmpty else { return }
    let words = command.words + command.pending
    let folder = command.folder
    (command.pending, command.pendingBytes, command.folder) = ([], 0, nil)
    if start(words, folder, &context) != 0 { context.fail() }
  }
}

extension FindRun {
  private func lay(out format: FindFormat, to target: FindOutput) throws(SystemError) {
    for piece in format.pieces {
      switch piece {
      case .text(let text): target.output.write(text)
      case .flush: target.output.flush()
      case .directive(let letter, let argument, let flags, let width, let precision):
        var value = try value(letter, argument, flags)
        if let precision, "pfhHPlFuUgGtyY".utf8.contains(letter) {
          value = Array(value.prefix(precision))
        }
        let gap = [UInt8](repeating: pad(flags, letter), count: max(0, width - value.count))
        let isLeft = flags.contains(UInt8(ascii: "-"))
        let line = isLeft ? value + gap : gap + value
        if target.isTerminal {
          target.output.write(Sanitize.masked(String(bytes: line)))
        } else {
          target.output.write(line)
        }
      }
    }
  }

  private func pad(_ flags: [UInt8], _ letter: UInt8) -> UInt8 {
    let isZero = flags.contains(UInt8(ascii: "0")) && !flags.contains(UInt8(ascii: "-"))
    return isZero && "mdkbsinUGD".utf8.contains(letter) ? UInt8(ascii: "0") : UInt8(ascii: " ")
  }

  private func value(_ letter: UInt8, _ argument: UInt8, _ flags: [UInt8]) throws(SystemError)
    -> [UInt8]
  {
    switch Unicode.Scalar(letter) {
    case "p": return Array(walker.pathBytes)
    case "f": return Array(baseName)
    case "h": return folderPart()
    case "H": return operandBytes
    case "P": return Array(walker.relativeBytes)
    case "d": return decimal(walker.level)
    case "y": return [FindRun.letter(walker.kind)]
    case "Y": return behind()
    case "l": return walker.kind == .link ? try walker.link().bytes : []
    case "F": return Array(try fileSystem().utf8)
    case "Z": return []
    default: return try value(letter, argument, flags, try walker.status())
    }
  }

  private func value(
    _ letter: UInt8, _ argument: UInt8, _ flags: [UInt8], _ status: FileStatus
  ) throws(SystemError) -> [UInt8] {
    switch Unicode.Scalar(letter) {
    case "s": return decimal(status.size)
    case "i": return Array(String(status.inode).utf8)
    case "n": return decimal(status.links)
    case "m":
      let prefix = flags.contains(UInt8(ascii: "#")) && status.permissions > 0 ? "0" : ""
      return Array((prefix + octal(status.permissions)).utf8)
    case "M": return Array(modeText(status.kind, status.permissions).utf8)
    case "u": return accounts.user(status.uid)?.bytes ?? decimal(Int(status.uid))
    case "g": return accounts.group(status.gid)?.bytes ?? decimal(Int(status.gid))
    case "U": return decimal(Int(status.uid))
    case "G": return decimal(Int(status.gid))
    case "b": return decimal(status.blocks)
    case "k": return decimal((status.blocks + 1) / 2)
    case "D": return Array(String(status.device).utf8)
    case "S":
      let ratio = status.size == 0 ? 1 : Double(status.blocks) * 512 / Double(status.size)
      return significant(ratio)
    case "a", "A": return time(status.accessed, argument)
    case "c", "C": return time(status.changed, argument)
    case "t", "T": return time(status.modified, argument)
    case "B": return time(try born(), argument)
    default: return []
    }
  }

  private func decimal(_ number: Int) -> [UInt8] { Array(String(number).utf8) }

  /// As printf(3) writes `%g`.
  private func significant(_ value: Double) -> [UInt8] {
    var text = fixed(value, 9)
    if let format = NumberFormat("g").text(real: text)?.text { return format }
    while text.hasSuffix("0") { text = String(text.dropLast()) }
    return Array(text.utf8)
  }

  private func folderPart() -> [UInt8] {
    var path = Array(walker.pathBytes)
    while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8(ascii: ".")] }
    if slash == 0, path.count == 1 { return [] }
    return Array(path[..<slash])
  }

  /// `%Y`: the type behind a link; N: nothing there, L: a loop, ?: another error.
  private func behind() -> [UInt8] {
    guard walker.kind == .link else { return [FindRun.letter(walker.kind)] }
    guard let status = walker.statusBehind() else { return [UInt8(ascii: "N")] }
    return [FindRun.letter(status.kind)]
  }

  /// `argument` is 0 for ctime(3)'s form, `@` for seconds, `+` for one word, else a letter of strftime(3).
  private func time(_ instant: Instant, _ argument: UInt8) -> [UInt8] {
    let fraction = "." + nanoseconds(instant, 9) + "0"
    switch argument {
    case 0:
      return Array(
        (format(instant.local, "%a %b %e %H:%M:%S") + fraction + format(instant.local, " %Y")).utf8)
    case UInt8(ascii: "@"): return Array((String(instant.seconds) + fraction).utf8)
    case UInt8(ascii: "+"):
      return Array((format(instant.local, "%Y-%m-%d+%H:%M:%S") + fraction).utf8)
    case UInt8(ascii: "S"): return Array((format(instant.local, "%S") + fraction).utf8)
    case UInt8(ascii: "T"), UInt8(ascii: "X"):
      return Array((format(instant.local, "%H:%M:%S") + fraction).utf8)
    default:
      return Array(
        format(instant.local, "%" + String(Unicode.Scalar(argument))).utf8)
    }
  }
}

/// The lines of `-ls`, whose columns widen as they must.
final class FindLister {
  private var widths = (inode: 9, blocks: 6, links: 3, user: 8, group: 8, size: 8)
  private let now: Instant

  init(_ now: Instant) { self.now = now }

  func line(_ run: FindRun) throws(SystemError) -> String {
    let status = try run.walker.status()
    var line = padded(String(status.inode), &widths.inode) + " "
    line += padded(String((status.blocks + 1) / 2), &widths.blocks) + " "
    line += modeText(status.kind, status.permissions) + " "
    line += padded(String(status.links), &widths.links) + " "
    let user = run.accounts.user(status.uid) ?? String(status.uid)
    let group = run.accounts.group(status.gid) ?? String(status.gid)
    line += padded(Sanitize.escaped(user), &widths.user, left: true) + " "
    line += padded(Sanitize.escaped(group), &widths.group, left: true) + " "
    if status.kind == .block || status.kind == .character {
      line +=
        leftPadded(String(status.specialMajor), to: 3) + ", "
        + leftPadded(String(status.specialMinor), to: 3)
    } else {
      line += padded(String(status.size), &widths.size)
    }
    line += " " + TimeStyle.locale.text(status.modified, now: now) + " "
    line += Self.escaped(Array(run.walker.pathBytes))
    if status.kind == .link { line += " -> " + Self.escaped(try run.walker.link().bytes) }
    return line + "\n"
  }

  private func padded(_ text: String, _ width: inout Int, left: Bool = false) -> String {
    width = max(width, text.utf8.count)
    let gap = String(repeating: " ", count: width - text.utf8.count)
    return left ? text + gap : gap + text
  }

  /// C escapes for blanks, quotes and whatever is no graphic character of ASCII.
  private static func escaped(_ name: [UInt8]) -> String {
    var result = ""
    for byte in name {
      switch byte {
      case 0x07: result += "\\a"
      case 0x08: result += "\\b"
      case 0x09: result += "\\t"
      case 0x0A: result += "\\n"
      case 0x0B: result += "\\v"
      case 0x0C: result += "\\f"
      case 0x0D: result += "\\r"
      case 0x20, 0x22, 0x5C: result += "\\" + String(Unicode.Scalar(byte))
      case 0x21...0x7E: result += String(Unicode.Scalar(byte))
      default: result += "\\" + octal(UInt32(byte), digits: 3)
      }
    }
    return result
  }
}
