public import Box
internal import GRPC
internal import HTTP
internal import Linux

/// Lists and describes what a gRPC server offers, by its reflection; and asks for its health.
public struct Grpcurl: Command {
  public init() {}

  public static var manual: Manual<Grpcurl> {
    Manual(
      "grpcurl", "List what a gRPC server offers, and ask for its health", family: .network,
      operands: "HOST:PORT list [SERVICE]|describe [SYMBOL]|METHOD",
      grammar: .own,
      options: [
        .word("plaintext", "", "Without TLS"),
        .word("insecure", "", "Accept any certificate"),
        .word("cacert", "FILE", "Whom to trust"),
        .word("cert", "FILE", "Our certificate, PEM"),
        .word("key", "FILE", "The key of our certificate"),
        .word("servername authority", "NAME", "The name that the certificate must have"),
        .word("H", "NAME: VALUE", "Send this with each call"),
        .word("d", "JSON", "For Health/Check: {\"service\":\"NAME\"}"),
        .word("connect-timeout", "SECONDS", "For the connection; 10"),
        .word("max-time", "SECONDS", "For each call; 30"),
        .word("user-agent", "NAME", "Who we say we are"),
      ],
      examples: [
        ("grpcurl -plaintext api:50051 list", "Its services"),
        ("grpcurl -plaintext api:50051 describe grpc.health.v1.Health", "Methods and types"),
        ("grpcurl -plaintext api:50051 grpc.health.v1.Health/Check", "Its health"),
      ],
      standard: "grpcurl 1.8",
      deviations: [
        "of all methods, only grpc.health.v1.Health/Check is called",
        "reflection only, v1 and v1alpha; no .proto files",
      ])
  }

  private struct Arguments {
    let settings = GRPCSettings()
    var data = ""
    var verb = ""
    var symbol: String?
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let arguments = try read(operands)
    do throws(GRPCFailure) {
      try work(arguments, context)
    } catch {
      let place = "\"\(arguments.settings.address)\""
      let text =
        error.stage == .connecting
        ? "failed to dial target host \(place): \(error.text)" : error.text
      let advice = error.advice.map {
        switch $0 {
        case "ask without TLS": return "add -plaintext"
        case "ask with TLS": return "leave -plaintext out (-insecure accepts any certificate)"
        default: return $0
        }
      }
      throw Failure(text, advice: advice)
    }
  }

  private func read(_ operands: [String]) throws(Failure) -> Arguments {
    var arguments = Arguments()
    let settings = arguments.settings
    settings.usesTLS = true
    settings.connectTimeout = 10
    settings.callTimeout = 30
    settings.limitsAll = true
    var flags = GoFlags(operands)
    while flags.next() {
      switch flags.name {
      case "plaintext": settings.usesTLS = try !flags.flag()
      case "insecure": settings.isInsecure = try flags.flag()
      case "cacert": settings.authority = try flags.value()
      case "cert": settings.certificate = try flags.value()
      case "key": settings.key = try flags.value()
      case "servername", "authority": settings.serverName = try flags.value()
      case "H", "rpc-header": settings.headers.append(try flags.value())
      case "d": arguments.data = try flags.value()
      case "connect-timeout": settings.connectTimeout = try seconds(&flags)
      case "max-time": settings.callTimeout = try seconds(&flags)
      case "user-agent": settings.agent = try flags.value()
      default: throw unknownOption("-" + flags.name, nearest: nil)
      }
    }
    let words = flags.operands
    guard words.count >= 2, words.count <= 3 else {
      throw .usage(words.isEmpty ? "no HOST:PORT given" : "list, describe or a method is missing")
    }
    settings.address = words[0]
    arguments.verb = words[1]
    arguments.symbol = words.count > 2 ? words[2] : nil
    return arguments
  }

  private func seconds(_ flags: inout GoFlags) throws(Failure) -> Double {
    let text = try flags.value()
    guard let value = parseDouble(text), value > 0, value < 1e6 else {
      throw .usage("-\(flags.name): \(text): not a number of seconds")
    }
    return value
  }

  private func work(_ arguments: Arguments, _ context: Context) throws(GRPCFailure) {
    let channel = try GRPCChannel(arguments.settings, context)
    defer { channel.close() }
    let reflector = Reflector(channel)
    let output = context.output
    switch arguments.verb {
    case "list":
      for name in try reflector.list(arguments.symbol) { output.line(Sanitize.escaped(name)) }
    case "describe":
      var names: [String] = []
      if let symbol = arguments.symbol {
        names = [symbol]
      } else {
        names = try reflector.list(nil)
      }
      for name in names {
        for line in try reflector.describe(name) { output.line(Sanitize.escaped(line)) }
      }
    case "grpc.health.v1.Health/Check", "grpc.health.v1.Health.Check":
      try health(channel, arguments.data, output)
    default:
      throw GRPCFailure(
        stage: .settings,
        text: "\(arguments.verb): only list, describe and grpc.health.v1.Health/Check are known")
    }
  }

