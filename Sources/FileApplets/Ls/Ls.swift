public import Box
internal import Linux

/// Lists folders and files, POSIX ls and coreutils ls(1).
public struct Ls: Command {
  enum Layout { case automatic, long, single, columns, across, commas }
  enum Hidden { case hide, almostAll, all }
  enum Order { case name, size, time, version, fileExtension, width, none }
  enum Stamp { case modified, changed, accessed, born }
  enum Indicator: Int { case none, slash, fileType, classify }
  enum Dereference { case automatic, commandLine, commandLineFolders, always }
  enum When { case never, always, automatic }

  var layout = Layout.automatic
  var hidden = Hidden.hide
  var order: Order?
  var stamp: Stamp?
  var stampWasGiven = false
  var indicator = Indicator.none
  var dereference = Dereference.automatic
  var colour = When.never
  var isReverse = false
  var isRecursive = false
  var listsFolders = true
  var foldersFirst = false
  var showsInode = false
  var showsBlocks = false
  var showsOwner = true
  var showsGroup = true
  var showsAuthor = false
  var showsContext = false
  var isNumeric = false
  var sizes: SizeFormat?
  var blockSizes: SizeFormat?
  var usesKibibytes = false
  var quoting: QuotingStyle?
  var masks: Bool?
  var timeStyle: String?
  var width: Int?
  var tabSize = 8
  var ignored: [String] = []
  var hiding: [String] = []
  var ignoresBackups = false
  var endsWithZero = false
  var json = false

  public init() {}

  public static var manual: Manual<Ls> {
    Manual(
      "ls", "List files and what folders hold", family: .files, operands: "[FILE]...",
      options: contentOptions + layoutOptions + orderOptions + nameOptions,
      examples: [
        ("ls -la /proc/1/root/app", "Files of the target, with its user names"),
        ("ls -lt @/var/log | head", "The newest logs of the main target"),
        ("ls -l /proc/1/fd", "What process 1 has open"),
        ("ls -R --json @/etc", "A whole tree for a program to read"),
      ],
      standard: "coreutils 9.1 ls(1)",
      deviations: [
        "/proc/N/root names the root folder of the target, not the link to it",
        "users and groups are those of the root the files lie in",
        "what is printable does not depend on the locale: UTF-8 is, as in C.UTF-8",
        "names of a target are never written raw to a terminal, whatever -N says",
        "--dired and --hyperlink are not there; no= of LS_COLORS changes nothing",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var listing = Listing(try plan(context), context)
    if json {
      listing.collect(operands.isEmpty ? ["."] : operands)
    } else {
      listing.run(operands.isEmpty ? ["."] : operands)
    }
    context = listing.context
  }

  /// Settles what depends on more than one option, the environment or the terminal.
  private func plan(_ context: Context) throws(Failure) -> Plan {
    var plan = Plan(self)
    let isTerminal = context.isInteractive
    plan.layout = layout == .automatic ? (isTerminal ? .columns : .single) : layout
    if json { plan.layout = .long }
    let isLong = plan.layout == .long
    let byTime: Order = stampWasGiven && !isLong ? .time : .name
    plan.order = order ?? byTime
    plan.stamp = stamp ?? .modified
    try environment(context, &plan)
    plan.quoting.masks =
      masks ?? (isTerminal && (plan.quoting.style == .literal || plan.quoting.style == .shell))
    plan.isTerminal = isTerminal
    plan.quoteSpecials()
    plan.width = try lineWidth(context)
    plan.aligns =
      plan.quoting.style.alignsQuotes
      && (isLong || (plan.width != nil && plan.layout != .single && plan.layout != .commas))
    let wantsColour = colour == .always || (colour == .automatic && isTerminal)
    plan.colours = wantsColour && !endsWithZero ? FileColours(context) : nil
    if plan.colours != nil { plan.tabSize = 0 }
    plan.now = context.clock.now()
    return plan
  }

  private func environment(_ context: Context, _ plan: inout Plan) throws(Failure) {
    var style = quoting
    if style == nil, let word = context.variable("QUOTING_STYLE") {
      style = QuotingStyle.names.first { "\($0.0)" == word }?.1
    }
    plan.quoting.style = style ?? (context.isInteractive ? .shellEscape : .literal)
    let blocks = context.variable("LS_BLOCK_SIZE") ?? context.variable("BLOCK_SIZE")
    plan.sizes = sizes ?? blocks.flatMap { SizeFormat($0) } ?? .bytes
    let standard: SizeFormat =
      context.variable("POSIXLY_CORRECT") != nil && !usesKibibytes
      ? .blocks(512, suffix: "") : .blocks(1024, suffix: "")
    let named = blocks ?? context.variable("BLOCKSIZE")
    let fallback = usesKibibytes ? standard : named.flatMap { SizeFormat($0) } ?? standard
    plan.blockSizes = blockSizes ?? fallback
    if let text = timeStyle ?? context.variable("TIME_STYLE") {
      guard let style = TimeStyle(text) else {
        throw .usage("\(text): not one of full-iso, long-iso, iso, locale, +FORMAT (time style)")
      }
      plan.timeStyle = style
    }
  }

  /// Columns to fill; nil is no limit.
  private func lineWidth(_ context: Context) throws(Failure) -> Int? {
    let width = width ?? context.width ?? 80
    return width == 0 ? nil : width
  }
}
