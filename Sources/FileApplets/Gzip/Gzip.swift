public import Box
internal import Linux
internal import Target
internal import Zlib

/// Compresses and expands files, GNU gzip(1); `gunzip` and `zcat` are the same under other names.
public struct Gzip: Command {
  var expands = false
  var toOutput = false
  var force = false
  var keeps = false
  var lists = false
  var tests = false
  var isQuiet = false
  var isVerbose = false
  var recurses = false
  var keepsName: Bool?
  var level = 6
  var suffix = ".gz"

  public init() {}

  public static var manual: Manual<Gzip> {
    Manual(
      "gzip", "Compress or expand files", family: .files, operands: "[FILE]...",
      options: [
        .flag("c", "stdout to-stdout", "Write to standard output, keep the files") {
          $0.toOutput = true
        },
        .flag("d", "decompress uncompress", "Expand") { $0.expands = true },
        .flag("f", "force", "Overwrite, follow links, pass on what is no gzip file (-dc)") {
          $0.force = true
        },
        .flag("k", "keep", "Keep the files") { $0.keeps = true },
        .flag("l", "list", "Sizes and ratio of gzip files") { $0.lists = true },
        .flag("n", "no-name", "Neither store nor restore name and time") { $0.keepsName = false },
        .flag("N", "name", "Store or restore name and time") { $0.keepsName = true },
        .flag("q", "quiet", "No warnings") { $0.isQuiet = true },
        .flag("r", "recursive", "All files in folders") { $0.recurses = true },
        .flag("t", "test", "Check, write nothing") { $0.tests = true },
        .flag("v", "verbose", "Tell the ratio of each file") { $0.isVerbose = true },
        .value("S", "suffix", "SUFFIX", "Another suffix than .gz") { $0.suffix = $1 },
        .flag("1", "fast", "Fast") { $0.level = 1 },
        .flag("2", nil, "Level 2") { $0.level = 2 },
        .flag("3", nil, "Level 3") { $0.level = 3 },
        .flag("4", nil, "Level 4") { $0.level = 4 },
        .flag("5", nil, "Level 5") { $0.level = 5 },
        .flag("6", nil, "Level 6, the default") { $0.level = 6 },
        .flag("7", nil, "Level 7") { $0.level = 7 },
        .flag("8", nil, "Level 8") { $0.level = 8 },
        .flag("9", "best", "Small") { $0.level = 9 },
      ],
      examples: [
        ("gzip -c @1:/var/log/app.log > app.log.gz", "Take a log of the target along, compressed"),
        ("zcat app.log.1.gz | head", "Look into an old log"),
        ("gzip -t backup.gz", "Is it whole?"),
      ],
      standard: "GNU gzip 1.12",
      deviations: ["the deflate data are zlib's; GZIP in the environment is not looked at"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var work = GzipWork(self, context)
    try work.run(operands, context)
    context.fail(work.status)
  }
}

/// One run over all operands, with the status that gzip would end with: 1 for errors, 2 for warnings.
struct GzipWork {
  var settings: Gzip
  let paths: Paths
  private(set) var status: Int32 = 0
  var listing = GzipListing()

  init(_ settings: Gzip, _ context: Context) {
    self.settings = settings
    paths = Paths(context)
    if context.name == "gunzip" || context.name == "zcat" { self.settings.expands = true }
    if context.name == "zcat" { self.settings.toOutput = true }
    if settings.lists || settings.tests { self.settings.expands = true }
  }

  mutating func run(_ operands: [String], _ context: Context) throws(Failure) {
    let operands = operands.isEmpty ? ["-"] : operands
    for operand in operands {
      do throws(Failure) {
        if operand == "-" { try stream(context) } else { try named(operand, context) }
      } catch {
        guard let text = error.text else { continue }
        say(text, error.status, context)
      }
      if context.output.failure != nil { break }
    }
    if settings.lists { listing.finish(settings, context.output) }
  }

  /// Status 2 is a warning, which `-q` silences; an error counts more.
  private mutating func say(_ text: String, _ code: Int32, _ context: Context) {
    if code != 2 || !settings.isQuiet { context.note(text) }
    if code != 2 { status = 1 } else if status == 0 { status = 2 }
  }

  private mutating func stream(_ context: Context) throws(Failure) {
    if !settings.force, !settings.lists, !settings.tests {
      if settings.expands, Terminal.isTerminal(0) {
        throw .message("compressed data not read from a terminal; -f to insist")
      }
      if !settings.expands, Terminal.isTerminal(1) {
        throw .message("compressed data not written to a terminal; -f to insist")
      }
    }
    let input = try attempt { () throws(SystemError) in try File.standardInput() }
    let status = try? input.status()
    if settings.expands {
      let sink: Output? = settings.lists || settings.tests ? nil : context.output
      let result = try GzipCodec(settings).expand(input, to: sink, shown: "stdin")
      try conclude(
        result, status?.kind == .regular ? status?.size ?? -1 : -1, "stdin", context)
    } else {
      let isRegular = status?.kind == .regular
      let header = GzipHeader(
        modified: isRegular && settings.keepsName != false ? Self.stamp(status) : 0)
      _ = try GzipCodec(settings).compress(input, header, to: context.output)
    }
  }

  private static func stamp(_ status: FileStatus?) -> UInt32 {
    UInt32(exactly: status?.modified.seconds ?? 0) ?? 0
  }

  private mutating func named(_ operand: String, _ context: Context) throws(Failure) {
    var place = try paths.location(operand)
    var name = operand
    let follow = settings.force || settings.toOutput || settings.tests || settings.lists
    var file: FileStatus
    do throws(Failure) {
      file = try place.status(follow: follow)
    } catch {
      guard settings.expands, error.errno == .noEntry, !operand.hasSuffix(settings.suffix) else {
        throw error
      }
      name = operand + settings.suffix
      place = try paths.location(name)
      do throws(Failure) {
        file = try place.status(follow: follow)
      } catch let second {
        throw second.errno == .noEntry ? .message("\(name): No such file or directory") : second
      }
    }
    if file.kind == .directory {
      guard settings.recurses else { throw warning("\(name): is a directory -- ignored") }
      return try folder(place, context)
    }
    try one(place, name, file, context)
  }

  private func warning(_ text: String) -> Failure { .message(text, status: 2) }

  private mutating func folder(_ place: Location, _ context: Context) throws(Failure) {
    let folder = try place.directory()
    let entries = try place.told { () throws(SystemError) in try folder.entries() }
    for index in sortedIndices(
      entries.count, { entries[$0].name.precedesBytewise(entries[$1].name) })
    {
      let child = place.child(entries[index].name)
      do throws(Failure) {
        let status = try child.status(follow: false)
        if status.kind == .directory {
          try self.folder(child, context)
        } else {
          try one(child, child.display, status, context)
        }
      } catch {
        if let text = error.text { say(text, error.status, context) }
      }
    }
  }

  private mutating func one(
    _ place: Location, _ name: String, _ file: FileStatus, _ context: Context
  ) throws(Failure) {
    if file.kind == .link {
      throw .message("\(name): Too many levels of symbolic links")
    }
    guard file.kind == .regular || settings.toOutput else {
      throw warning("\(name): is not a directory or a regular file - ignored")
    }
    let replaces = !settings.toOutput && !settings.lists && !settings.tests
    if replaces, !settings.force, file.permissions & 0o7000 != 0 {
      throw warning("\(name): is set-user-ID, set-group-ID or sticky - ignored")
    }
    if replaces, !settings.force, !settings.keeps, file.links > 1 {
      throw warning(
        "\(name): has \(file.links - 1) other link\(file.links > 2 ? "s" : "") -- file ignored")
    }
    if !settings.expands, !settings.force, hasSuffix(name), replaces {
      if !settings.isQuiet {
        context.note("\(name): already has \(settings.suffix) suffix -- unchanged")
      }
      return
    }
    let input = try place.openToRead()
    guard replaces else { return try pass(input, name, file, context) }
    try replace(input, place, name, file, context)
  }

  private func hasSuffix(_ name: String) -> Bool {
    name.hasSuffix(settings.suffix) || name.hasSuffix(".tgz") || name.hasSuffix(".taz")
  }

  /// To standard output, to a test or to a list.
  private mutating func pass(
    _ input: borrowing File, _ name: String, _ file: FileStatus, _ context: Context
  ) throws(Failure) {
    guard settings.expands else {
      let header = self.header(name, file)
      _ = try GzipCodec(settings).compress(input, header, to: context.output)
      return
    }
    let sink: Output? = settings.lists || settings.tests ? nil : context.output
    let result = try GzipCodec(settings).expand(input, to: sink, shown: name)
    if settings.tests, settings.isVerbose { context.errors.line(Sanitize.escaped(name) + ":\t OK") }
    try conclude(result, file.size, name, context)
  }

  private mutating func conclude(
    _ result: GzipResult, _ size: Int, _ name: String, _ context: Context
  ) throws(Failure) {
    if settings.lists { listing.add(result, size, name, settings, context.output) }
    if result.hasGarbage {
      throw warning("\(name): decompression OK, trailing garbage ignored")
    }
  }

  private func header(_ name: String, _ file: FileStatus) -> GzipHeader {
    var header = GzipHeader()
    if settings.keepsName != false {
      header.name = baseName(name).bytes
      header.modified = Self.stamp(file)
    }
    return header
  }

  private mutating func replace(
    _ input: borrowing File, _ place: Location, _ name: String, _ file: FileStatus,
    _ context: Context
  ) throws(Failure) {
    var target = name + settings.suffix
    if settings.expands { target = try expandedName(name, input) }
    let output = try create(target, place, context)
    let sink = Output(file: output.descriptor)
    var result = GzipResult()
    do throws(Failure) {
      if settings.expands {
        result = try GzipCodec(settings).expand(input, to: sink, shown: name)
      } else {
        result = try GzipCodec(settings).compress(input, header(name, file), to: sink)
      }
      sink.flush()
      if let failure = sink.failure { throw .system(failure.about(target)) }
    } catch {
      // No half of a file stays behind.
      discard(target)
      throw error
    }
    var modified = file.modified
    if settings.expands, settings.keepsName == true, let time = result.header?.modified, time > 0 {
      modified = Instant(seconds: Int(time))
    }
    try? output.setOwner(uid: file.uid, gid: file.gid)
    try? output.setPermissions(file.permissions)
    try? output.setTimes(accessed: file.accessed, modified: modified)
    if settings.isVerbose {
      let way = settings.keeps ? "created" : "replaced with"
      context.errors.line(
        Sanitize.escaped(name) + ":\t" + result.ratioText + " -- \(way) "
          + Sanitize.escaped(target))
    }
    if !settings.keeps { try place.spot().told(place) }
    if result.hasGarbage {
      throw warning("\(name): decompression OK, trailing garbage ignored")
    }
  }

  /// The name without its suffix; with -N the name that is stored, in the same folder.
  private func expandedName(_ name: String, _ input: borrowing File) throws(Failure) -> String {
    if settings.keepsName == true, let stored = GzipCodec.storedName(input), !stored.isEmpty {
      let base = baseName(String(bytes: stored))
      let folder = Link.folder(of: name)
      if !base.isEmpty, base != ".", base != ".." {
        return folder == "." ? base : (folder == "/" ? "/" : folder + "/") + base
      }
    }
    let known = [settings.suffix, ".gz", ".z", "-gz", "-z", "_z", ".Z"]
    for suffix in known where name.hasSuffix(suffix) && name.utf8.count > suffix.utf8.count {
      return String(name.dropLast(suffix.count))
    }
    for suffix in [".tgz", ".taz"] where name.hasSuffix(suffix) {
      return String(name.dropLast(suffix.count)) + ".tar"
    }
    throw warning("\(name): unknown suffix -- ignored")
  }

  private func discard(_ target: String) {
    guard let spot = try? paths.location(target).spot() else { return }
    try? spot.remove()
  }

  private func create(_ target: String, _ place: Location, _ context: Context) throws(Failure)
    -> File
  {
    let spot = try paths.location(target)
    let mode: OpenMode = [.write, .create, .exclusive, .noFollow]
    do throws(Failure) {
      return try spot.open(mode, permissions: 0o600)
    } catch {
      guard error.errno == .exists else { throw error }
      guard settings.force else {
        throw warning("\(target): already exists; not overwritten")
      }
      discard(target)
      return try spot.open(mode, permissions: 0o600)
    }
  }
}

extension Spot {
  fileprivate func told(_ place: Location) throws(Failure) {
    try place.told { () throws(SystemError) in try remove() }
  }
}
