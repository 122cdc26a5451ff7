internal import Box
internal import Linux
internal import Report
internal import Trace

/// mtr without a screen: measures, then writes.
struct MtrReport {
  private let settings: MtrSettings
  private let target: Destination
  private let engine: MtrEngine
  private let names: NameLookup
  private let context: Context

  init(
    _ settings: MtrSettings, _ target: Destination, _ engine: MtrEngine, _ names: NameLookup,
    _ context: Context
  ) {
    var settings = settings
    if settings.cycles == nil { settings.cycles = 10 }
    self.settings = settings
    self.target = target
    self.engine = engine
    self.names = names
    self.context = context
  }

  func run() throws(Failure) {
    let start = context.clock.now()
    let signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), .terminate])
    }
    if settings.format == .raw { writeEvents() }
    if settings.format == .report || settings.format == .wide {
      context.output.line("Start: " + Linux.format(start.local, "%Y-%m-%dT%H:%M:%S%z"))
      context.output.flush()
    }
    let cycles = settings.cycles ?? 10
    do throws(SystemError) {
      while engine.cycle < cycles, signals.next() == nil, context.output.failure == nil {
        try engine.step(isSending: true, seconds: 1, other: signals.descriptor)
      }
      let deadline = Deadline(seconds: settings.grace)
      while engine.hasPending, !deadline.hasPassed, signals.next() == nil {
        try engine.step(isSending: false, seconds: deadline.left, other: signals.descriptor)
      }
    } catch {
      throw .system(error)
    }
    switch settings.format {
    case .report, .wide, .live: writeTable()
    case .json: json()
    case .csv: csv(start)
    case .raw: break
    }
  }

  private func label(_ hop: MtrHop) -> String {
    guard let address = hop.addresses.first else { return "???" }
    return label(address)
  }

  private func label(_ address: IPAddress) -> String {
    if settings.isNumeric { return address.description }
    guard let name = names.name(of: address) else { return address.description }
    return settings.showsBoth ? name + " (" + address.description + ")" : name
  }

  private var node: String { Sanitize.escaped(Linux.Host().node) }

  func writeTable() {
    let labels = engine.shown.map { label(engine.hops[$0]) }
    var width = 25
    if settings.format == .wide { width = labels.map { $0.utf8.count }.max() ?? 0 }
    let output = context.output
    output.line(
      cut("HOST: " + node, settings.format == .wide ? width + 6 : width + 8)
        + settings.fields.map { $0.heading }.joined())
    for (row, index) in engine.shown.enumerated() {
      let hop = engine.hops[index]
      let number = String(index + 1)
      let indent = String(repeating: " ", count: max(0, 3 - number.utf8.count))
      output.line(
        indent + number + ".|-- " + cut(labels[row], width)
          + settings.fields.map { $0.cell(hop) }.joined())
      for other in hop.addresses.dropFirst() { output.line("    |  `|-- " + label(other)) }
    }
  }

  /// Exactly so wide.
  private func cut(_ text: String, _ width: Int) -> String {
    let kept = text.utf8.count > width ? String(text.prefix(width)) : text
    return kept + String(repeating: " ", count: max(0, width - kept.utf8.count))
  }

  private func json() {
    let output = context.output
    let source = JSON.string(node).text
    output.write("{\n    \"report\": {\n        \"mtr\": {\n            \"src\": \(source),\n")
    output.write("            \"dst\": \(JSON.string(target.text).text),\n")
    output.write("            \"tos\": \(settings.trafficClass ?? 0),\n")
    output.write("            \"tests\": \(settings.cycles ?? 10),\n")
    output.write("            \"psize\": \"\(settings.size)\",\n")
    let fill = hexadecimal(settings.fill).asciiUppercased
    output.write("            \"bitpattern\": \"0x\(fill)\"\n")
    output.write("        },\n        \"hubs\": [")
    for (row, index) in engine.shown.enumerated() {
      let hop = engine.hops[index]
      output.write(row > 0 ? "," : "")
      output.write("\n            {\n                \"count\": \(index + 1),\n")
      output.write("                \"host\": \(JSON.string(label(hop)).text)")
      for field in settings.fields where !field.isSpace {
        output.write(",\n                \"\(field.title)\": \(number(field, hop))")
      }
      output.write("\n            }")
    }
    output.write("\n        ]\n    }\n}\n")
  }

  /// With up to three decimals, and one at least.
  private func number(_ field: MtrField, _ hop: MtrHop) -> String {
    if field.digits == 0 { return fixed(field.value(hop), 0) }
    var text = fixed(field.value(hop), 3)
    while text.hasSuffix("0"), !text.hasSuffix(".0") { text = String(text.dropLast()) }
    return text
  }

  private func csv(_ start: Instant) {
    let output = context.output
    var head = "Mtr_Version,Start_Time,Status,Host,Hop,Ip,"
    for field in settings.fields { head += (field.isSpace ? " " : "\(field.title)") + "," }
    output.line(head)
    for index in engine.shown {
      let hop = engine.hops[index]
      var line = "MTR.0.95,\(start.seconds),OK,\(target.text),\(index + 1),\(label(hop))"
      for field in settings.fields {
        line += "," + fixed(field.value(hop), field.digits == 0 ? 0 : 2)
      }
      output.line(line)
    }
  }

  /// One line for each packet, reply and new address.
  private func writeEvents() {
    let output = context.output
    engine.onEvent = { event in
      switch event {
      case .sent(let hop, let id): output.line("x \(hop) \(33000 + id)")
      case .answered(let hop, let id, let source, let seconds, let isNew):
        if isNew { output.line("h \(hop) \(source.description)") }
        output.line("p \(hop) \(Int(seconds * 1e6)) \(33000 + id)")
      }
      output.flush()
    }
  }
}
