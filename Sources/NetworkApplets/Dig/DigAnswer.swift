internal import Box
internal import DNS
internal import Linux
internal import Report

/// When, from whom and how big: what stands below an answer.
struct DigFooter {
  let lookup: DigLookup
  let server: NamedServer
  /// `UDP`, `TCP` or `TLS`.
  let transport: StaticString
  let seconds: Double
  let now: Instant

  /// The three lines that all answers share.
  var lines: String {
    var text = ";; Query time: \(duration)\n"
    text += ";; SERVER: \(server.label) (\(transport))\n"
    return text + ";; WHEN: \(format(now.local, "%a %b %d %H:%M:%S %Z %Y"))\n"
  }

  /// `3 msec`, or `3120 usec`.
  var duration: String {
    lookup.isMicroseconds ? "\(Int(seconds * 1e6)) usec" : "\(Int(seconds * 1000)) msec"
  }
}

extension DigSession {
  /// Shows an answer in the way that was asked for.
  func show(
    _ message: Message, _ reply: Reply, _ lookup: DigLookup, _ server: NamedServer,
    _ start: Instant, _ query: Query
  ) {
    let footer = DigFooter(
      lookup: lookup, server: server, transport: reply.transport.name, seconds: reply.seconds,
      now: context.clock.now())
    if lookup.isYAML {
      return output.write(DigYAML(message, lookup.style).text(reply, start, footer.now))
    }
    if lookup.isJSON { return output.line(DigJSON(message, lookup.style).text(reply, footer)) }
    if lookup.isShort { return showShort(message, lookup, footer) }
    if lookup.hasComments, !message.flags.contains(.response) {
      output.line(";; Warning: query response not set")
    }
    flushGreeting(lookup, serverCount)
    var style = lookup.style
    style.cookie = query.edns?.option(EDNSOption.cookie)
    if style.hasComments { output.line(";; Got answer:") }
    output.write(message.text(style, warnings: warnings(message, lookup)))
    if lookup.identifies, !lookup.showsStatistics {
      output.line(identity(footer, bytes: reply.bytes.count))
    }
    guard lookup.showsStatistics else { return }
    output.write(footer.lines)
    output.line(";; MSG SIZE  rcvd: \(reply.bytes.count)\n")
  }

  private func identity(_ footer: DigFooter, bytes: Int) -> String {
    ";; Received \(bytes) bytes from \(footer.server.label) in "
      + (footer.lookup.isMicroseconds
        ? "\(Int(footer.seconds * 1e6)) us\n" : "\(Int(footer.seconds * 1000)) ms\n")
  }

  /// What stands between the header and the sections.
  private func warnings(_ message: Message, _ lookup: DigLookup) -> String {
    var text = ""
    let flags = message.flags
    if lookup.flags.contains(.recursionDesired), !flags.contains(.recursionAvailable) {
      text += ";; WARNING: recursion requested but not available\n"
    }
    if message.excess > 0 {
      text +=
        ";; WARNING: Message has \(message.excess) extra byte\(message.excess == 1 ? "" : "s")"
        + " at end\n"
    }
    if message.edns == nil, lookup.hasEDNS,
      message.code == .formatError || message.code == .notImplemented
    {
      text +=
        "\n;; WARNING: EDNS query returned status \(message.code.description) - retry with "
        + "'\(lookup.wantsSignatures ? "+nodnssec " : "")+noedns'\n"
    }
    return text
  }

  private func showShort(_ message: Message, _ lookup: DigLookup, _ footer: DigFooter) {
    for record in message.answers {
      output.write(record.dataText(lookup.style.records))
      if lookup.identifies {
        output.write(
          " from server \(footer.server.name) in "
            + (lookup.isMicroseconds
              ? "\(Int(footer.seconds * 1e6)) us." : "\(Int(footer.seconds * 1000)) ms."))
      }
      output.write(UInt8(10))
    }
  }

