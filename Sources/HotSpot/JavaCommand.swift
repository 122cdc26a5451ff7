internal import Linux

/// What a JVM runs: its main class or archive, and the arguments behind it.
public struct JavaCommand: Equatable, Sendable {
  /// As it was given: a class, `module/class`, or the path of an archive; empty where it is not known.
  public var main: String
  public var arguments: String
  /// The options of the VM.
  public var options: String

  /// From the counter `sun.rt.javaCommand`, which joins everything with blanks.
  public init(counter: String, options: String) {
    let bytes = Array(counter.utf8)
    let end = bytes.firstIndex(of: 0x20) ?? bytes.count
    main = String(decoding: bytes[..<end], as: UTF8.self)
    arguments = String(decoding: bytes[min(end + 1, bytes.count)...], as: UTF8.self)
    self.options = options
  }

  /// From the command line of the launcher, java(1); other programs with a JVM in them are what they run.
  public init(launcher words: [String]) {
    main = ""
    if let program = words.first, baseName(program) != "java" {
      (main, arguments, options) = (program, words.dropFirst().joined(separator: " "), "")
      return
    }
    var options: [String] = []
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      if !word.hasPrefix("-") && !word.hasPrefix("@") {
        main = word
        break
      }
      if Self.namesMain(word) {
        main = rest.popFirst() ?? ""
        break
      }
      if let module = Self.attachedModule(word) {
        main = module
        break
      }
      options.append(word)
      if Self.takesValue(word), let value = rest.popFirst() { options.append(value) }
    }
    arguments = rest.joined(separator: " ")
    self.options = options.joined(separator: " ")
  }

  /// The class without its package, or the archive without its folder.
  public var shortMain: String {
    let name = baseName(main)
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else {
      return name
    }
    let last = String(name[name.utf8.index(after: dot)...])
    return last == "jar" ? name : last
  }

  private static func namesMain(_ word: String) -> Bool {
    word == "-jar" || word == "-m" || word == "--module"
  }

  private static func attachedModule(_ word: String) -> String? {
    let prefix = "--module="
    return word.hasPrefix(prefix) ? String(word.dropFirst(prefix.utf8.count)) : nil
  }

  private static func takesValue(_ word: String) -> Bool {
    let names: [StaticString] = [
      "-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path",
      "--add-modules", "--limit-modules", "--add-reads", "--add-exports", "--add-opens",
      "--patch-module", "--source", "--enable-native-access", "--describe-module", "-d",
    ]
    return names.contains { "\($0)" == word }
  }
}
