internal import Box
internal import JFR
internal import Linux

/// Prints events as the JDK's `jfr print` does.
struct JfrPrinter {
  let filter: JfrFilter
  let depth: Int

  func show(_ recording: Recording, _ context: Context) throws(Failure) {
    try recording.forEachChunk(context) { (chunk) throws(JFRError) in
      var events: [JFREvent] = []
      var ends: [Int64] = []
      try chunk.forEachEvent { (event) throws(JFRError) in
        guard filter.admits(event.type.name) else { return }
        events.append(event)
        ends.append(try end(of: event, chunk))
      }
      for index in sortedIndices(events.count, { ends[$0] < ends[$1] }) {
        try show(events[index], chunk, context.output)
        if context.output.failure != nil { return }
      }
    }
  }

  /// In ticks; events are printed in the order in which they ended.
  private func end(of event: JFREvent, _ chunk: JFRChunk) throws(JFRError) -> Int64 {
    var ticks: Int64 = 0
    if let field = event.type.field("startTime") {
      ticks = try chunk.value(field, of: event).integer ?? 0
    }
    if let field = event.type.field("duration") {
      let duration = try chunk.value(field, of: event).integer ?? 0
      ticks = ticks.addingReportingOverflow(duration).partialValue
    }
    return ticks
  }

  private func show(_ event: JFREvent, _ chunk: JFRChunk, _ output: Output) throws(JFRError) {
    let values = try chunk.values(of: event)
    output.line(Sanitize.masked(event.type.name) + " {")
    var text = JfrText(header: chunk.header, depth: depth)
    if let index = event.type.field("arrayElements"), index < values.count {
      text.arrayElements = values[index].integer.flatMap { $0 >= 0 ? $0 : nil }
    }
    // The JDK shows the stack and the thread behind the event's own fields.
    let late: [StaticString] = ["eventThread", "stackTrace"]
    for (index, field) in event.type.fields.enumerated() where index < values.count {
      if late.contains(where: { "\($0)" == field.name }) { continue }
      if field.name == "duration", values[index].integer == 0 { continue }
      text.field(field, values[index], indent: 1)
    }
    for name in late {
      guard let index = event.type.field(name), index < values.count else { continue }
      if case .null = values[index] { continue }
      text.field(event.type.fields[index], values[index], indent: 1)
    }
    output.write(text.text)
    output.line("}")
    output.line("")
  }
}

/// The text of values, by their types and annotations.
struct JfrText {
  let header: JFRHeader
  let depth: Int
  private(set) var text = ""
  /// How long the array is that an old object is, told beside it.
  var arrayElements: Int64?

  init(header: JFRHeader, depth: Int) {
    self.header = header
    self.depth = depth
  }

  mutating func field(_ field: JFRField, _ value: JFRValue, indent: Int) {
    text += margin(indent) + field.name + " = "
    self.value(value, field, indent: indent)
    text += "\n"
  }

  private mutating func value(_ value: JFRValue, _ field: JFRField, indent: Int) {
    switch value {
    case .null: text += "N/A"
    case .flag(let flag): text += flag ? "true" : "false"
    case .integer(let number): text += integer(number, field)
    case .real(let number): text += real(number, field)
    case .text(let string): text += "\"" + Self.safe(string) + "\""
    case .list(let items): list(items, field, indent: indent)
    case .object(let type, let values, _): object(value, type, values, indent: indent)
    }
  }

  private mutating func list(_ items: [JFRValue], _ field: JFRField, indent: Int) {
    text += "[\n"
    for item in items {
      text += margin(indent + 1)
      value(item, field, indent: indent + 1)
      text += "\n"
    }
    text += margin(indent) + "]"
  }

