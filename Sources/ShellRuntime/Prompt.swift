internal import Box
internal import CLinux
internal import Linux
public import Shell

extension Interpreter {
  /// A prompt with the escapes of bash and the expansions of POSIX.
  public func expandPrompt(_ prompt: Bytes) -> Bytes {
    let text = decodePrompt(prompt)
    guard text.contains("$") || text.contains("`") || text.contains("\\") else { return text }
    let saved = (status, options, line)
    options.set(Options.xtrace, false)
    options.set(Options.noUnset, false)
    options.set(Options.errExit, false)
    defer { (status, options, line) = saved }
    let parser = ShellParser(text, symbols: symbols, features: features)
    do throws(SyntaxError) {
      let word = try parser.wholeAsQuoted()
      do throws(Unwind) { return try expandSingle(word) } catch { return text }
    } catch {
      return text
    }
  }

  private func decodePrompt(_ prompt: Bytes) -> Bytes {
    guard prompt.contains("\\") else { return prompt }
    var text: Bytes = []
    var index = 0
    /// What comes of an escape is not expanded again.
    func add(_ bytes: Bytes) {
      for byte in bytes {
        if byte == "$" || byte == "`" || byte == "\\" || byte == "\"" { text.append("\\") }
        text.append(byte)
      }
    }
    func time(_ format: String) -> Bytes { Linux.format(context.clock.now().local, format).bytes }
    while index < prompt.count {
      let byte = prompt[index]
      index += 1
      guard byte == "\\", index < prompt.count else {
        text.append(byte)
        continue
      }
      let letter = prompt[index]
      index += 1
      switch letter {
      case "u": add(userName())
      case "h", "H":
        let host = hostName()
        add(letter == "H" ? host : host.piece(0, host.index(of: ".") ?? host.count))
      case "w", "W": add(shownFolder(short: letter == "W"))
      case "$": add(geteuid() == 0 ? bytes("#") : bytes("$"))
      case "t": add(time("%H:%M:%S"))
      case "T": add(time("%I:%M:%S"))
      case "@": add(time("%I:%M %p"))
      case "A": add(time("%H:%M"))
      case "d": add(time("%a %b %d"))
      case "n": text.append("\n")
      case "r": text.append("\r")
      case "a": text.append(7)
      case "e": text.append(27)
      case "s": add(name.lastComponent)
      case "v", "V": add(bytes("5.2"))
      case "j": add(Bytes(decimal: jobs.list.count))
      case "l": add(Terminal.name(0).map { $0.bytes.lastComponent } ?? bytes("tty"))
      case "#", "!": add(Bytes(decimal: interactive?.count ?? 1))
      // What moves no cursor, for editors that count columns: RL_PROMPT_START_IGNORE and its end.
      case "[": text.append(1)
      case "]": text.append(2)
      case "\\": add(bytes("\\"))
      case "0"..."7":
        var value = 0
        index -= 1
        var count = 0
        while count < 3, index < prompt.count, (0x30...0x37).contains(prompt[index]) {
          value = value * 8 + Int(prompt[index] - 0x30)
          index += 1
          count += 1
        }
        if value > 0, value < 256 { text.append(UInt8(value)) }
      default: text += [byte, letter]
      }
    }
    return text
  }

  private func shownFolder(short: Bool) -> Bytes {
    let home = value(known.home) ?? []
    if home.count > 1, folder == home { return bytes("~") }
    if short { return folder.count > 1 ? folder.lastComponent : folder }
    if home.count > 1, folder.starts(with: home), folder[home.count] == "/" {
      return bytes("~") + folder[home.count...]
    }
    return folder
  }

  private func userName() -> Bytes {
    let descriptor = System.open(bytes("/etc/passwd"), O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      defer { System.close(descriptor) }
      let uid = Bytes(decimal: Int(geteuid()))
      for line in System.readAll(descriptor).split(separator: 10) {
        let fields = line.split(separator: ":", omittingEmptySubsequences: false)
        if fields.count > 2, Bytes(fields[2]) == uid { return Bytes(fields[0]) }
      }
    }
    return value(symbols.intern("USER")) ?? Bytes(decimal: Int(geteuid()))
  }

  private func hostName() -> Bytes {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, 255) == 0 else { return bytes("localhost") }
    return buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  }

  // MARK: set -x

  func trace(_ words: [Bytes]) {
    var line = expandPrompt(value(known.ps4) ?? bytes("+ ")).filter { $0 > 2 }
    line += join(words, [" "])
    line.append("\n")
    writeError(line)
  }

  func traceCommand(
    _ simple: SimpleCommand, _ arguments: [Bytes], _ declared: [(Int, Assignment)]
  ) throws(Unwind) {
    var words: [Bytes] = []
    for (index, word) in arguments.enumerated() {
      if let (_, assignment) = declared.first(where: { $0.0 == index }) {
        words.append(try shown(assignment))
      } else {
        words.append(Quoting.minimal(word))
      }
    }
    trace(words)
  }

  private func shown(_ assignment: Assignment) throws(Unwind) -> Bytes {
    let head = assignment.symbol.name + bytes(assignment.isAppend ? "+=" : "=")
    switch assignment.value {
    case .text(let word):
      return head
        + (word.parts.allSatisfy { $0.isFreeOfEffects }
          ? Quoting.minimal(try expandSingle(word)) : word.source)
    case .list(let elements):
      return head + bytes("(") + join(elements.map { $0.value.source }, [" "]) + bytes(")")
    }
  }

  func traceAssignment(_ assignment: Assignment) {
    let head = assignment.symbol.name + bytes(assignment.isAppend ? "+=" : "=")
    let text = value(assignment.symbol) ?? []
    trace([head + (text.isEmpty ? [] : Quoting.minimal(text))])
  }

  // MARK: the network

  /// Connects to numeric addresses, and to names of `/etc/hosts`; a descriptor, or -errno.
  static func connectByFile(_ host: Bytes, _ port: Int, _ isDatagram: Bool) -> Int32 {
    let direct = System.connect(host, port, isDatagram)
    if direct != -EINVAL { return direct }
    var addresses: [Bytes] = []
    let descriptor = System.open(bytes("/etc/hosts"), O_RDONLY | O_CLOEXEC)
    if descriptor >= 0 {
      for line in System.readAll(descriptor).split(separator: 10) {
        let fields = line.prefix { $0 != "#" }.split(whereSeparator: { $0.isBlank }).map {
          Bytes($0)
        }
        if fields.dropFirst().contains(host), let address = fields.first {
          addresses.append(address)
        }
      }
      System.close(descriptor)
    }
    if addresses.isEmpty, host.equals("localhost") {
      addresses = [bytes("127.0.0.1"), bytes("::1")]
    }
    var result = -EHOSTUNREACH
    for address in addresses {
      result = System.connect(address, port, isDatagram)
      if result >= 0 { break }
    }
    return result
  }
}
