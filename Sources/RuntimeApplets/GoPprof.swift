public import Box
internal import Linux
internal import LocalHTTP
internal import ProcFS
internal import Target

/// Fetches profiles of a Go program from its own pprof server.
public struct GoPprof: Command {
  var output: String?
  var port: Int?
  var seconds = 10
  var debug: Int?

  public init() {}

  public static var manual: Manual<GoPprof> {
    Manual(
      "go-pprof", "Find and fetch the pprof profiles of a Go program", family: .runtimes,
      operands: "PID [PROFILE]",
      options: [
        .value("d", "debug", "LEVEL", "1 or 2: a profile as text; 0: for go tool pprof") {
          $0.debug = $1
        },
        .value("o", "output", "FILE", "Where the profile goes; - is standard output") {
          $0.output = $1
        },
        .value("p", "port", "PORT", "Ask this port only") { $0.port = $1 },
        .parsed("s", "seconds", "SECONDS", "How long profile and trace take, 10 where not said") {
          (options: inout GoPprof, text) throws(Failure) in
          guard let value = Int(text), (1...3600).contains(value) else {
            throw .usage("--seconds: \(text): not a number from 1 to 3600")
          }
          options.seconds = value
        },
      ],
      examples: [
        ("go-pprof 1", "Is there a pprof server, and what has it?"),
        ("go-pprof 1 goroutine", "What do all goroutines do?"),
        ("go-pprof 1 profile -s 30 -o cpu.pb.gz", "What takes the time? For go tool pprof"),
        ("go-pprof 1 heap -d 1 | head", "What fills the memory, as text"),
      ],
      standard: "Go net/http/pprof",
      deviations: [
        "goroutine is text (debug=1) where nothing else is said; all else goes to a file",
        "only plain HTTP on the ports that the process listens on is tried",
      ])
  }

