internal import Box
internal import Linux
internal import Nettrace
internal import Report

/// A trace in a form that other tools draw.
struct Conversion {
  let format: TraceFormat

  /// - Parameter target: the file to write; beside the trace where nil.
  func run(_ trace: String, to target: String?, _ context: Context) throws(Failure) {
    let name = target ?? stem(trace) + "\(format.ending)"
    let words = name == "-" ? context.errors : context.output
    if format == .speedscope {
      let collector = ThreadTimelines()
      try TraceFile(name: trace).samples(collector, context)
      let file = try ResultFile(name, context)
      try Speedscope(collector, Pieces(file)).write(title: baseName(trace))
      if collector.isCut {
        context.note("\(trace): is too long to be converted whole; its end is missing")
      }
    } else {
      let collector = SampleCollector()
      try TraceFile(name: trace).samples(collector, context)
      let file = try ResultFile(name, context)
      try Collapsed(collector, Pieces(file)).write()
    }
    if name != "-" { words.line("Conversion complete: " + Sanitize.escaped(name)) }
    words.flush()
  }

  private func stem(_ trace: String) -> String {
    let ending = ".nettrace"
    return trace.hasSuffix(ending) ? String(trace.dropLast(ending.utf8.count)) : trace
  }
}

/// Text for a file, gathered to pieces worth a call.
final class Pieces {
  private let file: ResultFile
  private var bytes: [UInt8] = []

  init(_ file: ResultFile) { self.file = file }

  func write(_ text: String) throws(Failure) {
    bytes += text.utf8
    if bytes.count >= 1 << 16 { try flush() }
  }

  func flush() throws(Failure) {
    var failure: Failure?
    bytes.withUnsafeBytes { raw in
      do throws(Failure) {
        try file.write(raw)
      } catch {
        failure = error
      }
    }
    bytes.removeAll(keepingCapacity: true)
    if let failure { throw failure }
  }
}

/// What a thread was doing where it was not in managed code, in Microsoft's words.
enum PseudoFrame {
  static let native = "UNMANAGED_CODE_TIME"
  static let managed = "CPU_TIME"
}

/// `root;caller;callee count`, what flame graph tools read.
struct Collapsed {
  private let collector: SampleCollector
  private let pieces: Pieces

  init(_ collector: SampleCollector, _ pieces: Pieces) {
    self.collector = collector
    self.pieces = pieces
  }

  func write() throws(Failure) {
    var names: [UInt64: String] = [:]
    var lines: [String] = []
    var counts: [String: Int] = [:]
    for node in 0..<collector.native.count {
      let native = collector.native[node]
      let managed = collector.managed[node]
      if native == 0, managed == 0 { continue }
      var text = ""
      for address in collector.tree.frames(node).reversed() {
        let name = names[address] ?? Self.safe(collector.name(address, isShort: true))
        names[address] = name
        text += (text.isEmpty ? "" : ";") + name
      }
      for (count, frame) in [(native, PseudoFrame.native), (managed, "")] where count > 0 {
        let line = frame.isEmpty ? text : text + ";" + frame
        if counts[line] == nil { lines.append(line) }
        counts[line, default: 0] += Int(count)
      }
    }
    for index in sortedIndices(lines.count, { lines[$0].precedesBytewise(lines[$1]) }) {
      try pieces.write(lines[index] + " \(counts[lines[index]] ?? 0)\n")
    }
    try pieces.flush()
  }

  /// Blanks and semicolons separate.
  private static func safe(_ name: String) -> String {
    let masked = Sanitize.masked(name)
    guard masked.utf8.contains(where: { $0 == 0x20 || $0 == UInt8(ascii: ";") }) else {
      return masked
    }
    let bytes = masked.utf8.map { $0 == 0x20 || $0 == UInt8(ascii: ";") ? UInt8(ascii: "_") : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// The file format of speedscope.app: for each thread when its frames began and ended.
struct Speedscope {
  private let collector: ThreadTimelines
  private let pieces: Pieces
  private let ticksPerMillisecond: Double
  private let start: UInt64

  init(_ collector: ThreadTimelines, _ pieces: Pieces) {
    self.collector = collector
    self.pieces = pieces
    ticksPerMillisecond = Double(collector.head?.ticksPerSecond ?? 1_000_000_000) / 1000
    start = collector.head?.startTicks ?? 0
  }

  func write(title: String) throws(Failure) {
    let frames = FrameNumbers(collector)
    try pieces.write("{\"exporter\":\"swift-debugbox\",\"name\":" + JSON.string(title).text)
    try pieces.write(",\"activeProfileIndex\":0,\"$schema\":")
    try pieces.write("\"https://www.speedscope.app/file-format-schema.json\",")
    try pieces.write("\"shared\":{\"frames\":[")
    for (index, name) in frames.names.enumerated() {
      try pieces.write((index > 0 ? "," : "") + JSON.object([("name", .string(name))]).text)
    }
    try pieces.write("]},\"profiles\":[")
    for (index, timeline) in collector.timelines.enumerated() {
      if index > 0 { try pieces.write(",") }
      try write(timeline, frames)
    }
    try pieces.write("]}\n")
    try pieces.flush()
  }

  private func write(_ timeline: ThreadTimelines.Timeline, _ frames: FrameNumbers) throws(Failure) {
    let first = timeline.spans.first?.start ?? 0
    try pieces.write(
      "{\"type\":\"evented\",\"name\":\"Thread (\(timeline.thread))\",\"unit\":\"milliseconds\","
        + "\"startValue\":" + time(first) + ",\"endValue\":" + time(timeline.end)
        + ",\"events\":[")
    // The outermost frame first.
    var open: [Int] = []
    var isFirst = true
    for span in timeline.spans {
      let stack = frames.numbers(span, collector)
      var same = 0
      while same < min(open.count, stack.count), open[same] == stack[same] { same += 1 }
      for frame in open[same...].reversed() { try event("C", frame, span.start, &isFirst) }
      for frame in stack[same...] { try event("O", frame, span.start, &isFirst) }
      open = stack
    }
    for frame in open.reversed() { try event("C", frame, timeline.end, &isFirst) }
    try pieces.write("]}")
  }

  private func event(_ type: StaticString, _ frame: Int, _ ticks: UInt64, _ isFirst: inout Bool)
    throws(Failure)
  {
    try pieces.write(
      (isFirst ? "" : ",") + "{\"type\":\"\(type)\",\"frame\":\(frame),\"at\":" + time(ticks) + "}")
    isFirst = false
  }

  private func time(_ ticks: UInt64) -> String {
    let passed = ticks >= start ? Double(ticks - start) : 0
    return Grouped.trimmed(fixed(passed / ticksPerMillisecond, 4))
  }

  /// The number of each frame's name.
  private final class FrameNumbers {
    private(set) var names = [PseudoFrame.native, PseudoFrame.managed]
    private var byAddress: [UInt64: Int] = [:]

    init(_ collector: ThreadTimelines) {
      var known: [String: Int] = [:]
      for node in 1..<max(1, collector.tree.count) {
        let address = collector.tree.address(node)
        if byAddress[address] != nil { continue }
        let name = collector.name(address)
        let index = known[name] ?? names.count
        if index == names.count {
          known[name] = index
          names.append(name)
        }
        byAddress[address] = index
      }
    }

    func numbers(_ span: ThreadTimelines.Span, _ collector: ThreadTimelines) -> [Int] {
      let frames = collector.tree.frames(Int(span.node))
      var numbers: [Int] = []
      for address in frames.reversed() { numbers.append(byAddress[address] ?? 0) }
      return numbers + [span.isManaged ? 1 : 0]
    }
  }
}
