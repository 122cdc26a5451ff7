internal import Box
internal import Linux

/// What `ls` is to do, with everything settled.
struct Plan {
  let options: Ls
  var layout = Ls.Layout.single
  var order = Ls.Order.name
  var stamp = Ls.Stamp.modified
  var quoting = Quoting(style: .literal)
  /// For the headers of folders, which a colon follows.
  var headerQuoting = Quoting(style: .literal)
  var sizes = SizeFormat.bytes
  var blockSizes = SizeFormat.bytes
  var timeStyle = TimeStyle.locale
  var isTerminal = false
  /// nil is no limit.
  var width: Int?
  var tabSize: Int
  /// Whether unquoted names stand one column to the right where others are quoted.
  var aligns = false
  var colours: FileColours?
  var now = Instant(seconds: 0)

  init(_ options: Ls) {
    self.options = options
    tabSize = options.tabSize
  }

  mutating func quoteSpecials() {
    headerQuoting = quoting
    headerQuoting.special = [":"]
    let marks: [Unicode.Scalar] =
      switch options.indicator {
      case .none, .slash: []
      case .fileType: ["*", "=", ">", "@", "|"]
      case .classify: ["=", ">", "@", "|"]
      }
    // Only the escaping styles would leave these bare otherwise.
    quoting.special = marks
  }

  var isLong: Bool { layout == .long }

  /// Whether the status of every name is needed, or the type the folder gives is enough.
  var needsStatus: Bool {
    isLong || order == .time || order == .size || options.showsBlocks || options.json
      || options.showsContext || options.dereference == .always || options.indicator == .classify
      || colours != nil
  }

  /// Whether extended attributes show in what is printed.
  var needsAttributes: Bool {
    (isLong && !options.json) || options.showsContext || (colours?.looksAtCapabilities ?? false)
  }

  /// Whether the type of every name is needed.
  var needsKind: Bool {
    options.isRecursive || options.indicator != .none || options.foldersFirst
  }

  /// Whether what links point to must be looked at.
  var needsLinkTarget: Bool {
    options.indicator.rawValue > 0 || options.foldersFirst || options.json
      || (colours?.looksAtTargets ?? false)
  }

  /// Whether links on the command line are followed.
  var followsOperands: Bool {
    switch options.dereference {
    case .always, .commandLine: true
    case .commandLineFolders, .automatic: false
    }
  }

  /// Whether links on the command line that point to folders are followed.
  var followsFolderOperands: Bool {
    switch options.dereference {
    case .commandLineFolders: true
    case .automatic: options.listsFolders && options.indicator != .classify && !isLong
    case .always, .commandLine: false
    }
  }

  func shows(_ name: [UInt8]) -> Bool {
    let isDotted = name.first == UInt8(ascii: ".")
    switch options.hidden {
    case .all: break
    case .almostAll:
      if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return false }
    case .hide:
      if isDotted { return false }
      if options.hiding.contains(where: { matchesGlob(name, $0) }) { return false }
    }
    if options.ignoresBackups, name.last == UInt8(ascii: "~") { return false }
    return !options.ignored.contains { matchesGlob(name, $0) }
  }
}
