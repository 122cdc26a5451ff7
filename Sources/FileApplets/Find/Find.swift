public import Box
internal import Accounts
internal import Linux
internal import ProcFS
internal import Target

/// Finds files in trees of folders, GNU find(1).
public struct Find: Command {
  public init() {}

  public static var manual: Manual<Find> {
    Manual(
      "find", "Find files", family: .files,
      operands: "[-H|-L|-P] [PATH]... [EXPRESSION]", grammar: .own, options: FindManual.options,
      examples: [
        ("find @/app -name '*.conf' -newermt yesterday", "What was changed in the target?"),
        ("find /proc/1/root -xdev -size +100M -ls", "What fills the disk?"),
        ("find . -type f -exec grep -l secret {} +", "Files that hold a word"),
        ("find /proc/1/root -xdev -perm /6000 -type f", "Programs with setuid or setgid"),
      ],
      standard: "GNU findutils 4.9 find(1)",
      deviations: [
        "names of users and groups are those of the target that the path lies in",
        "-regextype knows emacs, posix-basic, posix-extended and names for the same",
        "-exec runs our applets first, then programs",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    var parser = FindParser(operands, paths, context)
    let expression = try parser.parse()
    let run = try FindRun(expression, parser, paths, context)
    try run.all(&context)
  }
}

/// The tests in groups for the help.
enum FindManual {
  static var options: [Option<Find>] { depth + names + kinds + times + actions }

  private static var depth: [Option<Find>] {
    [
      .word("maxdepth", "LEVELS", "Go no deeper than LEVELS below the paths"),
      .word("mindepth", "LEVELS", "Leave out what is higher than LEVELS"),
      .word("depth d", "", "The contents of folders before the folders"),
      .word("xdev mount", "", "Stay on the file system"),
      .word("follow", "", "Follow links, as -L does"),
      .word("files0-from", "FILE", "Paths from FILE, which NUL bytes end"),
      .word("daystart", "", "Count days from midnight"),
      .word("noleaf", "", "Taken and without effect"),
    ]
  }

  private static var names: [Option<Find>] {
    [
      .word("name", "PATTERN", "The name matches; -iname in both cases"),
      .word("path wholename", "PATTERN", "The path matches; -ipath in both cases"),
      .word("lname", "PATTERN", "A link whose text matches; -ilname in both cases"),
      .word("regex", "PATTERN", "The whole path matches; -iregex in both cases"),
      .word("regextype", "TYPE", "The syntax of -regex"),
    ]
  }

  private static var kinds: [Option<Find>] {
    [
      .word("type", "LETTERS", "One of b c d p f l s, or a list: f,l"),
      .word("xtype", "LETTERS", "As -type, for what links point to"),
      .word("size", "[+-]N[bcwkMG]", "So many units, rounded up"),
      .word("empty", "", "An empty file or folder"),
      .word("perm", "[-/]MODE", "Exactly, all of (-), or any of (/) these permissions"),
      .word("readable", "", "Whether we may; also -writable, -executable"),
      .word("user", "NAME", "Belongs to NAME; also -group, -uid, -gid"),
      .word("nouser", "", "Nobody has its uid; also -nogroup"),
      .word("links", "[+-]N", "So many hard links"),
      .word("inum", "[+-]N", "Its inode number"),
      .word("samefile", "FILE", "The same file as FILE"),
      .word("fstype", "TYPE", "On a file system of this type"),
    ]
  }

  private static var times: [Option<Find>] {
    [
      .word("mtime", "[+-]N", "Modified N days ago; also -atime, -ctime"),
      .word("mmin", "[+-]N", "Modified N minutes ago; also -amin, -cmin"),
      .word("newer", "FILE", "Modified after FILE; also -anewer, -cnewer"),
      .word("newermt", "DATE", "Modified after DATE; -newerXY FILE: its times aBcm"),
      .word("used", "[+-]N", "Accessed N days after it was changed"),
    ]
  }

  private static var actions: [Option<Find>] {
    [
      .word("print", "", "Print the path; -print0 with NUL behind it"),
      .word("printf", "FORMAT", "Print as FORMAT says; -fprintf FILE FORMAT"),
      .word("ls", "", "As ls -dils; -fls FILE into a file"),
      .word("delete", "", "Remove it; folders must be empty"),
      .word("prune", "", "Do not go into the folder"),
      .word("quit", "", "Stop"),
      .word("exec", "", "-exec COMMAND {} ; or {} +; -execdir in its folder"),
      .word("ok", "", "As -exec, but ask; also -okdir"),
      .word("not", "", "Negate, as !; also -a, -o, and a comma"),
    ]
  }
}
