public import Box
internal import DNS
internal import Linux

/// Asks name servers, once or in conversation, nslookup(1) of BIND 9.18.
public struct Nslookup: Command {
  public init() {}

  public static var manual: Manual<Nslookup> {
    Manual(
      "nslookup", "Ask name servers, once or in conversation", family: .network,
      operands: "[NAME | -] [SERVER]", grammar: .own,
      options: [
        .word("type query q", "TYPE", "Ask for A, AAAA, MX, ANY and so on", joint: "="),
        .word("debug d2", "", "Show all that the server says"),
        .word("port", "NUM", "Ask this port", joint: "="),
        .word("timeout", "SECONDS", "Wait so long for an answer; also -retry=NUM", joint: "="),
        .word("class", "CLASS", "Ask in another class than IN", joint: "="),
        .word("domain", "NAME", "Search in this domain; also -ndots=NUM", joint: "="),
        .word("nosearch", "", "Take names as they are"),
        .word("norecurse", "", "Ask for what the server knows itself"),
        .word("vc", "", "Ask by TCP"),
        .word("nofail", "", "Go on to the next server after a failure of one"),
        .word("version", "", "Show the version"),
      ],
      examples: [
        ("nslookup kubernetes.default", "With the search list, unlike busybox"),
        ("nslookup -type=srv _grpc._tcp.api", "Other types"),
        ("nslookup api 10.96.0.10", "Ask one server"),
      ],
      standard: "BIND 9.18 nslookup(1)",
      deviations: ["unknown options and types end with status 2 in place of a guess"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let session = NslookupSession(context)
    var rest = operands[...]
    while let argument = rest.first, argument.hasPrefix("-"), argument != "-" {
      rest = rest.dropFirst()
      let word = String(argument.dropFirst())
      if word == "version" {
        return context.output.line("nslookup \(Version.number) swift-debugbox")
      }
      guard try session.set(word) else { throw unknownOption(argument, nearest: nil) }
    }
    guard rest.count <= 2 else { throw .usage("\(Array(rest)[2]): one server is enough") }
    if rest.count == 2, let server = rest.last { try session.use(server) }
    guard let name = rest.first, name != "-" else { return try converse(session, context) }
    try session.look(name)
    if session.hasFailed { throw .quiet(1) }
  }

  /// Reads commands until the end of input or `exit`.
  private func converse(_ session: NslookupSession, _ context: Context) throws(Failure) {
    let input = try context.input()
    let isTerminal = Terminal.isTerminal(0)
    while true {
      if isTerminal { context.output.write("> ") }
      context.output.flush()
      guard let line = try attempt({ () throws(SystemError) in try input.line(limit: 65536) })
      else { break }
      let words = line.split { $0 == 0x20 || $0 == 9 || $0 == 10 || $0 == 13 }
        .map { String(bytes: $0) }
      do throws(Failure) {
        guard try session.command(words) else { break }
      } catch {
        // A mistake ends the command, not the conversation.
        context.output.line(Sanitize.escaped("nslookup: " + (error.text ?? "")))
      }
    }
    if session.hasFailed { throw .quiet(1) }
  }
}

/// The state of a conversation: the server, the type and how to ask.
final class NslookupSession {
  private let context: Context
  private let output: Output
  private let client: NameClient
  private var type: RecordType?
  private var isDebug = false
  private var port: UInt16 = 53
  private var retry = 3
  private var timeout = 0
  private var serverName: String?
  private(set) var hasFailed = false

  init(_ context: Context) {
    self.context = context
    output = context.output
    client = NameClient(context)
    client.servers = NamedServer.configured(client.resolver, port: 53, family: nil)
  }

  func use(_ server: String) throws(Failure) {
    client.servers = try NamedServer.named(server, client.resolver, port: port, family: nil)
    serverName = server
  }

  /// - Returns: whether the conversation goes on.
  func command(_ words: [String]) throws(Failure) -> Bool {
    guard let first = words.first else { return true }
    switch first.asciiLowercased {
    case "exit", "quit": return false
    case "set":
      for word in words.dropFirst() where try !set(word) {
        output.line("*** Invalid option: \(Sanitize.escaped(word))")
      }
    case "server", "lserver":
      if words.count > 1 { try use(words[1]) }
      showServers()
    case "help", "?", "finger", "ls", "root", "view":
      output.line("The '\(first)' command is not available.")
    default:
      if words.count > 1 {
        let (servers, name) = (client.servers, serverName)
        try use(words[1])
        try look(first)
        (client.servers, serverName) = (servers, name)
      } else {
        try look(first)
      }
    }
    return true
  }

  private func showServers() {
    for server in client.servers {
      output.line("Default server: \(Sanitize.escaped(server.name))")
      output.line("Address: \(bindText(server.endpoint))")
    }
  }

  /// A setting of the command line or of `set`; false: there is none of that name.
  func set(_ word: String) throws(Failure) -> Bool {
    let bytes = word.bytes
    let equals = bytes.firstIndex(of: UInt8(ascii: "="))
    let name = String(bytes: bytes[..<(equals ?? bytes.endIndex)]).asciiLowercased
    let value = equals.map { String(bytes: bytes[($0 + 1)...]) } ?? ""
    switch name {
    case "all": showSettings()
    case "type", "ty", "querytype", "query", "q", "qu", "que", "quer":
      guard let found = RecordType(name: value) else {
        throw .usage("unknown query type: \(value)")
      }
      type = found
    case "class", "cl":
      guard let found = RecordClass(name: value) else {
        throw .usage("unknown query class: \(value)")
      }
      client.recordClass = found
    case "domain", "do":
      client.domain = value
      client.searches = true
    case "port", "po":
      port = UInt16(try number(value, 65535, word))
      client.servers = client.servers.map {
        NamedServer(endpoint: Endpoint($0.endpoint.address, port: port), name: $0.name)
      }
    case "timeout", "t", "ti":
      timeout = try number(value, 65535, word)
      client.timeout = Double(max(1, timeout))
    case "retry", "ret":
      retry = try number(value, 1000, word)
      client.tries = max(1, retry)
    case "ndots": client.ndots = try number(value, 1000, word)
    case "debug", "deb", "d2": isDebug = true
    case "nodebug", "nodeb", "nod2": isDebug = false
    case "recurse", "rec": client.isRecursive = true
    case "norecurse", "norec": client.isRecursive = false
    case "search", "sea", "defname", "def": client.searches = true
    case "nosearch", "nosea", "nodefname", "nodef": client.searches = false
    case "vc", "v": client.isTCP = true
    case "novc", "nov": client.isTCP = nil
    case "fail": client.skipsFailures = false
    case "nofail": client.skipsFailures = true
    default: return false
    }
    return true
  }

  private func number(_ text: String, _ most: Int, _ word: String) throws(Failure) -> Int {
    guard let number = Int(text), number >= 0, number <= most else {
      throw .usage("\(word): not a number up to \(most)")
    }
    return number
  }

  private func showSettings() {
    showServers()
    let configuration = client.resolver.configuration
    output.write("\nSet options:\n")
    output.write(
      "  \(client.isTCP == true ? "vc" : "novc")\t\t\t\(isDebug ? "debug" : "nodebug")\t\tnod2\n")
    output.write(
      "  \(client.searches ? "search" : "nosearch")\t\t\(client.isRecursive ? "recurse" : "norecurse")\n"
    )
    output.write(
      "  timeout = \(timeout)\t\tretry = \(retry)\tport = \(port)\t"
        + "ndots = \(client.ndots ?? configuration.ndots)\n")
    let name = (type ?? .a).description
    let pad = String(repeating: " ", count: max(0, 8 - name.utf8.count))
    output.write("  querytype = \(name)\(pad)\tclass = \(client.recordClass.description)\n")
    let list = client.domain.map { [$0] } ?? configuration.search
    output.line("  srchlist = " + Sanitize.escaped(list.joined(separator: "/")))
  }

  func look(_ name: String) throws(Failure) {
    if let address = IPAddress(name) {
      let searches = client.searches
      client.searches = false
      defer { client.searches = searches }
      try look(Resolver.reverse(address), [type ?? .ptr], introduces: false)
    } else if let type {
      try look(name, [type], introduces: true)
    } else {
      try look(name, [.a, .aaaa], introduces: true)
    }
    output.write(UInt8(10))
  }

  private func look(_ name: String, _ types: [RecordType], introduces: Bool) throws(Failure) {
    client.tellsTruncation = true
    let answer = try client.search(name, types[0])
    client.tellsTruncation = false
    guard let first = answer else {
      hasFailed = true
      return
    }
    if first.message.code == .serverFailure {
      output.line(";; Got SERVFAIL reply from \(first.reply.server.address.description)")
    }
    if introduces || isDebug { introduce(first.server) }
    if isDebug { show(debug: first) }
    let shown = DomainName.isAbsolute(name) && name != "." ? String(name.dropLast()) : name
    guard first.message.code == .noError else {
      hasFailed = true
      return output.line(
        "** server can't find \(Sanitize.escaped(shown)): \(first.message.code.description)")
    }
    var isEmpty = first.message.answers.isEmpty
    show(first, isFirst: true, missing: types.count == 1 && isEmpty ? shown : nil)
    if types.count == 1 { return }
    for type in types.dropFirst() {
      let target = first.message.chain(from: first.name, types[0]).name
      guard let next = client.ask(target, type), next.message.code == .noError else { continue }
      if isDebug { show(debug: next) }
      if next.message.answers.isEmpty { continue }
      show(next, isFirst: false)
      isEmpty = false
    }
    if isEmpty { output.line("*** Can't find \(Sanitize.escaped(shown)): No answer") }
  }

  private func introduce(_ server: NamedServer) {
    output.write(
      "Server:\t\t\(Sanitize.escaped(server.name))\nAddress:\t\(bindText(server.endpoint))\n\n")
  }

  private func show(_ answer: NameClient.Answer, isFirst: Bool, missing: String? = nil) {
    let message = answer.message
    let isAuthoritative = message.flags.contains(.authoritative)
    if isFirst, !isAuthoritative { output.line("Non-authoritative answer:") }
    for record in message.answers { output.write(NslookupText.record(record)) }
    if let missing { output.line("*** Can't find \(Sanitize.escaped(missing)): No answer") }
    let type = message.questions.first?.type
    guard !isAuthoritative, type != .a, type != .aaaa else { return }
    output.line("\nAuthoritative answers can be found from:")
    for record in message.authorities + message.additionals {
      output.write(NslookupText.record(record, isDetailed: true))
    }
  }

  private func show(debug answer: NameClient.Answer) {
    let message = answer.message
    output.line("------------\n    QUESTIONS:")
    for question in message.questions {
      output.line(
        "\t\(question.name.relative), type = \(question.type.description), "
          + "class = \(question.recordClass.description)")
    }
    output.line("    ANSWERS:")
    for record in message.answers { output.write(NslookupText.debug(record)) }
    output.line("    AUTHORITY RECORDS:")
    for record in message.authorities { output.write(NslookupText.debug(record)) }
    output.line("    ADDITIONAL RECORDS:")
    for record in message.additionals { output.write(NslookupText.debug(record)) }
    output.line("------------")
  }
}

/// Records in the words of nslookup.
enum NslookupText {
  static func record(_ record: Record, isDetailed: Bool = false) -> String {
    let name = record.name.relative
    let data = String(bytes: record.dataText())
    switch record.type.code {
    case 1 where !isDetailed, 28 where !isDetailed: return "Name:\t\(name)\nAddress: \(data)\n"
    case 1: return "\(name)\tinternet address = \(data)\n"
    case 28: return "\(name)\thas AAAA address \(data)\n"
    case 6: return "\(name)\n" + soa(data)
    default: return "\(name)\t\(verb(record.type)) = \(data)\n"
    }
  }

  static func debug(_ record: Record) -> String {
    let data = String(bytes: record.dataText())
    var text = "    ->  \(record.name.relative)\n"
    switch record.type.code {
    case 1: text += "\tinternet address = \(data)\n"
    case 28: text += "\thas AAAA address \(data)\n"
    case 6: text += soa(data)
    default: text += "\t\(verb(record.type)) = \(data)\n"
    }
    return text + "\tttl = \(record.timeToLive)\n"
  }

  private static func soa(_ data: String) -> String {
    let names: [StaticString] = [
      "origin", "mail addr", "serial", "refresh", "retry", "expire", "minimum",
    ]
    var text = ""
    for (name, word) in zip(names, data.split(separator: " ")) {
      let isName = word.utf8.last == UInt8(ascii: ".") && word.utf8.count > 1
      text += "\t\(name) = " + String(isName ? word.dropLast() : word) + "\n"
    }
    return text
  }

  private static func verb(_ type: RecordType) -> String {
    switch type.code {
    case 2: "nameserver"
    case 5: "canonical name"
    case 12: "name"
    case 15: "mail exchanger"
    case 16: "text"
    case 33: "service"
    case 11: "protocol"
    case 19: "x25 address"
    case 20: "isdn address"
    case 24: "signature"
    case 3...39: type.description.asciiLowercased
    default: "rdata_\(type.code)"
    }
  }
}