  private func health(_ channel: GRPCChannel, _ data: String, _ output: Output)
    throws(GRPCFailure)
  {
    guard let service = Self.service(data) else {
      throw GRPCFailure(stage: .settings, text: "-d: only {\"service\":\"NAME\"} is known")
    }
    let reply = try channel.call("/grpc.health.v1.Health/Check", Health.request(service))
    try Reflector.check(reply)
    do throws(ProtobufReader.Problem) {
      let status = try Health.status(reply.messages.first ?? [])
      output.write("{\n  \"status\": \"\(status)\"\n}\n")
    } catch {
      throw GRPCFailure(stage: .calling, text: "the answer is damaged: \(error.description)")
    }
  }

  /// The name in `{"service":"NAME"}`; empty for `{}` and nothing.
  static func service(_ json: String) -> String? {
    let bytes = json.bytes.filter { $0 > 0x20 }
    if bytes.isEmpty || bytes == [0x7B, 0x7D] { return "" }
    let start = Array("{\"service\":\"".utf8)
    guard bytes.starts(with: start), bytes.count >= start.count + 2,
      bytes.suffix(2) == [0x22, 0x7D]
    else { return nil }
    let name = bytes[start.count..<(bytes.count - 2)]
    return name.contains(0x22) || name.contains(0x5C) ? nil : String(bytes: name)
  }
}

/// Asks a server what it offers.
struct Reflector {
  private let channel: GRPCChannel

  init(_ channel: GRPCChannel) { self.channel = channel }

  /// Fails where a call did not succeed.
  static func check(_ reply: GRPCReply) throws(GRPCFailure) {
    if reply.code == 0 { return }
    throw GRPCFailure(
      stage: .calling,
      text:
        "rpc error: code = \(StatusCode.name(reply.code)) desc = \(Sanitize.escaped(reply.text))")
  }

  private func ask(_ request: [UInt8]) throws(GRPCFailure) -> Reflection.Response {
    for service in Reflection.services {
      let reply = try channel.call("/" + service + "/ServerReflectionInfo", request)
      if reply.code == 12 { continue }
      try Self.check(reply)
      let response = try parse(reply)
      if case .error(let code, let text) = response {
        throw GRPCFailure(
          stage: .calling, text: "\(StatusCode.name(code)): \(Sanitize.escaped(text))")
      }
      return response
    }
    throw GRPCFailure(stage: .calling, text: "server does not support the reflection API")
  }

  private func parse(_ reply: GRPCReply) throws(GRPCFailure) -> Reflection.Response {
    do throws(ProtobufReader.Problem) {
      return try Reflection.parse(reply.messages.first ?? [])
    } catch {
      throw GRPCFailure(stage: .calling, text: "the answer is damaged: \(error.description)")
    }
  }

  /// The services, or the methods of one, in order.
  func list(_ service: String?) throws(GRPCFailure) -> [String] {
    var names: [String] = []
    if let service {
      guard case .service(let found) = try find(service).symbol else {
        throw GRPCFailure(stage: .calling, text: "\(service): is no service")
      }
      names = found.methods.map { service + "." + $0.name }
    } else if case .services(let found) = try ask(Reflection.listServices()) {
      names = found
    }
    return sortedIndices(names.count) { names[$0].precedesBytewise(names[$1]) }.map { names[$0] }
  }

  private func find(_ symbol: String) throws(GRPCFailure)
    -> (symbol: FileDescriptor.Symbol, file: FileDescriptor)
  {
    guard case .files(let files) = try ask(Reflection.fileContaining(symbol: symbol)) else {
      throw GRPCFailure(stage: .calling, text: "Symbol not found: \(symbol)")
    }
    for bytes in files {
      do throws(ProtobufReader.Problem) {
        let file = try FileDescriptor(bytes)
        if let found = file.symbol(symbol) { return (found, file) }
      } catch {
        throw GRPCFailure(stage: .calling, text: "a descriptor is damaged: \(error.description)")
      }
    }
    throw GRPCFailure(stage: .calling, text: "Symbol not found: \(symbol)")
  }

  func describe(_ name: String) throws(GRPCFailure) -> [String] {
    let symbol = name.hasPrefix(".") ? String(name.dropFirst()) : name
    let (found, file) = try find(symbol)
    let kind: String
    let text: String
    switch found {
    case .service(let service): (kind, text) = ("a service", service.text)
    case .method(let method): (kind, text) = ("a method", method.text)
    case .message(let message):
      (kind, text) = ("a message", message.text(isProto3: file.isProto3))
    case .enumeration(let item): (kind, text) = ("an enum", item.text())
    }
    return ["\(symbol) is \(kind):"] + text.bytes.split(separator: 10).map { String(bytes: $0) }
  }
}
