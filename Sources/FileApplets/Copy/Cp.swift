public import Box
internal import Linux
internal import Target

/// Copies files and trees, coreutils cp(1).
public struct Cp: Command {
  var settings = CopySettings()
  var folder: String?
  var isPlain = false
  var keepsParents = false
  var stripsSlashes = false

  public init() {}

  public static var manual: Manual<Cp> {
    Manual(
      "cp", "Copy files and folders", family: .files, operands: "SOURCE... TARGET",
      options: options,
      examples: [
        ("cp @1:/etc/nginx/nginx.conf .", "A file of the target"),
        ("cp -a /proc/1/root/var/log /tmp/", "A folder of it, with times and permissions"),
      ],
      standard: "coreutils 9.1 cp(1)",
      deviations: [
        "-b and --backup are refused; extended attributes are not copied",
        "FIFOs and devices of a target are not read",
      ])
  }

  static var options: [Option<Cp>] {
    [
      .flag("a", "archive", "Everything as it is: -dR --preserve=all") { $0.settings.archive() },
      .flag("rR", "recursive", "Folders and all that is in them") { $0.settings.recurses = true },
      .flag("p", nil, "As --preserve=mode,ownership,timestamps") {
        ($0.settings.keepsMode, $0.settings.keepsOwner, $0.settings.keepsTimes) =
          (true, true, true)
      },
      .optional(nil, "preserve", "LIST", "Keep mode, ownership, timestamps, links or all") {
        (cp: inout Cp, list: String?) throws(Failure) in
        try cp.settings.preserve(list ?? "mode,ownership,timestamps", true)
      },
      .parsed(nil, "no-preserve", "LIST", "Do not keep what LIST names") {
        (cp: inout Cp, list: String) throws(Failure) in try cp.settings.preserve(list, false)
      },
      .flag("d", nil, "As -P --preserve=links") {
        $0.settings.follow = .never
        $0.settings.keepsLinks = true
      },
      .flag("L", "dereference", "Copy what links point to") { $0.settings.follow = .always },
      .flag("P", "no-dereference", "Copy links as links") { $0.settings.follow = .never },
      .flag("H", nil, "Follow links on the command line") { $0.settings.follow = .operands },
      .flag("f", "force", "Remove what cannot be opened, and try again") {
        $0.settings.force = true
      },
      .flag("i", "interactive", "Ask before overwriting") { $0.settings.existing = .ask },
      .flag("n", "no-clobber", "Never overwrite") { $0.settings.existing = .skip },
      .flag("u", "update", "Only what is newer than the target") {
        $0.settings.existing = .olderOnly
      },
      .flag(nil, "remove-destination", "Remove each target before it is written") {
        $0.settings.removesFirst = true
      },
      .flag("l", "link", "Hard links instead of copies") { $0.settings.makesHardLinks = true },
      .flag("s", "symbolic-link", "Links instead of copies") {
        $0.settings.makesSymbolicLinks = true
      },
      .flag("x", "one-file-system", "Stay on the file system") {
        $0.settings.staysOnDevice = true
      },
      .flag("v", "verbose", "Tell what is copied") { $0.settings.isVerbose = true },
      .value("t", "target-directory", "DIR", "Copy all into DIR") { $0.folder = $1 },
      .flag("T", "no-target-directory", "TARGET is no folder to copy into") { $0.isPlain = true },
      .flag(nil, "parents", "Keep the folders of SOURCE below TARGET") { $0.keepsParents = true },
      .flag(nil, "strip-trailing-slashes", "Without slashes at the end of SOURCE") {
        $0.stripsSlashes = true
      },
      .flag(nil, "attributes-only", "Permissions and times, not contents") {
        $0.settings.attributesOnly = true
      },
      .optional(nil, "reflink", "WHEN", "Share blocks: auto, always or never") {
        (cp: inout Cp, when: String?) throws(Failure) in
        switch when ?? "always" {
        case "auto": cp.settings.reflink = .auto
        case "always": cp.settings.reflink = .always
        case "never": cp.settings.reflink = .never
        default: throw .usage("--reflink: \(when ?? ""): must be auto, always or never")
        }
      },
      .parsed(nil, "sparse", "WHEN", "Make holes: auto, always or never") {
        (cp: inout Cp, when: String) throws(Failure) in
        switch when {
        case "auto": cp.settings.sparse = .auto
        case "always": cp.settings.sparse = .always
        case "never": cp.settings.sparse = .never
        default: throw .usage("--sparse: \(when): must be auto, always or never")
        }
      },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    let operands = stripsSlashes ? operands.map { Self.stripped($0) } : operands
    let copier = Copier(settings, paths)
    if keepsParents { return try withParents(operands, copier, paths, &context) }
    let destinations = try Destinations(operands, folder: folder, isPlain: isPlain, paths)
    for (source, target) in destinations.pairs {
      do throws(Failure) {
        try copier.copy(source, to: target, &context)
      } catch {
        context.report(error)
      }
    }
  }

  static func stripped(_ path: String) -> String {
    var bytes = path.bytes
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(bytes: bytes)
  }

  private func withParents(
    _ operands: [String], _ copier: Copier, _ paths: Paths, _ context: inout Context
  ) throws(Failure) {
    var sources = operands
    guard let target = folder ?? sources.popLast(), !sources.isEmpty else {
      throw .usage("missing file operand")
    }
    guard try paths.location(target).status(follow: true).kind == .directory else {
      throw .message("with --parents, the destination must be a directory")
    }
    for source in sources {
      do throws(Failure) {
        let inner = source.drop { $0 == "/" }
        let words = String(inner).bytes.split(separator: UInt8(ascii: "/")).map {
          String(bytes: $0)
        }
        var (path, from) = (target, source.hasPrefix("/") ? "/" : "")
        for word in words.dropLast() {
          path += "/" + word
          from += (from.isEmpty || from == "/" ? "" : "/") + word
          try makeParent(path, like: from, paths)
        }
        try copier.copy(source, to: path + "/" + (words.last ?? "."), &context)
      } catch {
        context.report(error)
      }
    }
  }

  private func makeParent(_ path: String, like source: String, _ paths: Paths) throws(Failure) {
    let place = try paths.location(path)
    if (try? place.status(follow: true))?.kind == .directory { return }
    let status = try paths.location(source).status(follow: true)
    let spot = try place.spot()
    try place.told { () throws(SystemError) in
      try spot.makeFolder((status.permissions & 0o777) | 0o700)
      if settings.keepsMode { try spot.setPermissions(status.permissions) }
      if settings.keepsTimes {
        try spot.setTimes(accessed: status.accessed, modified: status.modified)
      }
    }
  }
}