  /// The longest profile that is taken, in bytes.
  private static let limit = 4 << 30

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first else { throw .usage("which process? give its PID") }
    if operands.count > 2 { throw .usage("\(operands[2]): one operand too many") }
    let pid = try targetPID(first)
    let server = try find(pid, context)
    guard operands.count > 1 else { return list(server, context.output) }
    try fetch(operands[1], server, context)
  }

  private struct Server {
    let endpoint: Endpoint
    /// The page that lists the profiles.
    let index: [UInt8]
  }

  /// The first port of the process whose server knows `/debug/pprof/`.
  private func find(_ pid: Int32, _ context: Context) throws(Failure) -> Server {
    let processes = try attempt { () throws(SystemError) in try ProcFS(context.root) }
    guard (try? processes.stat(of: pid)) != nil else {
      throw Failure("\(pid): no process \(pid), or /proc hides it", errno: .noProcess)
    }
    let listeners = TargetListeners(processes: processes, pid: pid)
    let own = listeners.own()
    var ports: [Endpoint] = []
    for listener in own ?? listeners.all() where !ports.contains(listener.reachable) {
      if port == nil || Int(listener.endpoint.port) == port { ports.append(listener.reachable) }
    }
    for endpoint in ports {
      guard let answer = try? LocalConnection.get(endpoint, "/debug/pprof/", seconds: 3),
        answer.status == 200, Self.isIndex(answer.body)
      else { continue }
      return Server(endpoint: endpoint, index: answer.body)
    }
    let tried = ports.isEmpty ? "it listens on no port" : "asked: " + text(ports)
    let whose = own == nil ? " (its descriptors are hidden: the whole pod was asked)" : ""
    throw Failure(
      "\(pid): no pprof server: \(tried)\(whose)",
      advice: "import _ \"net/http/pprof\" and serve http.DefaultServeMux in the program")
  }

  private func text(_ ports: [Endpoint]) -> String {
    ports.map { $0.description }.joined(separator: ", ")
  }

  private static func isIndex(_ body: [UInt8]) -> Bool {
    body.withUnsafeBytes { page in
      var start = 0
      while let place = page.offset(of: UInt8(ascii: "g"), from: start) {
        if page.count - place >= 9, page.part(place..<place + 9).elementsEqual("goroutine".utf8) {
          return true
        }
        start = place + 1
      }
      return false
    }
  }

  /// The profiles of the index with their counts, one a line.
  private func list(_ server: Server, _ output: Output) {
    output.line("http://\(server.endpoint)/debug/pprof/")
    var seen: [String] = []
    for row in server.index.split(separator: 10) {
      guard let name = Self.between("href='", "?", row) ?? Self.between("href=\"", "?", row),
        !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
      else { continue }
      if seen.contains(name) { continue }
      seen.append(name)
      let count = Self.between("<td>", "</td>", row) ?? ""
      let digits = count.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? count : ""
      let padding = String(repeating: " ", count: max(0, 8 - digits.utf8.count))
      output.line(padding + digits + "  " + name)
    }
  }

  private static func between(_ start: StaticString, _ end: StaticString, _ row: ArraySlice<UInt8>)
    -> String?
  {
    guard let from = place(of: start, row), let to = place(of: end, row[(from.upperBound)...])
    else { return nil }
    return String(bytes: row[from.upperBound..<to.lowerBound])
  }

  private static func place(of text: StaticString, _ row: ArraySlice<UInt8>) -> Range<Int>? {
    let size = text.utf8CodeUnitCount
    guard row.count >= size else { return nil }
    return text.withUTF8Buffer { wanted in
      for start in row.startIndex...(row.endIndex - size)
      where row[start..<start + size].elementsEqual(wanted) {
        return start..<start + size
      }
      return nil
    }
  }

  private func fetch(_ profile: String, _ server: Server, _ context: Context) throws(Failure) {
    guard !profile.isEmpty,
      profile.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F && $0 != 0x3F && $0 != 0x23 })
    else { throw .usage("\(profile): no name of a profile") }
    let isTimed = profile == "profile" || profile == "trace"
    var path = "/debug/pprof/" + profile
    let level = debug ?? (profile == "goroutine" && output == nil ? 1 : 0)
    if isTimed { path += "?seconds=\(seconds)" } else if level > 0 { path += "?debug=\(level)" }
    let isText = level > 0 && !isTimed || profile == "cmdline" || profile == "symbol"
    let usual = profile == "trace" ? "trace.out" : profile + ".pb.gz"
    if isText, output == nil { return try show(path, server.endpoint, context) }
    let target = SaveTarget(output)
    try target.checkTerminal(context)
    if isTimed { context.note("measuring for \(seconds) s") }
    // Nothing is made before there is anything to put into it.
    var saved: SavedFile?
    try get(path, server.endpoint) { (piece) throws(Failure) in
      if saved == nil { saved = try target.open(usual, context) }
      try saved?.write(piece)
    }
    if let saved, !saved.isOutput {
      context.note("\(profile) of \(saved.count) bytes: \(saved.path)")
    }
  }

  /// Text of the program, made harmless for a terminal.
  private func show(_ path: String, _ endpoint: Endpoint, _ context: Context) throws(Failure) {
    let output = context.output
    var last = UInt8(ascii: "\n")
    try get(path, endpoint) { (piece) throws(Failure) in
      output.write(
        // Between the words of `cmdline` stand NULs.
        piece.map { byte in
          if byte == 0 { return UInt8(ascii: " ") }
          return byte >= 0x20 && byte < 0x7F || byte == 10 || byte == 9 ? byte : UInt8(ascii: "?")
        })
      last = piece.last ?? last
    }
    if last != UInt8(ascii: "\n") { output.line("") }
  }

  private func get(
    _ path: String, _ endpoint: Endpoint, body: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let connection = try attempt { () throws(SystemError) in
      try LocalConnection(endpoint, seconds: 5)
    }
    let reader = try connection.get(
      path, limit: Self.limit, silence: Double(seconds) + 30
    ) { (status, piece) throws(Failure) in if status == 200 { try body(piece) } }
    guard reader.status == 200 else {
      throw .message("http://\(endpoint)\(path): status \(reader.status ?? 0)")
    }
  }
}
