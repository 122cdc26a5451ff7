public import Box
internal import Linux
internal import ProcFS
internal import Report
internal import Target

/// Lists processes. POSIX.1-2017 ps, procps-ng ps(1) with its BSD and GNU styles.
public struct Ps: Command {
  public init() {}

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let processes = try open(context.root)
    let names = ProcessNames(context, processes)
    let options = try PsArguments.parse(operands, names)
    if let instead = options.instead { return tell(instead, context) }
    let world = PsWorld(context, processes, names)
    let sheet = try read(options, world)
    let rows = try arranged(try rows(sheet), sheet)
    if options.json {
      context.output.line(JSON.array(rows.map { sheet.json($0) }).text)
    } else if options.containers {
      printGroups(rows, sheet, context)
    } else {
      printTable(rows, sheet, context)
    }
    if sheet.table.refused > 0 {
      context.report(
        .message(
          "/proc: \(sheet.table.refused) processes may not be read; is it mounted with hidepid?"))
    }
    if rows.isEmpty { context.fail() }
  }

  private func open(_ root: Root) throws(Failure) -> ProcFS {
    do throws(SystemError) {
      return try ProcFS(root)
    } catch {
      throw error.errno == .noEntry ? .message("/proc: not mounted") : .system(error)
    }
  }

  private func read(_ options: PsOptions, _ world: PsWorld) throws(Failure) -> PsSheet {
    var asked = PsFormats.columns(options)
    if options.json, options.containers, let specifier = PsSpecifier.named("container") {
      asked.insert(PsOptions.Column(specifier: specifier, key: "container"), at: 0)
    }
    let columns = asked.map {
      PsColumn($0, pidWidth: world.pidWidth, numeric: options.numeric)
    }
    let pids = options.selection.onlyPIDs
    var fields: ProcessFields = []
    for column in columns { fields.formUnion(column.field.needs) }
    // `aux` must be fast: for all processes it takes no third file of each. See the manual.
    if options.format == .user, pids == nil { fields.remove(.statusNumbers) }
    fields.formUnion(options.selection.needs)
    for key in options.sort { fields.formUnion(key.field.needs) }
    if options.forest || options.hierarchy { fields.insert(.stat) }
    if options.nameOnly, fields.contains(.arguments) {
      fields.remove(.arguments)
      fields.insert(.name)
    }
    let wanted = fields
    let hasThreads = options.threads != .none || options.threadsBelow
    let table = try attempt { () throws(SystemError) in
      try ProcessTable(
        world.processes, reading: wanted, of: pids, threads: hasThreads && !options.threadsBelow)
    }
    return PsSheet(world, options, table, columns, wanted)
  }

  private func rows(_ sheet: PsSheet) throws(Failure) -> [PsRow] {
    let selection = sheet.options.selection
    var rows: [PsRow] = []
    rows.reserveCapacity(sheet.table.records.count)
    for record in sheet.table.records where selection.contains(record, sheet) {
      rows.append(PsRow(record: record))
    }
    return rows
  }

  /// In order, as a tree where asked, with the threads below.
  private func arranged(_ rows: [PsRow], _ sheet: PsSheet) throws(Failure) -> [PsRow] {
    let options = sheet.options
    var rows = rows
    let isTree = options.forest || options.hierarchy
    if isTree, options.threads == .none {
      rows.sort {
        ($0.record.stat.startTicks, $0.record.pid) < ($1.record.stat.startTicks, $1.record.pid)
      }
    }
    rows = sheet.sorted(rows)
    if isTree, options.threads == .none {
      var forest = PsForest(rows, options.forest ? .lines : .indents)
      rows = forest.arranged()
    }
    return options.threadsBelow ? try withThreads(rows, sheet) : rows
  }

  private func withThreads(_ rows: [PsRow], _ sheet: PsSheet) throws(Failure) -> [PsRow] {
    let pids = rows.map { $0.record.pid }.sorted()
    let table = try attempt { () throws(SystemError) in
      try ProcessTable(sheet.world.processes, reading: sheet.fields, of: pids, threads: true)
    }
    sheet.below = PsSheet(sheet.world, sheet.options, table, sheet.columns, sheet.fields)
    var threads: [Int32: [PsRow]] = [:]
    for record in table.records {
      threads[record.pid, default: []].append(PsRow(record: record, kind: .thread))
    }
    return rows.flatMap { row in
      [PsRow(record: row.record, prefix: row.prefix, kind: .process)]
        + (threads[row.record.pid] ?? [])
    }
  }

  private func printTable(_ rows: [PsRow], _ sheet: PsSheet, _ context: Context) {
    var layout = PsLayout(sheet, screen: screen(sheet.options, context))
    let options = sheet.options
    let showsHeader = options.headers && layout.hasTitles
    let page = options.repeatHeaders ? max(1, (options.rows ?? terminalRows) - 1) : Int.max
    for (index, row) in rows.enumerated() {
      if showsHeader, index % page == 0 { layout.header(to: context.output) }
      layout.write(row, to: context.output)
    }
    if showsHeader, rows.isEmpty { layout.header(to: context.output) }
  }

  private var terminalRows: Int { Terminal.size(1)?.rows ?? 24 }

  /// One table per container, and one of what lives in none: kernel threads.
  private func printGroups(_ rows: [PsRow], _ sheet: PsSheet, _ context: Context) {
    var rest = rows
    for container in sheet.world.allContainers {
      let members = Set(container.processes)
      let group = rest.filter { members.contains($0.record.pid) }
      rest.removeAll { members.contains($0.record.pid) }
      printGroup(title(of: container, sheet), group, sheet, context)
    }
    printGroup("no container", rest, sheet, context)
  }

  private func printGroup(_ title: String, _ rows: [PsRow], _ sheet: PsSheet, _ context: Context) {
    if rows.isEmpty { return }
    if sheet.hasPrinted { context.output.line("") }
    sheet.hasPrinted = true
    if sheet.options.headers { context.output.line(title) }
    printTable(rows, sheet, context)
  }

  private func title(of container: Container, _ sheet: PsSheet) -> String {
    var facts = ["main process \(container.mainProcess)"]
    let user = sheet.world.names.user(container.uid, of: container.mainProcess).map {
      String(bytes: $0)
    }
    facts.append("user " + (user ?? String(container.uid)))
    if container.isReadOnly { facts.append("read-only") }
    if let id = container.id { facts.append("id " + String(id.prefix(12))) }
    let name = container.isOwn ? "self (this container)" : container.label
    return Sanitize.escaped("container \(name): " + facts.joined(separator: ", "))
  }

  private func screen(_ options: PsOptions, _ context: Context) -> Int? {
    if options.wide > 1 { return nil }
    guard let width = options.columnLimit ?? context.width else { return nil }
    return options.wide == 1 ? max(width, 132) : width
  }

  private func tell(_ instead: PsOptions.Instead, _ context: Context) {
    switch instead {
    case .version: context.output.line("ps from swift-debugbox \(Version.number)")
    case .help:
      if let applet = context.applets.named("ps") {
        context.output.write(help(applet.page(), calledAs: context.name))
      }
    case .specifiers:
      for specifier in PsSpecifier.all.sorted(by: { "\($0.name)".precedesBytewise("\($1.name)") }) {
        let name = "\(specifier.name)"
        let gap = String(repeating: " ", count: max(1, 13 - name.utf8.count))
        context.output.line(name + gap + "\(specifier.title)")
      }
    }
  }
}