  private mutating func object(
    _ value: JFRValue, _ type: JFRType, _ values: [JFRValue], indent: Int
  ) {
    switch type.name {
    case "java.lang.Thread": text += thread(value)
    case "java.lang.Class": text += className(value)
    case "jdk.types.ClassLoader": text += loader(value)
    case "jdk.types.OldObject": oldObject(value, indent: indent)
    case "jdk.types.Symbol": text += "\"" + Self.safe(value.text ?? "") + "\""
    case "jdk.types.Method":
      text += JFRFrame(method: value).map { Self.safe($0.signature) } ?? "N/A"
    case "jdk.types.StackTrace": stack(value, indent: indent)
    default:
      // A type of one text is an enumeration.
      if values.count == 1, let string = values[0].text {
        text += "\"" + Self.safe(string) + "\""
      } else {
        text += "{\n"
        for (index, inner) in type.fields.enumerated() where index < values.count {
          field(inner, values[index], indent: indent + 1)
        }
        text += margin(indent) + "}"
      }
    }
  }

  private mutating func stack(_ value: JFRValue, indent: Int) {
    guard let (frames, isCut) = JFRFrame.frames(value) else {
      text += "N/A"
      return
    }
    text += "[\n"
    var passed = 0
    var shown = 0
    while passed < frames.count, shown < depth {
      let frame = frames[passed]
      passed += 1
      if frame.isHidden { continue }
      shown += 1
      text += margin(indent + 1) + Self.safe(frame.signature)
      if frame.line > 0 { text += " line: \(frame.line)" }
      text += "\n"
    }
    // As the JDK has it: also where the last frame was the last there is.
    if isCut || passed == depth { text += margin(indent + 1) + "...\n" }
    text += margin(indent) + "]"
  }

  private func thread(_ value: JFRValue) -> String {
    let id = value.member("javaThreadId")?.integer ?? 0
    if id > 0 {
      let name = value.member("javaName")?.text ?? ""
      return "\"" + Self.safe(name) + "\" (javaThreadId = \(id))"
    }
    let name = value.member("osName")?.text ?? ""
    return "\"" + Self.safe(name) + "\" (osThreadId = \(value.member("osThreadId")?.integer ?? 0))"
  }

  private func className(_ value: JFRValue) -> String {
    let name = JFRFrame.typeName(value.member("name")?.text ?? "")
    guard let member = value.member("classLoader") else { return Self.safe(name) }
    return Self.safe(name) + " (classLoader = " + loader(member, brief: true) + ")"
  }

  private func loader(_ value: JFRValue, brief: Bool = false) -> String {
    if let type = value.member("type"), let name = type.member("name")?.text {
      if brief { return Self.safe(value.member("name")?.text ?? JFRFrame.dotted(name)) }
      return Self.safe(JFRFrame.dotted(name)) + " (id = \(value.key ?? 0))"
    }
    return brief ? Self.safe(value.member("name")?.text ?? "null") : "null"
  }

  /// The object, then those that hold it and by which field or index, one to a line.
  private mutating func oldObject(_ value: JFRValue, indent: Int) {
    text += " [\n" + margin(indent + 1) + described(value, size: arrayElements) + "\n"
    var reference = value.member("referrer")
    var level = 0
    while let holder = reference, let object = holder.member("object"), level < 100 {
      if (holder.member("skip")?.integer ?? 0) > 0 { text += margin(indent + 1) + "...\n" }
      let array = holder.member("array")
      let index = array?.member("index")?.integer.map { "[\($0)]" }
      let place = holder.member("field")?.member("name")?.text ?? index ?? ""
      text += margin(indent + 1) + Self.safe(place) + " : "
      text += described(object, size: array?.member("size")?.integer) + "\n"
      reference = object.member("referrer")
      level += 1
    }
    text += margin(indent) + "]"
  }

  /// `java.lang.Object[249]`, `java.lang.Class Class Name: java.lang.String`.
  private func described(_ object: JFRValue, size: Int64?) -> String {
    var name = JFRFrame.typeName(object.member("type")?.member("name")?.text ?? "")
    if let size, name.hasSuffix("[]") { name = String(name.dropLast(2)) + "[\(size)]" }
    let description = object.member("description")?.text
    return Self.safe(name + (description.map { " " + $0 } ?? ""))
  }

  private func margin(_ indent: Int) -> String { String(repeating: "  ", count: indent) }

  /// Line breaks are kept as the JDK keeps them.
  static func safe(_ text: String) -> String {
    if !text.utf8.contains(0x0A) { return Sanitize.masked(text) }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Sanitize.masked(String($0)) }.joined(separator: "\n")
  }
}
