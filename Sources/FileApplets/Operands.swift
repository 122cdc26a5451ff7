internal import Box
internal import Linux
internal import Target

/// Sources and where each goes, for `cp`, `mv` and `ln`.
struct Destinations {
  let pairs: [(source: String, target: String)]
  /// Whether the targets are names in a folder.
  let areInFolder: Bool

  /// - Parameter folder: that of `-t`; `isPlain` is `-T`: the last operand is no folder to copy into.
  init(
    _ operands: [String], folder: String?, isPlain: Bool, _ paths: Paths,
    follow: Bool = true
  ) throws(Failure) {
    var sources = operands
    if let folder {
      if isPlain { throw .usage("-t and -T do not go together") }
      guard !sources.isEmpty else { throw .usage("missing file operand") }
      guard try paths.location(folder).status(follow: true).kind == .directory else {
        throw .message("\(folder): Not a directory")
      }
      pairs = sources.map { ($0, Self.join(folder, $0)) }
      areInFolder = true
      return
    }
    guard let last = sources.popLast() else { throw .usage("missing file operand") }
    guard !sources.isEmpty else { throw .usage("missing destination file operand after '\(last)'") }
    let status = try? paths.location(last).status(follow: follow)
    let isFolder = status?.kind == .directory
    if isPlain || !isFolder {
      guard sources.count == 1 else {
        if isPlain { throw .usage("extra operand '\(last)'") }
        throw .message(
          "target '\(last)': \(status == nil ? "No such file or directory" : "Not a directory")")
      }
      pairs = [(sources[0], last)]
      areInFolder = false
      return
    }
    pairs = sources.map { ($0, Self.join(last, $0)) }
    areInFolder = true
  }

  private static func join(_ folder: String, _ source: String) -> String {
    (folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/") + Self.lastName(source)
  }

  /// The last component, slashes at the end not counted.
  static func lastName(_ path: String) -> String {
    var bytes = path.bytes
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return baseName(String(bytes: bytes))
  }
}

/// Asks a question on standard error; only an answer that starts with y means yes.
func confirms(_ question: String, _ context: Context) -> Bool {
  context.output.flush()
  context.errors.write(Sanitize.escaped(context.name + ": " + question) + " ")
  context.errors.flush()
  var line: [UInt8] = []
  // Byte by byte: what follows the answer belongs to the next question.
  guard let input = try? File.standardInput() else { return false }
  var byte: [UInt8] = [0]
  while line.count < 4096, (try? input.read(into: &byte)) == 1, byte[0] != 0x0A {
    line.append(byte[0])
  }
  return line.first == UInt8(ascii: "y") || line.first == UInt8(ascii: "Y")
}

/// `text` in single quotes as messages of `-v` have it.
func quoted(_ text: String) -> String {
  Quoting(style: .shellEscapeAlways).quoted(text)
}
