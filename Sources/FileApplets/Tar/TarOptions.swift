internal import Archive
internal import Box

extension Tar {
  static var options: [Option<Tar>] {
    actionOptions + nameOptions + extractOptions + createOptions
  }

  private static var actionOptions: [Option<Tar>] {
    [
      .flag("c", "create", "Make an archive") { $0.actions.append(.create) },
      .flag("t", "list", "List the members") { $0.actions.append(.list) },
      .flag("x", "extract get", "Unpack") { $0.actions.append(.extract) },
      .flag("r", "append", "Add files at the end of an archive") { $0.actions.append(.append) },
      .flag("u", "update", "As -r, only files newer than in the archive") {
        $0.actions.append(.update)
      },
      .value("f", "file", "ARCHIVE", "The archive; - is standard input or output") {
        $0.archive = $1
      },
      .value("C", "directory", "DIR", "Go to DIR for the names behind it") {
        $0.folder = Tar.join($0.folder, $1)
      },
      .flag("z", "gzip gunzip ungzip", "Through gzip") { $0.isGzip = true },
      .flag("a", "auto-compress", "Compress as the suffix of the archive says") {
        $0.gzipBySuffix = true
      },
      .flag("v", "verbose", "Tell the names; twice: all about them") { $0.verbosity += 1 },
      .flag("B", "read-full-records", "Read until a record is full, as always") { _ in },
      .parsed("b", "blocking-factor", "BLOCKS", "Fill up to so many blocks of 512 bytes (20)") {
        (tar: inout Tar, text: String) throws(Failure) in
        guard let count = Int(text), count > 0, count <= 1 << 20 else {
          throw .usage("-b: \(text): not a number of blocks")
        }
        tar.blocking = count
      },
      .parsed("H", "format", "FORMAT", "Write gnu, pax (posix) or ustar") {
        (tar: inout Tar, text: String) throws(Failure) in
        switch text {
        case "gnu", "oldgnu": tar.dialect = .gnu
        case "pax", "posix": tar.dialect = .pax
        case "ustar": tar.dialect = .ustar
        default: throw .usage("--format: \(text): must be gnu, pax, posix or ustar")
        }
      },
      .flag(nil, "posix", "As --format=posix") { $0.dialect = .pax },
      .flag("i", "ignore-zeros", "Go on behind blocks of zeros") { $0.ignoresZeros = true },
      .flag(nil, "full-time", "Times with all their digits") { $0.fullTime = true },
      .flag(nil, "utc", "Times in UTC") { $0.isUTC = true },
    ]
  }

  private static var nameOptions: [Option<Tar>] {
    [
      .value("T", "files-from", "FILE", "Also the names in FILE, one on a line") {
        $0.lists.append((path: $1, folder: $0.folder))
      },
      .flag(nil, "null", "The names in -T files end with NUL") { $0.listsEndWithZero = true },
      .flag(nil, "no-null", "They end with a newline") { $0.listsEndWithZero = false },
      .flag(nil, "verbatim-files-from", "Lines of -T files are names, as always") { _ in },
      .value(nil, "exclude", "PATTERN", "Leave out what PATTERN matches") {
        $0.excludes.append($1)
      },
      .value("X", "exclude-from", "FILE", "Leave out what the patterns in FILE match") {
        $0.excludeLists.append($1)
      },
      .flag(nil, "wildcards", "The names to unpack or list are patterns") { $0.wildcards = true },
      .flag(nil, "no-wildcards", "They are names") { $0.wildcards = false },
      .flag(nil, "wildcards-match-slash", "* matches / too") { $0.matchesSlash = true },
      .flag(nil, "no-wildcards-match-slash", "* does not match /") { $0.matchesSlash = false },
      .flag(nil, "anchored", "Patterns match from the begin of the name") { $0.isAnchored = true },
      .flag(nil, "no-anchored", "Patterns match behind any /") { $0.isAnchored = false },
      .flag(nil, "ignore-case", "Patterns match in both cases") { $0.ignoresCase = true },
      .flag(nil, "no-recursion", "Folders without what is in them") { $0.recurses = false },
      .flag(nil, "recursion", "Folders with what is in them") { $0.recurses = true },
      .flag("P", "absolute-names", "Keep / and .. in names") { $0.isAbsolute = true },
      .value(nil, "strip-components", "NUMBER", "Take so many folders off the names") {
        $0.strip = max(0, $1)
      },
    ]
  }

  private static var extractOptions: [Option<Tar>] {
    [
      .flag("k", "keep-old-files", "Fail for files that exist") { $0.existing = .keep },
      .flag(nil, "skip-old-files", "Leave files that exist, silently") { $0.existing = .skip },
      .flag(nil, "overwrite", "Write into files that exist") { $0.existing = .overwrite },
      .flag(nil, "keep-newer-files", "Leave files that are not older") {
        $0.existing = .keepNewer
      },
      .flag("U", "unlink-first", "Remove each file before it is unpacked") {
        $0.existing = .unlinkFirst
      },
      .flag("O", "to-stdout", "Unpack to standard output") { $0.toOutput = true },
      .flag("m", "touch", "Do not restore times") { $0.keepsTimes = false },
      .flag("p", "preserve-permissions same-permissions", "Permissions as they are, without umask")
      {
        $0.keepsPermissions = true
      },
      .flag(nil, "no-same-permissions", "Apply the umask") { $0.keepsPermissions = false },
      .flag(nil, "same-owner", "Restore owners, as root does anyway") { $0.keepsOwner = true },
      .flag("o", "no-same-owner", "Files belong to who unpacks them") { $0.keepsOwner = false },
      .flag(nil, "numeric-owner", "Numbers instead of names of owners") { $0.numericOwner = true },
    ]
  }

  private static var createOptions: [Option<Tar>] {
    [
      .flag("h", "dereference", "The files that links point to") { $0.follows = true },
      .flag(nil, "one-file-system", "Stay on the file system of each name") {
        $0.staysOnDevice = true
      },
      .flag("S", "sparse", "Leave out the holes of files") { $0.isSparse = true },
      .value(nil, "owner", "NAME[:UID]", "All belongs to this user") { $0.owner = $1 },
      .value(nil, "group", "NAME[:GID]", "All belongs to this group") { $0.group = $1 },
      .value(nil, "mode", "MODE", "All has these permissions") { $0.mode = $1 },
      .value(nil, "mtime", "DATE", "All was modified then") { $0.time = $1 },
      .parsed(nil, "sort", "ORDER", "The order of names in folders: none or name") {
        (tar: inout Tar, text: String) throws(Failure) in
        guard text == "name" || text == "none" else {
          throw .usage("--sort: \(text): must be name or none")
        }
        tar.sorts = text == "name"
      },
      .flag(nil, "ignore-failed-read", "An unreadable file is no failure") {
        $0.ignoresReadErrors = true
      },
      .flag(nil, "remove-files", "Remove files once they are in the archive") {
        $0.removesFiles = true
      },
    ]
  }
}
