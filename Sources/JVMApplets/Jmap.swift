public import Box
internal import HotSpot
internal import Linux
internal import Target

/// Counts and dumps the heap of a JVM.
public struct Jmap: Command {
  public init() {}

  public static var manual: Manual<Jmap> {
    Manual(
      "jmap", "Count or dump the objects of a JVM's heap", family: .runtimes,
      operands: "-histo|-dump:OPTIONS|-clstats|-finalizerinfo PID", grammar: .own,
      options: [
        .word("clstats", "", "Statistics of the class loaders"),
        .word(
          "dump", "OPTIONS", "Dump the heap: live|all, format=b, file=FILE, gz=LEVEL", joint: ":"),
        .word("finalizerinfo", "", "Objects that wait for finalization"),
        .flag(nil, "force", "Do not ask first, nor look for room for a dump") { _ in },
        .word(
          "histo", "OPTIONS", "Histogram: live|all, file=FILE, parallel=N", joint: ":",
          isOptional: true),
      ],
      examples: [
        ("jmap -histo 1 | head", "Which classes fill the heap?"),
        ("jmap -dump:live,file=/tmp/x.hprof 1", "The heap, into the target's /tmp"),
      ],
      standard: "JDK 17 jmap(1)",
      deviations: [
        "files are written by the JVM into its own file system; the command that fetches them is shown",
        "-heap and -F are refused as by the JDK: jcmd PID GC.heap_info tells the same",
      ])
  }

  /// What to do with the heap.
  enum Action {
    case loaders, finalizer
    case histogram(Selection)
    case dump(Selection)
  }

  /// The words behind `-histo:` or `-dump:`.
  struct Selection {
    var live = false
    var all = false
    var file: String?
    /// `gz` of a dump, `parallel` of a histogram.
    var number = ""
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var force = false
    var action: Action?
    var target: String?
    for word in operands {
      if word == "--force" {
        force = true
      } else if word.hasPrefix("-") {
        if action != nil { throw .usage("\(word): only one at a time") }
        action = try Self.action(word)
      } else {
        if target != nil { throw .usage("\(word): one operand too many") }
        target = word
      }
    }
    guard let action else {
      throw .usage("what? -histo, -dump:OPTIONS, -clstats or -finalizerinfo")
    }
    guard let target else { throw .usage("which process? give its PID") }
    let finder = try JavaFinder(context)
    let attachment = try Attachment(finder, try JVMTarget.one(target, finder))
    switch action {
    case .loaders: try plain(AttachRequest("jcmd", ["VM.classloader_stats"]), attachment, context)
    case .finalizer: try plain(AttachRequest("jcmd", ["GC.finalizer_info"]), attachment, context)
    case .histogram(let selection): try histogram(selection, attachment, force, context)
    case .dump(let selection): try dump(selection, attachment, force, finder, context)
    }
  }

  private func plain(_ request: AttachRequest, _ attachment: Attachment, _ context: Context)
    throws(Failure)
  {
    let reply = try context.relay(request, to: attachment)
    let pid = attachment.process.pid
    guard reply.status == 0 else { throw .message("\(pid): \(reply.complaint)") }
    if let text = Admission.find(request.command, reply.head) { throw .message("\(pid): \(text)") }
  }

  private func histogram(
    _ selection: Selection, _ attachment: Attachment, _ force: Bool, _ context: Context
  ) throws(Failure) {
    let pid = attachment.process.pid
    if selection.live {
      try Pause(force: force).confirm("for a full collection of its heap", pid, context)
    }
    var arguments = [selection.live ? "-live" : "-all"]
    var file: TargetFile?
    if let path = selection.file {
      let place = try TargetFile(path, of: attachment, context)
      try place.checkFolder(context)
      arguments.append(place.path)
      file = place
    }
    if !selection.number.isEmpty {
      if arguments.count == 1 { arguments.append("") }
      arguments.append(selection.number)
    }
    try plain(AttachRequest("inspectheap", arguments), attachment, context)
    guard let file else { return }
    // The JVM says that it wrote the file even where it could not.
    if (try? file.location(context).status(follow: false)) == nil {
      throw .message("\(file.display): the JVM could not write it")
    }
    file.announce(context)
  }

  private func dump(
    _ selection: Selection, _ attachment: Attachment, _ force: Bool, _ finder: JavaFinder,
    _ context: Context
  ) throws(Failure) {
    guard let path = selection.file else { throw .usage("-dump: needs file=FILE") }
    let file = try TargetFile(path, of: attachment, context)
    if !force { try file.checkRoom(for: attachment, finder, context) }
    try Pause(force: force).confirm("while its heap is dumped", attachment.process.pid, context)
    var arguments = [file.path, selection.live ? "-live" : "-all"]
    if !selection.number.isEmpty { arguments.append(selection.number) }
    try plain(AttachRequest("dumpheap", arguments), attachment, context)
    file.announce(context)
  }

  private static func action(_ word: String) throws(Failure) -> Action {
    switch word {
    case "-clstats": return .loaders
    case "-finalizerinfo": return .finalizer
    case "-histo": return .histogram(Selection())
    case "-heap": throw .usage("-heap: the JDK dropped it; jcmd PID GC.heap_info tells the same")
    case "-F": throw .usage("-F: the JDK dropped it; there is no way round a JVM that hangs")
    default: break
    }
    if word.hasPrefix("-histo:") {
      return .histogram(try selection(String(word.dropFirst(7)), ["parallel"]))
    }
    if word.hasPrefix("-dump:") { return .dump(try selection(String(word.dropFirst(6)), ["gz"])) }
    let names = ["-histo", "-histo:live", "-dump:", "-clstats", "-finalizerinfo", "--force"]
    throw unknownOption(word, nearest: nearest(to: word, among: names))
  }

  private static func selection(_ text: String, _ numbers: [StaticString]) throws(Failure)
    -> Selection
  {
    var selection = Selection()
    for part in text.split(separator: ",") {
      let word = String(part)
      if word == "live" {
        selection.live = true
      } else if word == "all" {
        selection.all = true
      } else if word.hasPrefix("file="), word.utf8.count > 5 {
        selection.file = String(word.dropFirst(5))
      } else if word != "format=b" {
        guard let name = numbers.first(where: { word.hasPrefix("\($0)=") }),
          let number = Int(word.dropFirst(name.utf8CodeUnitCount + 1)), number >= 0
        else { throw .usage("\(word): not known here") }
        selection.number = String(number)
      }
    }
    return selection
  }
}
