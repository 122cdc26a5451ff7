internal import Box
internal import CLinux
internal import Linux
internal import Shell
internal import Target

extension Interpreter {
  func runCd(_ arguments: [Bytes]) throws(Unwind) -> Int32 {
    var isPhysical = options.has(Options.physical)
    var rest = arguments.dropFirst()
    var checks = false
    while let word = rest.first, word.count > 1, word[0] == "-" {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        switch letter {
        case "L": isPhysical = false
        case "P": isPhysical = true
        case "e": checks = true
        default: return unknownOption(arguments, letter)
        }
      }
    }
    if rest.count > 2 { return usage(arguments, "too many arguments") }
    var target: Bytes
    var prints = false
    if rest.count == 2, let old = rest.first, let new = rest.last {
      // ksh: the folder with `old` replaced by `new` in its name.
      guard
        let place = (0...max(0, folder.count - old.count)).first(where: {
          folder[$0...].starts(with: old)
        }), folder.count >= old.count
      else {
        say(arguments, old, "not in the name of the folder")
        return 1
      }
      target = folder.piece(0, place) + new + folder.piece(place + old.count, folder.count)
      prints = true
    } else if let first = rest.first {
      target = first
    } else {
      guard let home = value(known.home), !home.isEmpty else {
        complain(bytes("cd: HOME not set"))
        return 1
      }
      target = home
    }
    if target.equals("-") {
      guard let old = value(known.oldpwd) else {
        complain(bytes("cd: OLDPWD not set"))
        return 1
      }
      target = old
      prints = true
    }
    if target.isEmpty {
      guard rest.isEmpty == false, options.has(Options.posix) else { return 0 }
      say(arguments, target, "no such folder")
      return 1
    }
    var error: Int32 = ENOENT
    for candidate in candidates(target) {
      error = enter(candidate.path, isPhysical: isPhysical)
      if error == 0 {
        if prints || candidate.isByPath { out += folder + bytes("\n") }
        return checks && System.workingFolder == nil ? 1 : 0
      }
    }
    if error != Int32.min {
      complain(arguments[0] + bytes(": ") + target + bytes(": ") + System.text(error))
    }
    return checks ? 2 : 1
  }

  /// Where to look for a folder: along CDPATH, if the name is no path from here.
  private func candidates(_ target: Bytes) -> [(path: Bytes, isByPath: Bool)] {
    guard target[0] != "/", !target.starts("./"), !target.starts("../"), !target.equals("."),
      !target.equals(".."), target[0] != "@", let path = value(known.cdpath), !path.isEmpty
    else { return [(target, false)] }
    var list: [(path: Bytes, isByPath: Bool)] = []
    for entry in path.split(separator: ":", omittingEmptySubsequences: false) {
      if entry.isEmpty || (entry.count == 1 && entry.first == ".") {
        list.append((target, false))
      } else {
        list.append((Bytes(entry) + (entry.last == "/" ? [] : bytes("/")) + target, true))
      }
    }
    list.append((target, false))
    return list
  }

  /// Changes the working folder; 0, errno, or Int32.min where the reason has been said.
  func enter(_ path: Bytes, isPhysical: Bool) -> Int32 {
    let logical =
      path[0] == "/"
      ? path : path[0] == "@" ? path : folder + (folder.last == "/" ? [] : bytes("/")) + path
    if isSpecial(path),
      path[0] == "@" || path.contains(bytes("/root")) || path.contains(bytes("/cwd"))
    {
      do throws(Failure) {
        let directory = try Paths(context).location(String(bytes: path)).directory()
        guard fchdir(directory.descriptor) == 0 else { return System.errno }
      } catch {
        if let text = error.text { complain(text.bytes) }
        return Int32.min
      }
      note(folder: path[0] == "@" ? System.workingFolder ?? path : Self.canonical(logical))
      return 0
    }
    if isPhysical {
      let error = System.change(to: path)
      if error != 0 { return error }
      note(folder: System.workingFolder ?? path)
      return 0
    }
    let canonical = Self.canonical(logical)
    var error = System.change(to: canonical)
    if error == 0 {
      // `a/..` needs an `a`.
      if canonical != logical, path.contains(bytes("..")), System.status(canonical) == nil {
        error = ENOENT
      }
    } else {
      error = System.change(to: path)
      if error == 0 {
        note(folder: System.workingFolder ?? canonical)
        return 0
      }
    }
    if error == 0 { note(folder: canonical) }
    return error
  }

  private func note(folder new: Bytes) {
    if known.oldpwd.variable?.attributes.contains(.readOnly) != true { set(known.oldpwd, folder) }
    folder = new
    if known.pwd.variable?.attributes.contains(.readOnly) != true { set(known.pwd, new) }
    environment = nil
  }

  /// A path without `.`, `..` and double slashes, by its text.
  static func canonical(_ path: Bytes) -> Bytes {
    var parts: [Bytes] = []
    for part in path.split(separator: "/") {
      if part.count == 1, part.first == "." { continue }
      if part.count == 2, part.allSatisfy({ $0 == "." }) {
        _ = parts.popLast()
      } else {
        parts.append(Bytes(part))
      }
    }
    var result: Bytes = []
    for part in parts { result += bytes("/") + part }
    return result.isEmpty ? bytes("/") : result
  }

  func runPwd(_ arguments: [Bytes]) -> Int32 {
    var isPhysical = options.has(Options.physical)
    for word in arguments.dropFirst() {
      if word.equals("-L") {
        isPhysical = false
      } else if word.equals("-P") {
        isPhysical = true
      } else if word.equals("-LP") || word.equals("-PL") {
        isPhysical = word[2] == "P"
      } else if word.equals("--") {
        break
      } else if word.count > 1, word[0] == "-" {
        return unknownOption(arguments, word[1])
      }
    }
    guard let path = isPhysical || folder.isEmpty ? System.workingFolder : folder else {
      complain(bytes("pwd: ") + System.text(System.errno))
      return 1
    }
    out += path + bytes("\n")
    return 0
  }

  // MARK: the stack of folders

  func runFolders(_ builtin: Builtin, _ arguments: [Bytes]) throws(Unwind) -> Int32 {
    func show() {
      out += join([folder] + folders, [" "]) + bytes("\n")
    }
    func rotation(_ word: Bytes) -> Int? {
      guard word.count > 1, word[0] == "+" || word[0] == "-",
        let number = Bytes(word.dropFirst()).decimal
      else { return nil }
      return word[0] == "+" ? number : folders.count - number
    }
    let words = Array(arguments.dropFirst())
    switch builtin {
    case .dirs:
      if words.first?.equals("-c") == true {
        folders = []
        return 0
      }
      if words.first?.equals("-p") == true || words.first?.equals("-v") == true {
        for (index, item) in ([folder] + folders).enumerated() {
          if words[0].equals("-v") { out += bytes(" ") + Bytes(decimal: index) + bytes("  ") }
          out += item + bytes("\n")
        }
        return 0
      }
      show()
    case .pushd:
      let outer = folder
      if let word = words.first {
        if let index = rotation(word) {
          guard (0...folders.count).contains(index) else {
            return usage(arguments, "stack index out of range")
          }
          let all = [folder] + folders
          let rotated = Array(all[index...] + all[..<index])
          guard enter(rotated[0], isPhysical: false) == 0 else { return 1 }
          folders = Array(rotated.dropFirst())
        } else {
          let error = enter(word, isPhysical: false)
          guard error == 0 else {
            if error != Int32.min {
              complain(bytes("pushd: ") + word + bytes(": ") + System.text(error))
            }
            return 1
          }
          folders.insert(outer, at: 0)
        }
      } else {
        guard let first = folders.first else { return usage(arguments, "no other folder") }
        guard enter(first, isPhysical: false) == 0 else { return 1 }
        folders[0] = outer
      }
      show()
    default:
      guard !folders.isEmpty else {
        complain(bytes("popd: folder stack is empty"))
        return 1
      }
      if let word = words.first, let index = rotation(word), index > 0 {
        guard index <= folders.count else { return usage(arguments, "stack index out of range") }
        folders.remove(at: index - 1)
      } else {
        guard enter(folders[0], isPhysical: false) == 0 else { return 1 }
        folders.removeFirst()
      }
      show()
    }
    return 0
  }

  // MARK: umask

  func runUmask(_ arguments: [Bytes]) -> Int32 {
    var (isSymbolic, isReusable) = (false, false)
    var rest = arguments.dropFirst()
    while let word = rest.first, word.count > 1, word[0] == "-",
      !"rwxXst,+=-".utf8.contains(word[1]) || word.equals("--") || word.equals("-S")
    {
      rest = rest.dropFirst()
      if word.equals("--") { break }
      for letter in word.dropFirst() {
        if letter == "S" {
          isSymbolic = true
        } else if letter == "p" {
          isReusable = true
        } else {
          return unknownOption(arguments, letter)
        }
      }
    }
    let old = System.umask()
    guard let text = rest.first else {
      if isReusable { out.put(isSymbolic ? "umask -S " : "umask ") }
      out += isSymbolic ? Self.symbolic(old) : Self.octal(old)
      out.append("\n")
      return 0
    }
    if text[safe: 0]?.isDigit == true {
      var mask: UInt32 = 0
      for digit in text {
        guard (0x30...0x37).contains(digit), mask < 0o10000 else {
          say(arguments, text, "not an octal number")
          return 1
        }
        mask = mask * 8 + UInt32(digit - 0x30)
      }
      guard mask <= 0o7777 else {
        say(arguments, text, "not an octal number")
        return 1
      }
      System.setUmask(mask & 0o777)
    } else {
      guard let allowed = Self.changed(~old & 0o777, text) else {
        say(arguments, text, "invalid mode")
        return 1
      }
      System.setUmask(~allowed & 0o777)
    }
    if isSymbolic { out += Self.symbolic(System.umask()) + bytes("\n") }
    return 0
  }

  private static func octal(_ mask: UInt32) -> Bytes {
    [0x30, 0x30 + UInt8(mask >> 6 & 7), 0x30 + UInt8(mask >> 3 & 7), 0x30 + UInt8(mask & 7)]
  }

  private static func symbolic(_ mask: UInt32) -> Bytes {
    var text: Bytes = []
    for (who, shift) in [("u" as UInt8, 6 as UInt32), ("g", 3), ("o", 0)] {
      if who != "u" { text.append(",") }
      text += [who, "="]
      let allowed = ~mask >> shift & 7
      if allowed & 4 != 0 { text.append("r") }
      if allowed & 2 != 0 { text.append("w") }
      if allowed & 1 != 0 { text.append("x") }
    }
    return text
  }

  /// Permissions after a symbolic mode of chmod(1); nil where it is none.
  private static func changed(_ permissions: UInt32, _ mode: Bytes) -> UInt32? {
    var result = permissions
    for clause in mode.split(separator: ",", omittingEmptySubsequences: false) {
      var rest = clause
      var who: UInt32 = 0
      while let letter = rest.first,
        letter == "u" || letter == "g" || letter == "o" || letter == "a"
      {
        who |= letter == "u" ? 0o700 : letter == "g" ? 0o070 : letter == "o" ? 0o007 : 0o777
        rest = rest.dropFirst()
      }
      if who == 0 { who = 0o777 }
      guard let first = rest.first, first == "+" || first == "-" || first == "=" else { return nil }
      while let operation = rest.first, operation == "+" || operation == "-" || operation == "=" {
        rest = rest.dropFirst()
        var bits: UInt32 = 0
        while let letter = rest.first, letter != "+", letter != "-", letter != "=" {
          switch letter {
          case "r": bits |= 0o444
          case "w": bits |= 0o222
          case "x": bits |= 0o111
          case "X": if result & 0o111 != 0 { bits |= 0o111 }
          case "s", "t": break
          case "u": bits |= (result >> 6 & 7) * 0o111
          case "g": bits |= (result >> 3 & 7) * 0o111
          case "o": bits |= (result & 7) * 0o111
          default: return nil
          }
          rest = rest.dropFirst()
        }
        switch operation {
        case "+": result |= bits & who
        case "-": result &= ~(bits & who)
        default: result = result & ~who | bits & who
        }
      }
      guard rest.isEmpty else { return nil }
    }
    return result
  }
}

extension Array {
  /// The element at `index`, if there is one.
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
