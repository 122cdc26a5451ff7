internal import Box
internal import DotnetIPC
internal import Linux

/// `dotnet-trace collect`: a session, written to a file of ours as it comes.
struct TraceCollection {
  let choices: DotnetChoices
  let format: TraceFormat
  let selection: ProviderSelection
  let bufferSize: UInt32

  func run(_ context: inout Context) throws(Failure) {
    let finder = try DotnetFinder(context)
    let process = try choices.process(finder)
    let title = DotnetTitle(process, finder)
    let client = try finder.client(process)
    let name = choices.output ?? Self.defaultName(title.name, context) + ".nettrace"
    if name == "-", format != .nettrace {
      throw .usage("-o -: only with --format nettrace; a conversion needs the trace in a file")
    }
    // Our own file first: a trace that cannot be kept is not worth collecting.
    let traceName = name.hasSuffix("\(format.ending)") ? Self.traceName(name, format) : name
    let file = try ResultFile(traceName, context)
    // Beside a trace on standard output there is no room for words.
    let words = file.isStandardOutput ? context.errors : context.output
    if selection.isDefault {
      words.line(
        "No profile or providers specified, defaulting to trace profile 'cpu-sampling'\n")
    }
    selection.show(words)
    words.line("Process        : " + Sanitize.escaped(title.program))
    words.line("Output File    : " + Sanitize.escaped(traceName) + "\n")
    words.flush()
    var signal: Int32?
    do throws(Failure) {
      signal = try record(client, file, words, context)
    } catch {
      file.removeIfEmpty()
      throw error
    }
    words.line("\nTrace completed.")
    words.flush()
    if format != .nettrace {
      try Conversion(format: format).run(traceName, to: name == traceName ? nil : name, context)
    }
    if let signal { context.fail(128 + signal) }
  }

  /// - Returns: the signal that ended it, where the user did not set an end.
  private func record(
    _ client: DotnetClient, _ file: ResultFile, _ words: Output, _ context: Context
  ) throws(Failure) -> Int32? {
    var request = SessionRequest(
      selection.providers.map { $0.provider }, rundown: selection.rundown)
    request.bufferSize = bufferSize
    let pump = try SessionPump(context)
    let isTerminal = Terminal.isTerminal(2)
    if isTerminal {
      pump.pace = 0.5
      // Enter, or whatever else was typed with it.
      if Terminal.isTerminal(0) { pump.keyboard = { false } }
    }
    if choices.duration == nil {
      words.line("Press <Enter> or <Ctrl+C> to exit...")
      words.flush()
    }
    let session = try client.collect(request)
    let start = context.clock.monotonic()
    let progress = { () -> Bool in
      let elapsed = Int(context.clock.monotonic().since(start))
      context.errors.write(
        "\r[" + Self.clock(elapsed) + "]\tRecording trace " + Self.kilobytes(file.size))
      context.errors.flush()
      return true
    }
    try pump.run(session, limit: choices.duration, tick: progress) {
      (bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool in
      try file.write(bytes)
      return true
    }
    if isTerminal { context.errors.write("\n") }
    context.note("\(file.size) bytes" + (file.isStandardOutput ? "" : " to \(file.name)"))
    return choices.duration == nil && pump.signal == 2 ? nil : pump.signal
  }

  /// `00:00:00:05`
  private static func clock(_ seconds: Int) -> String {
    let parts = [seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
    return parts.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
  }

  private static func kilobytes(_ size: Int) -> String {
    if size < 1000 { return "\(size)  (B)" }
    if size < 1_000_000 { return fixed(Double(size) / 1000, 3) + "  (KB)" }
    return fixed(Double(size) / 1_000_000, 3) + "  (MB)"
  }

  /// `app_20261121_141500`
  static func defaultName(_ program: String, _ context: Context) -> String {
    let safe = program.utf8.map { byte -> UInt8 in
      let isPlain =
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
      return isPlain ? byte : UInt8(ascii: "_")
    }
    let stem = String(decoding: safe.prefix(64), as: UTF8.self)
    return (stem.isEmpty || stem.hasPrefix(".") ? "trace" : stem) + "_"
      + Linux.format(context.clock.now().local, "%Y%m%d_%H%M%S")
  }

  /// `x.nettrace` for `x.speedscope.json`.
  private static func traceName(_ name: String, _ format: TraceFormat) -> String {
    format == .nettrace ? name : name.dropLast("\(format.ending)".utf8.count) + ".nettrace"
  }
}