  /// The query before it goes out, `+qr`.
  func showQuery(_ message: Message, _ bytes: Int, _ lookup: DigLookup, _ server: NamedServer) {
    if lookup.isYAML {
      let now = context.clock.now()
      let reply = Reply(
        bytes: [], server: server.endpoint, isTCP: lookup.isTCP ?? false, seconds: 0)
      return output.write(
        DigYAML(message, lookup.style).text(reply, now, now, isQuery: true, size: bytes))
    }
    if lookup.isJSON || lookup.isShort { return }
    flushGreeting(lookup, serverCount)
    var message = message
    if lookup.padding > 0 {
      message.edns?.options.append(EDNSOption(EDNSOption.padding))
    }
    output.line(";; Sending:")
    output.write(message.text(lookup.style))
    output.line(";; QUERY SIZE: \(bytes)\n")
  }
}

/// A message as dig's `+yaml` writes it.
struct DigYAML {
  let message: Message
  let style: MessageStyle

  init(_ message: Message, _ style: MessageStyle) {
    self.message = message
    self.style = style
  }

  func text(
    _ reply: Reply, _ start: Instant, _ end: Instant, isQuery: Bool = false, size: Int? = nil
  ) -> String {
    let flags = message.flags
    let isRecursive = flags.contains(isQuery ? .recursionDesired : .recursionAvailable)
    var text = "- type: MESSAGE\n  message:\n    type: \(isRecursive ? "RECURSIVE" : "AUTH")"
    text += isQuery ? "_QUERY\n" : "_RESPONSE\n"
    text += "    query_time: !!timestamp \(stamp(start))\n"
    if !isQuery { text += "    response_time: !!timestamp \(stamp(end))\n" }
    let isV6 = reply.server.address.family == .v6
    text += "    message_size: \(size ?? reply.bytes.count)b\n"
    text += "    socket_family: \(isV6 ? "INET6" : "INET")\n"
    text += "    socket_protocol: \(reply.isTCP ? "TCP" : "UDP")\n"
    text += "    response_address: \"\(reply.server.address.description)\"\n"
    text += "    response_port: \(reply.server.port)\n"
    text += "    query_address: \"\(isV6 ? "::" : "0.0.0.0")\"\n    query_port: 0\n"
    text += isQuery ? "    query_message_data:\n" : "    response_message_data:\n"
    return text + body
  }

  private var body: String {
    var text = "      opcode: \(message.operation.description)\n"
    text += "      status: \(message.code.description)\n      id: \(message.id)\n"
    text += "      flags:\(message.flags.names)\n"
    let names: [StaticString] = ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"]
    for (index, name) in names.enumerated() { text += "      \(name): \(message.counts[index])\n" }
    if let edns = message.edns { text += pseudosection(edns) }
    if style.showsQuestion, !message.questions.isEmpty {
      text += "      QUESTION_SECTION:\n"
      for question in message.questions {
        text +=
          "        - '"
          + quoted(
            question.name.description + " "
              + question.recordClass.description + " " + question.type.description) + "'\n"
      }
    }
    if style.showsAnswer { text += section("ANSWER", message.answers) }
    if style.showsAuthority { text += section("AUTHORITY", message.authorities) }
    if style.showsAdditional { text += section("ADDITIONAL", message.additionals) }
    return text
  }

  private func pseudosection(_ edns: EDNS) -> String {
    var text = "      OPT_PSEUDOSECTION:\n        EDNS:\n          version: \(edns.version)\n"
    text +=
      "          flags:\(edns.wantsSignatures ? " do" : "")\n          udp: \(edns.bufferSize)\n"
    for option in edns.options {
      text += line(option)
    }
    return text
  }

