public import Box
internal import Linux
internal import Target

/// Prints what the kernel knows about files and file systems, coreutils stat(1).
public struct Stat: Command {
  var followsLinks = false
  var isFileSystem = false
  var isTerse = false
  var format: String?
  /// Whether `\n` and its like are read, and no newline added.
  var isPrintf = false

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Stat> {
    Manual(
      "stat", "Print the status of files or of file systems", family: .files, operands: "FILE...",
      options: [
        .flag("L", "dereference", "Show what links point to") { $0.followsLinks = true },
        .flag("f", "file-system", "Show the file systems that the files lie on") {
          $0.isFileSystem = true
        },
        .value("c", "format", "FORMAT", "Print FORMAT and a newline for each file") {
          (options: inout Stat, text: String) in
          options.format = text
          options.isPrintf = false
        },
        .value(nil, "printf", "FORMAT", "As -c, without the newline, and \\n means one") {
          (options: inout Stat, text: String) in
          options.format = text
          options.isPrintf = true
        },
        .flag("t", "terse", "Print everything on one line") { $0.isTerse = true },
      ],
      examples: [
        ("stat /proc/1/root/app/config.yml", "Who may read it, and when it changed"),
        ("stat -c '%a %U:%G %n' @/run/*", "Modes and owners in the target's own names"),
        ("stat -f @/data", "How full the target's volume is"),
      ],
      standard: "coreutils 9.1 stat(1)",
      deviations: [
        "users and groups are those of the root the file lies in", "--cached is not there",
        "/proc/N/root names the root folder of the target, not the link to it",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand") }
    let paths = Paths(context)
    var owners = OwnerBook(context, paths)
    for operand in operands {
      do throws(Failure) {
        let subject = try subject(operand, paths)
        var formatter = StatFormatter(
          subject, owners.owners(subject.place), context, quotesNames: format != nil)
        let text = try formatter.text(pattern(subject), isPrintf: format != nil && isPrintf)
        context.output.write(text)
        if format != nil, !isPrintf { context.output.write("\n") }
        if let warning = formatter.warning { context.note(warning) }
        if let failure = formatter.failure { context.report(failure) }
      } catch {
        context.report(error)
      }
    }
  }

  private func subject(_ operand: String, _ paths: Paths) throws(Failure) -> StatSubject {
    if operand == "-", !isFileSystem {
      let file = try attempt { () throws(SystemError) in try File.standardInput() }
      return try StatSubject(operand, nil, file, isFileSystem: false, paths)
    }
    let place = try paths.location(operand)
    let mode: OpenMode = followsLinks || isFileSystem ? .path : [.path, .noFollow]
    let file = try place.open(mode)
    return try StatSubject(operand, place, file, isFileSystem: isFileSystem, paths)
  }

  private func pattern(_ subject: StatSubject) -> String {
    if let format { return format }
    if isFileSystem {
      if isTerse { return "%n %i %l %t %s %S %b %f %a %c %d\n" }
      return "  File: \"%n\"\n    ID: %-8i Namelen: %-7l Type: %T\n"
        + "Block size: %-10s Fundamental block size: %S\n"
        + "Blocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n"
    }
    if isTerse { return "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n" }
    let kind = subject.status?.kind
    let isDevice = kind == .block || kind == .character
    return "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
      + "Device: %Hd,%Ld\tInode: %-10i  Links: "
      + (isDevice ? "%-5h Device type: %Hr,%Lr\n" : "%h\n")
      + "Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
      + "Access: %x\nModify: %y\nChange: %z\n Birth: %w\n"
  }
}

/// A file or file system and all that can be asked about it.
struct StatSubject {
  let display: String
  let place: Location?
  let paths: Paths
  var status: FileStatus?
  var born: Instant?
  var fileSystem: FileSystemStatus?
  var label: [UInt8]?
  var link: String?

  init(
    _ display: String, _ place: Location?, _ file: borrowing File, isFileSystem: Bool,
    _ paths: Paths
  ) throws(Failure) {
    self.display = display
    self.place = place
    self.paths = paths
    do throws(SystemError) {
      if isFileSystem {
        fileSystem = try file.fileSystem()
      } else {
        status = try file.status()
      }
    } catch {
      throw .system(error.about(display))
    }
    guard !isFileSystem else { return }
    born = (try? file.birth()) ?? nil
    if status?.kind == .link { link = try place?.link() }
    if status?.kind != .link { label = file.attribute("security.selinux") }
  }
}
