internal import Box
internal import Linux
internal import Report
internal import Target

/// Where the bytes of a profile go.
struct SaveTarget {
  /// nil is a name of our own in the working folder.
  let name: String?

  init(_ name: String?) { self.name = name }

  func path(_ usual: String) -> String { name ?? usual }

  /// Refuses to fill a terminal with what is no text.
  func checkTerminal(_ context: Context) throws(Failure) {
    guard name == "-", context.isInteractive else { return }
    throw .usage("-o -: this is no text for a terminal: give a file, or a pipe behind it")
  }

  /// The open file, and whether it is standard output.
  func open(_ usual: String, _ context: Context) throws(Failure) -> SavedFile {
    let path = path(usual)
    if path == "-" {
      try checkTerminal(context)
      return SavedFile(
        try attempt { () throws(SystemError) in try File.duplicate(of: 1) }, path, isOutput: true)
    }
    return SavedFile(
      try Paths(context).location(path).open([.write, .create, .truncate]), path, isOutput: false)
  }
}

/// A file under construction.
final class SavedFile {
  let path: String
  let isOutput: Bool
  private let file: File
  private(set) var count = 0

  init(_ file: consuming File, _ path: String, isOutput: Bool) {
    self.file = file
    self.path = path
    self.isOutput = isOutput
  }

  func write(_ bytes: some Collection<UInt8>) throws(Failure) {
    count += bytes.count
    let all = TextBuffer(capacity: bytes.count)
    Array(bytes).withUnsafeBytes { all.append($0) }
    do throws(SystemError) {
      try file.write(all.bytes)
    } catch {
      throw .system(error.about(path))
    }
  }
}

/// Where JavaScript is right now.
struct NodeStack {
  let session: InspectorSession
  let wait: Double

  init(_ session: InspectorSession, wait: Double) {
    self.session = session
    self.wait = wait
  }

  func tell(to output: Output) throws(Failure) {
    var paused: JSON?
    var scripts: [String: String] = [:]
    func note(_ event: JSON) {
      guard event["method"]?.string == "Debugger.scriptParsed", let script = event["params"],
        let id = script["scriptId"]?.string
      else { return }
      scripts[id] = script["url"]?.string
    }
    // The scripts that are there already come as events before the reply.
    _ = try session.raw("Debugger.enable") { (event) throws(Failure) in note(event) }
    try session.send("Debugger.pause")
    let deadline = Deadline(seconds: wait)
    while paused == nil, let event = try session.event(seconds: deadline.left) {
      note(event)
      if event["method"]?.string == "Debugger.paused" { paused = event["params"] }
    }
    // The process goes on before anything is printed: a terminal may be slow.
    if paused != nil { _ = try session.call("Debugger.resume") }
    _ = try session.call("Debugger.disable")
    guard let paused else {
      throw .message("idle: no JavaScript ran for \(Int(wait.rounded(.up))) s; it waits for events")
    }
    for frame in paused["callFrames"]?.items ?? [] { output.line(Self.line(frame, scripts)) }
    var parent = paused["asyncStackTrace"]
    var depth = 0
    while let trace = parent, depth < 32 {
      output.line("    -- " + Sanitize.escaped(trace["description"]?.string ?? "async") + " --")
      for frame in trace["callFrames"]?.items ?? [] { output.line(Self.line(frame, scripts)) }
      parent = trace["parent"]
      depth += 1
    }
  }

  /// `    at name (file:line:column)`, as the stack of an error is written.
  private static func line(_ frame: JSON, _ scripts: [String: String]) -> String {
    let name = frame["functionName"]?.string ?? ""
    let place = frame["location"] ?? frame
    let line = (place["lineNumber"]?.integer ?? 0) + 1
    let column = (place["columnNumber"]?.integer ?? 0) + 1
    var url = frame["url"]?.string ?? ""
    if url.isEmpty, let id = (place["scriptId"] ?? frame["scriptId"])?.string {
      url = scripts[id] ?? ""
    }
    let file = "\(url.isEmpty ? "?" : url):\(line):\(column)"
    return Sanitize.escaped(name.isEmpty ? "    at \(file)" : "    at \(name) (\(file))")
  }
}

/// What takes the time.
struct NodeProfile {
  let session: InspectorSession

  init(_ session: InspectorSession) { self.session = session }

  func run(
    _ seconds: Double, _ target: SaveTarget, _ interruption: Interruption, _ context: inout Context
  ) throws(Failure) {
    let saved = try target.open("node.cpuprofile", context)
    _ = try session.call("Profiler.enable")
    _ = try session.call("Profiler.setSamplingInterval", [(key: "interval", value: .number(1000))])
    _ = try session.call("Profiler.start")
    let signal = interruption.pause(seconds: seconds)
    let reply = try session.raw("Profiler.stop")
    _ = try session.call("Profiler.disable")
    guard let range = JSONReader.range(of: ["result", "profile"], in: reply) else {
      throw .message("\(session.endpoint): sends no profile")
    }
    try saved.write(reply[range])
    if !saved.isOutput {
      summarise(Array(reply[range]), context.output)
      context.note("profile of \(saved.count) bytes: \(saved.path)")
    }
    if let signal { context.fail(128 + signal) }
  }

  /// The functions that most samples were taken in.
  private func summarise(_ bytes: [UInt8], _ output: Output) {
    guard let profile = try? JSON(parsing: bytes) else { return }
    var hits: [String: Int] = [:]
    var total = 0
    for node in profile["nodes"]?.items ?? [] {
      let count = node["hitCount"]?.integer ?? 0
      guard count > 0, let frame = node["callFrame"] else { continue }
      let name = frame["functionName"]?.string ?? ""
      let url = frame["url"]?.string ?? ""
      let place = url.isEmpty ? "" : "  \(url):\((frame["lineNumber"]?.integer ?? 0) + 1)"
      hits[(name.isEmpty ? "(anonymous)" : name) + place, default: 0] += count
      total += count
    }
    let names = Array(hits.keys)
    let order = sortedIndices(names.count) { a, b in
      let first = hits[names[a]] ?? 0
      let second = hits[names[b]] ?? 0
      return first != second ? first > second : names[a].precedesBytewise(names[b])
    }
    for index in order.prefix(15) {
      let count = hits[names[index]] ?? 0
      let share = fixed(Double(count) * 100 / Double(max(1, total)), 1)
      let padding = String(repeating: " ", count: max(0, 6 - share.utf8.count))
      output.line(padding + share + "%  " + Sanitize.escaped(names[index]))
    }
  }
}

/// What fills the memory.
struct NodeHeap {
  let session: InspectorSession

  init(_ session: InspectorSession) { self.session = session }

  func save(_ target: SaveTarget, _ context: Context) throws(Failure) {
    let saved = try target.open("node.heapsnapshot", context)
    context.note("the process stands still while the snapshot is made")
    _ = try session.call("HeapProfiler.enable")
    _ = try session.raw(
      "HeapProfiler.takeHeapSnapshot", [(key: "reportProgress", value: .flag(false))]
    ) { (event) throws(Failure) in
      guard event["method"]?.string == "HeapProfiler.addHeapSnapshotChunk",
        let chunk = event["params"]?["chunk"]?.string
      else { return }
      try saved.write(chunk.utf8)
    }
    _ = try session.call("HeapProfiler.disable")
    if !saved.isOutput { context.note("snapshot of \(saved.count) bytes: \(saved.path)") }
  }
}