  /// As in the pseudosection, but for three options.
  private func line(_ option: EDNSOption) -> String {
    let margin = "          "
    if let error = ExtendedError(option) {
      var text = margin + "EDE:\n" + margin + "  INFO-CODE: \(error.code)"
      if let name = error.name { text += " (\(name))" }
      text += "\n"
      // Without text dig leaves an empty line.
      if option.data.count <= 2 { return text + "\n" }
      return text + margin + "  EXTRA-TEXT: \"" + printable(option.data[2...]) + "\"\n"
    }
    if option.code == EDNSOption.padding, !option.data.isEmpty {
      var text = margin + "PAD:"
      for byte in option.data { text += " " + hexText([byte]) }
      return text + " (\"" + printable(option.data[...]) + "\")\n"
    }
    let shown = String(bytes: option.shown(cookie: style.cookie))
    guard option.code == EDNSOption.keepalive else { return margin + shown + "\n" }
    return margin + "TCP-KEEPALIVE" + String(shown.dropFirst(13)) + "\n"
  }

  private func printable(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      text.unicodeScalars.append(byte >= 0x20 && byte < 0x7F ? Unicode.Scalar(byte) : ".")
    }
    return text
  }

  private func section(_ name: StaticString, _ records: [Record]) -> String {
    if records.isEmpty { return "" }
    var text = "      \(name)_SECTION:\n"
    for record in records {
      text += "        - '" + quoted(String(bytes: record.line(style.records).dropLast())) + "'\n"
    }
    return text
  }

  /// A quote is doubled inside single quotes.
  private func quoted(_ text: String) -> String {
    if !text.utf8.contains(0x27) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "'" { result.append(scalar) }
      result.append(scalar)
    }
    return String(result)
  }

  private func stamp(_ instant: Instant) -> String {
    let fraction = String(1000 + instant.nanoseconds / 1_000_000).dropFirst()
    return format(instant.utc, "%Y-%m-%dT%H:%M:%S.") + fraction + "Z"
  }
}

/// A message as one JSON object: our own, stable form.
struct DigJSON {
  let message: Message
  let style: MessageStyle

  init(_ message: Message, _ style: MessageStyle) {
    self.message = message
    self.style = style
  }

  func text(_ reply: Reply, _ footer: DigFooter) -> String {
    var members: [(key: String, value: JSON)] = [
      ("server", .string(footer.server.endpoint.description)),
      ("transport", .string("\(reply.transport.name)".asciiLowercased)),
      ("milliseconds", .decimal(reply.seconds * 1000, digits: 3)),
      ("bytes", .number(reply.bytes.count)), ("id", .number(Int(message.id))),
      ("opcode", .string(message.operation.description)),
      ("status", .string(message.code.description)),
      ("flags", .array(message.flags.names.split(separator: " ").map { .string(String($0)) })),
    ]
    if let damage = message.damage { members.append(("damage", .string(damage.description))) }
    if let edns = message.edns { members.append(("edns", json(edns))) }
    let questions = message.questions.map { question in
      JSON.object([
        ("name", .string(question.name.description)),
        ("class", .string(question.recordClass.description)),
        ("type", .string(question.type.description)),
      ])
    }
    members.append(("question", .array(questions)))
    members.append(("answer", .array(message.answers.map { json($0) })))
    members.append(("authority", .array(message.authorities.map { json($0) })))
    members.append(("additional", .array(message.additionals.map { json($0) })))
    return JSON.object(members).text
  }

  private func json(_ edns: EDNS) -> JSON {
    .object([
      ("version", .number(Int(edns.version))), ("udp", .number(Int(edns.bufferSize))),
      ("do", .flag(edns.wantsSignatures)),
      (
        "options",
        .array(
          edns.options.map { option in
            .object([
              ("code", .number(Int(option.code))), ("data", .string(hexText(option.data))),
              ("text", .string(String(bytes: option.shown(cookie: style.cookie)))),
            ])
          })
      ),
    ])
  }

  private func json(_ record: Record) -> JSON {
    .object([
      ("name", .string(record.name.description)), ("ttl", .number(Int(record.timeToLive))),
      ("class", .string(record.recordClass.description)),
      ("type", .string(record.type.description)),
      ("data", .string(String(bytes: record.dataText()))),
    ])
  }
}
