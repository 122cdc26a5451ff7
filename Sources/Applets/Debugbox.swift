public import Box
internal import Linux

/// The box itself: lists its applets, runs one, or links them into a folder.
public struct Debugbox: Command {
  var lists = false
  var folder: String?

  public init() {}

  public static var manual: Manual<Debugbox> {
    Manual(
      "debugbox", "List the applets, run one, or install links to them", family: .shell,
      operands: "[APPLET [ARGUMENT]...]", grammar: .posix,
      options: [
        .value(nil, "install", "DIR", "Make a symbolic link in DIR for every applet") {
          $0.folder = $1
        },
        .flag(nil, "list", "Print the name of every applet, one per line") { $0.lists = true },
      ],
      examples: [
        ("debugbox ps aux", "Run an applet without a link"),
        ("debugbox --install /bin", "Make all the links"),
      ],
      standard: "busybox, where it is called by that name")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let folder { return try install(folder, operands, context) }
    if lists { return list(context) }
    guard let name = operands.first else { return overview(context) }
    guard let applet = context.applets.named(name) else {
      let hint = nearest(to: name, among: context.applets.all.map { "\($0.name)" })
      throw .message(
        "\(name): no such applet" + (hint.map { "; did you mean \($0)?" } ?? ""),
        status: ExitStatus.notFound)
    }
    var inner = context.renamed(name)
    throw .quiet(applet.run(Array(operands.dropFirst()), &inner))
  }

  private func list(_ context: Context) {
    for applet in context.applets.sorted { context.output.line("\(applet.name)") }
  }

  private func overview(_ context: Context) {
    if context.name == "busybox" { return functions(context) }
    context.output.line(
      "swift-debugbox \(Version.number): debug any pod, whatever rights it gives.")
    let pages = context.applets.sorted.map { (name: "\($0.name)", page: $0.page()) }
    for family in Family.allCases {
      let members = pages.filter { $0.page.family == family && $0.name != "busybox" }
      if members.isEmpty { continue }
      context.output.line("\n\(family.title):")
      for member in members {
        let gap = String(repeating: " ", count: max(1, 16 - member.name.utf8.count))
        context.output.line("  " + member.name + gap + member.page.summary)
      }
    }
    context.output.line("\nNAME --help explains each.")
  }

  /// What scripts that look for busybox parse.
  private func functions(_ context: Context) {
    context.output.write(
      "BusyBox commands, by swift-debugbox \(Version.number).\n\nCurrently defined functions:\n")
    let names = context.applets.sorted.map { "\($0.name)" }.joined(separator: ", ")
    for line in wrap(names, indent: 8).split(separator: "\n") { context.output.line(String(line)) }
  }

  private func install(
    _ folder: String, _ operands: [String], _ context: Context
  ) throws(Failure) {
    if let extra = operands.first { throw .usage("\(extra): --install takes one folder") }
    try attempt { () throws(SystemError) in
      let own = try Link.target(of: "/proc/self/exe")
      let isBeside = try Link.folder(of: own) == Link.resolve(folder)
      for applet in context.applets.all where "\(applet.name)" != "debugbox" {
        try Link.make(to: isBeside ? baseName(own) : own, at: folder + "/\(applet.name)")
      }
    }
  }
}
