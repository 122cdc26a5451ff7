public import Box
internal import DotnetIPC
internal import Linux
internal import ProcFS
internal import Target

/// Has a .NET runtime write a dump of its process, and fetches it.
public struct DotnetDump: DotnetTool {
  public var choices = DotnetChoices()
  var type: String?
  var logs = false
  var force = false

  public init() {}

  public static var manual: Manual<DotnetDump> {
    Manual(
      "dotnet-dump", "Take a dump of a .NET process and fetch it", family: .runtimes,
      operands: "{collect|ps}",
      options: Option.process + [
        .flag(nil, "diag", "Have the runtime write to the app's output how it makes the dump") {
          (options: inout DotnetDump) in
          options.logs = true
          options.choices.given.append("diag")
        },
        .flag(nil, "force", "Whatever room there is in the target") {
          (options: inout DotnetDump) in
          options.force = true
          options.choices.given.append("force")
        },
        .json,
        .output("Write to FILE of this container; - is standard output"),
        .value(nil, "type", "TYPE", "Full, Heap, Mini or Triage; Full unless told") {
          (options: inout DotnetDump, type: String) in
          options.type = type.asciiLowercased
          options.choices.given.append("type")
        },
      ],
      examples: [
        ("dotnet-dump collect -p 1 --type Heap -o core", "For dotnet-dump analyze elsewhere"),
        ("dotnet-dump collect -p 1 -o - | gzip > core.gz", "Compressed on the way"),
      ],
      standard: "Microsoft dotnet-dump 9",
      deviations: [
        "the dump is fetched to this container and removed from the target; analyze is refused",
        "of single-file apps only Full dumps can be had: that is the runtime's rule",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.first == "analyze" {
      throw .usage("analyze: needs the SDK; copy the dump to where it is")
    }
    let (verb, rest) = try DotnetChoices.verb(operands, among: ["collect", "ps"])
    try DotnetChoices.noOperands(rest, verb)
    if verb == "ps" {
      try choices.check(verb, allows: ["json"])
      return try ProcessList(json: choices.json).show(&context)
    }
    try choices.check(
      verb, allows: ["process-id", "name", "type", "output", "diag", "force"])
    guard let kind = DumpKind(type ?? "full") else {
      throw .usage("--type \(type ?? ""): there are Full, Heap, Mini and Triage")
    }
    let finder = try DotnetFinder(context)
    let client = try finder.client(try choices.process(finder))
    let errand = DumpErrand(client, finder, kind, logs: logs, context)
    if !force { try errand.checkRoom() }
    let now = Linux.format(context.clock.now().local, "%Y%m%d_%H%M%S")
    let file = try ResultFile(choices.output ?? "./core_" + now, context)
    let words = file.isStandardOutput ? context.errors : context.output
    context.note("process \(client.process.pid) stands still while its dump is written")
    words.line("Writing \(kind.words) to " + Sanitize.escaped(file.name))
    words.flush()
    do throws(Failure) {
      try errand.run(file)
    } catch {
      file.removeIfEmpty()
      throw error
    }
    words.line("Written \(file.size) bytes")
    words.line("Complete")
    words.flush()
  }
}

extension DumpKind {
  fileprivate var words: StaticString {
    switch self {
    case .mini: "minidump"
    case .heap: "minidump with heap"
    case .triage: "triage dump"
    case .full: "full dump"
    }
  }
}

/// One dump: written by the runtime into its own file system, fetched, and removed there in any case.
struct DumpErrand {
  private let client: DotnetClient
  private let finder: DotnetFinder
  private let kind: DumpKind
  private let logs: Bool
  private let context: Context
  /// In the target's root.
  private let folder: String
  private let name: String

  init(
    _ client: DotnetClient, _ finder: DotnetFinder, _ kind: DumpKind, logs: Bool,
    _ context: Context
  ) {
    self.client = client
    self.finder = finder
    self.kind = kind
    self.logs = logs
    self.context = context
    folder = finder.temporaryFolder(of: client.process)
    let moment = context.clock.monotonic()
    name = "debugbox-core-\(Process.ownPID)-\(moment.seconds)\(moment.nanoseconds)"
  }

  private var path: String { (folder == "/" ? "" : folder) + "/" + name }
  private var display: String { "/proc/\(client.process.pid)/root" + path }

  /// Refuses a dump that the target's file system has no room for.
  func checkRoom() throws(Failure) {
    let place = "/proc/\(client.process.pid)/root" + folder
    let handle = try Paths(context).location(place).open([.read, .directory])
    let free = try attempt { () throws(SystemError) in try handle.freeSpace() }
    guard let need = estimate(), need > free else { return }
    throw Failure(
      "\(place): \(free >> 20) MiB free, but such a dump takes some \(need >> 20) MiB",
      advice: kind == .full ? "--type Heap or Mini, or --force" : "--type Mini, or --force")
  }

  /// Bytes that a dump may take: all memory that can be read, or of it what is no file's.
  private func estimate() -> Int? {
    switch kind {
    case .mini, .triage: return 16 << 20
    case .heap, .full:
      if let mapped = readable(files: kind == .full) { return mapped }
      guard let status = try? finder.processes.status(of: client.process.pid) else { return nil }
      return ((status.number("VmRSS") ?? 0) + (status.number("VmSwap") ?? 0)) * 1024
    }
  }

  /// The sizes of readable mappings, by `/proc/PID/maps`.
  private func readable(files: Bool) -> Int? {
    guard
      let file = try? Doorway(finder.processes).open(client.process.pid, "maps", .read).take(),
      let bytes = try? file.contents(limit: 16 << 20)
    else { return nil }
    var total = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
      guard words.count >= 5, words[1].first == UInt8(ascii: "r") else { continue }
      let isFile = words.count == 6 && words[5].contains(UInt8(ascii: "/"))
      let isMemory = words.count == 6 && words[5].starts(with: "/memfd:".utf8)
      if isFile, !isMemory, !files { continue }
      let ends = words[0].split(separator: UInt8(ascii: "-"))
      guard ends.count == 2, let start = Int(String(bytes: ends[0]), radix: 16),
        let end = Int(String(bytes: ends[1]), radix: 16), end > start
      else { continue }
      total += end - start
    }
    return total
  }

  func run(_ file: ResultFile) throws(Failure) {
    let watch = try attempt { () throws(SystemError) in
      try SignalWatch(SessionPump.held)
    }
    defer { watch.release() }
    var signal: Int32?
    var isLeft = false
    do throws(Failure) {
      try client.dump(kind, to: path, logs: logs) { (socket) throws(Failure) in
        try wait(socket.descriptor, watch, &signal, &isLeft)
      }
    } catch {
      // Nobody knows when a runtime that goes on writes will be done.
      if !isLeft { remove() }
      throw error
    }
    defer { remove() }
    if let signal { throw .quiet(128 + signal) }
    try fetch(file, watch)
  }

  /// Until the runtime answers. The first signal is remembered: to leave now would leave the dump there.
  private func wait(
    _ socket: Int32, _ watch: SignalWatch, _ signal: inout Int32?, _ isLeft: inout Bool
  ) throws(Failure) {
    while true {
      let ready = try attempt { () throws(SystemError) in
        try Poll.wait([(socket, .read), (watch.descriptor, .read)], until: .never)
      }
      if !ready[0].isEmpty { return }
      guard !ready[1].isEmpty, let number = watch.next() else { continue }
      if signal != nil {
        isLeft = true
        throw Failure(
          "left while the runtime writes \(display)", advice: "rm \(ShellQuote.quoted(display))",
          status: 128 + number)
      }
      signal = number
      context.note("the runtime cannot be interrupted; the dump will be removed once it is written")
    }
  }

  private func fetch(_ file: ResultFile, _ watch: SignalWatch) throws(Failure) {
    let source = try Paths(context).location(display).openToRead()
    source.willReadOnce()
    let size = try attempt { () throws(SystemError) in try source.status().size }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      if let number = watch.next() { throw .quiet(128 + number) }
      var count = 0
      do throws(SystemError) {
        count = try source.read(into: buffer)
      } catch {
        throw .system(error.about(display))
      }
      if count == 0 { break }
      try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    if file.size != size {
      throw .message("\(display): \(size) bytes, but \(file.size) could be read")
    }
  }

  private func remove() {
    let process = client.process
    do throws(SystemError) {
      try ActingAs(uid: process.uid, gid: process.gid).remove(name, from: folder, in: client.root)
    } catch {
      context.note("\(display): could not be removed: \(error.reason)")
    }
  }
}
