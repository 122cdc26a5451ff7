public import Box
internal import Linux
internal import Target

/// Makes a file or folder with a new name, coreutils mktemp(1).
public struct Mktemp: Command {
  var isFolder = false
  var isDry = false
  var isQuiet = false
  var suffix = ""
  var folder: String?
  var inTemporary = false

  public init() {}

  public static var manual: Manual<Mktemp> {
    Manual(
      "mktemp", "Make a file or folder with a new name", family: .files, operands: "[TEMPLATE]",
      options: [
        .flag("d", "directory", "A folder, not a file") { $0.isFolder = true },
        .flag("u", "dry-run", "Only print a name, which is unsafe") { $0.isDry = true },
        .flag("q", "quiet", "No message about a failure") { $0.isQuiet = true },
        .value(nil, "suffix", "SUFFIX", "SUFFIX behind TEMPLATE") { $0.suffix = $1 },
        .value("p", nil, "DIR", "In DIR") { ($0.inTemporary, $0.folder) = (true, $1) },
        .optional(nil, "tmpdir", "DIR", "In DIR, else TMPDIR, else /tmp") {
          (mktemp: inout Mktemp, folder: String?) throws(Failure) in
          mktemp.inTemporary = true
          mktemp.folder = folder
        },
        .flag("t", nil, "TEMPLATE is a name in TMPDIR") { $0.inTemporary = true },
      ],
      examples: [
        ("mktemp -d", "A folder for scratch work"), ("mktemp core.XXXXXX", "A file here"),
      ],
      standard: "coreutils 9.1 mktemp(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count <= 1 else { throw .usage("too many templates") }
    do throws(Failure) {
      try make(operands.first, context)
    } catch {
      if isQuiet, error.status != ExitStatus.usage { throw .quiet(error.status) }
      throw error
    }
  }

  private func make(_ template: String?, _ context: Context) throws(Failure) {
    let template = template ?? "tmp.XXXXXXXXXX"
    var bytes = template.bytes
    let end =
      suffix.isEmpty ? (bytes.lastIndex(of: UInt8(ascii: "X")).map { $0 + 1 } ?? 0) : bytes.count
    var start = end
    while start > 0, bytes[start - 1] == UInt8(ascii: "X") { start -= 1 }
    guard end - start >= 3 else { throw .message("too few X's in template '\(template)'") }
    bytes += suffix.bytes
    if bytes[end...].contains(UInt8(ascii: "/")) {
      throw .message(
        "invalid suffix '\(String(bytes: bytes[end...]))', contains directory separator")
    }
    let place = try prefix(template, context)
    let paths = Paths(context)
    for _ in 0..<1000 {
      let random = try Self.letters(end - start)
      bytes.replaceSubrange(start..<end, with: random)
      let path = place + String(bytes: bytes)
      do throws(Failure) {
        try create(path, paths)
        return context.output.line(path)
      } catch {
        guard error.errno == .exists else { throw error }
      }
    }
    throw .message("\(template): no name is free")
  }

  private func prefix(_ template: String, _ context: Context) throws(Failure) -> String {
    guard inTemporary || template == "tmp.XXXXXXXXXX" else { return "" }
    if template.hasPrefix("/") {
      throw .message("invalid template, '\(template)'; with --tmpdir, it may not be absolute")
    }
    var base = folder ?? ""
    if base.isEmpty { base = context.variable("TMPDIR") ?? "" }
    if base.isEmpty { base = "/tmp" }
    return base.hasSuffix("/") ? base : base + "/"
  }

  private func create(_ path: String, _ paths: Paths) throws(Failure) {
    let place = try paths.location(path)
    let spot = try place.spot()
    try place.told { () throws(SystemError) in
      if isDry {
        if (try? spot.status()) != nil { throw SystemError(.exists, "open", "") }
      } else if isFolder {
        try spot.makeFolder(0o700)
      } else {
        _ = try spot.open([.readWrite, .create, .exclusive, .noFollow], permissions: 0o600)
      }
    }
  }

  private static func letters(_ count: Int) throws(Failure) -> [UInt8] {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
    var letters: [UInt8] = []
    while letters.count < count {
      let bytes = Random.bytes(256)
      // Bytes that would favour the first letters do not count.
      for byte in bytes where byte < 248 && letters.count < count {
        letters.append(alphabet[Int(byte) % 62])
      }
    }
    return letters
  }
}
