public import Box
internal import GRPC
internal import HTTP
internal import Linux

/// Asks a gRPC server for its health, grpc-health-probe.
public struct GrpcHealthProbe: Command {
  public init() {}

  public static var manual: Manual<GrpcHealthProbe> {
    Manual(
      "grpc-health-probe", "Ask a gRPC server for its health", family: .network,
      operands: "-addr HOST:PORT", grammar: .own,
      options: [
        .word("addr", "HOST:PORT", "The server; also unix:PATH, in a target, too"),
        .word("service", "NAME", "The service; without it, the server as a whole"),
        .word("connect-timeout", "DURATION", "For the connection; 1s"),
        .word("rpc-timeout", "DURATION", "For the call; 1s"),
        .word("rpc-header", "NAME:VALUE", "Send this with the call"),
        .word("user-agent", "NAME", "Who we say we are"),
        .word("tls", "", "Use TLS"),
        .word("tls-no-verify", "", "Accept any certificate"),
        .word("tls-ca-cert", "FILE", "Whom to trust"),
        .word("tls-client-cert", "FILE", "Our certificate, PEM"),
        .word("tls-client-key", "FILE", "The key of our certificate"),
        .word("tls-server-name", "NAME", "The name that the certificate must have"),
        .word("gzip", "", "Compress the request"),
        .word("v", "", "Say what it does, and how long it took"),
        .word("version", "", "The version"),
      ],
      examples: [
        ("grpc-health-probe -addr api:50051", "Is it serving?"),
        ("grpc-health-probe -addr unix:@1:/run/app.sock", "Through a socket of the target"),
      ],
      standard: "grpc_health_probe 0.4",
      deviations: [
        "says where TLS is missing or too much",
        "SPIFFE and ALTS are refused",
      ])
  }

  /// The statuses that users of the original expect.
  private enum Ending {
    static let badArguments: Int32 = 1
    static let noConnection: Int32 = 2
    static let callFailed: Int32 = 3
    static let unhealthy: Int32 = 4
  }

  private struct Arguments {
    let settings = GRPCSettings()
    var service = ""
    var isVerbose = false
    var wantsVersion = false
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let arguments: Arguments
    do throws(Failure) {
      arguments = try read(operands)
    } catch {
      throw Failure(error.text, advice: error.advice, status: Ending.badArguments)
    }
    if arguments.wantsVersion {
      return context.output.line("grpc_health_probe (swift-debugbox) \(Version.number)")
    }
    do throws(GRPCFailure) {
      try probe(arguments, context)
    } catch {
      try fail(error, arguments)
    }
  }

  private func probe(_ arguments: Arguments, _ context: Context) throws(GRPCFailure) {
    let channel = try GRPCChannel(arguments.settings, context)
    defer { channel.close() }
    let reply = try channel.call("/grpc.health.v1.Health/Check", Health.request(arguments.service))
    guard reply.code == 0 else {
      let text = Sanitize.escaped(reply.text)
      switch reply.code {
      case 12:
        throw GRPCFailure(
          stage: .calling,
          text: "this server does not implement the grpc health protocol "
            + "(grpc.health.v1.Health): \(text)")
      case 4: throw GRPCFailure(stage: .calling, text: text, isTimeout: true)
      default:
        throw GRPCFailure(
          stage: .calling,
          text: "health rpc failed: rpc error: code = \(StatusCode.name(reply.code)) desc = \(text)"
        )
      }
    }
    let status: String
    do throws(ProtobufReader.Problem) {
      status = try Health.status(reply.messages.first ?? [])
    } catch {
      throw GRPCFailure(stage: .calling, text: "the answer is damaged: \(error.description)")
    }
    if arguments.isVerbose {
      context.errors.line(
        "time elapsed: connect=\(fixed(reply.connectSeconds * 1000, 3))ms "
          + "rpc=\(fixed(reply.callSeconds * 1000, 3))ms")
    }
    if status != "SERVING" {
      throw GRPCFailure(stage: .settings, text: status, advice: "unhealthy")
    }
    context.errors.line("status: SERVING")
  }

  private func fail(_ failure: GRPCFailure, _ arguments: Arguments) throws(Failure) {
    let settings = arguments.settings
    switch failure.stage {
    case .settings:
      if failure.advice == "unhealthy" {
        throw Failure(
          "service unhealthy (responded with \"\(failure.text)\")", status: Ending.unhealthy)
      }
      throw Failure(failure.text, advice: failure.advice, status: Ending.badArguments)
    case .connecting:
      let reason =
        failure.isTimeout
        ? "timeout: failed to connect service \"\(settings.address)\" within "
          + GoDuration.text(settings.connectTimeout)
        : "failed to connect service at \"\(settings.address)\": \(failure.text)"
      let advice = failure.advice.map { _ in
        settings.usesTLS ? "leave -tls out" : "add -tls (and -tls-ca-cert, or -tls-no-verify)"
      }
      throw Failure(reason, advice: advice, status: Ending.noConnection)
    case .calling:
      let reason =
        failure.isTimeout
        ? "timeout: health rpc did not complete within " + GoDuration.text(settings.callTimeout)
        : "error: " + failure.text
      throw Failure(reason, status: Ending.callFailed)
    }
  }

  private func read(_ operands: [String]) throws(Failure) -> Arguments {
    var arguments = Arguments()
    let settings = arguments.settings
    settings.agent = "grpc_health_probe"
    var flags = GoFlags(operands)
    while flags.next() {
      switch flags.name {
      case "addr": settings.address = try flags.value()
      case "service": arguments.service = try flags.value()
      case "connect-timeout": settings.connectTimeout = try flags.duration()
      case "rpc-timeout": settings.callTimeout = try flags.duration()
      case "rpc-header": settings.headers.append(try flags.value())
      case "user-agent": settings.agent = try flags.value()
      case "tls": settings.usesTLS = try flags.flag()
      case "tls-no-verify": settings.isInsecure = try flags.flag()
      case "tls-ca-cert": settings.authority = try flags.value()
      case "tls-client-cert": settings.certificate = try flags.value()
      case "tls-client-key": settings.key = try flags.value()
      case "tls-server-name": settings.serverName = try flags.value()
      case "gzip": settings.compresses = try flags.flag()
      case "v": arguments.isVerbose = try flags.flag()
      case "version": arguments.wantsVersion = true
      case "spiffe", "alts": throw .usage("-\(flags.name): is not spoken here")
      default:
        throw unknownOption("-" + flags.name, nearest: nil)
      }
    }
    if let extra = flags.operands.first { throw .usage("\(extra): no operands are taken") }
    if arguments.wantsVersion { return arguments }
    if settings.address.isEmpty { throw .usage("-addr not specified") }
    if !settings.usesTLS,
      settings.isInsecure || settings.authority != nil || settings.certificate != nil
        || settings.serverName != nil
    {
      throw .usage("the options of TLS need -tls")
    }
    if settings.isInsecure, settings.authority != nil {
      throw .usage("-tls-ca-cert and -tls-no-verify exclude each other")
    }
    if (settings.certificate == nil) != (settings.key == nil) {
      throw .usage("-tls-client-cert and -tls-client-key need each other")
    }
    return arguments
  }
}
