internal import Box
internal import DNS
internal import Linux
internal import TLS
internal import Target

/// `openssl s_client`: connects, tells what it saw, and passes bytes both ways.
struct SClient {
  private let options: SClientOptions
  private let tools: Toolbox
  /// For connecting, STARTTLS and the handshake together.
  private static let patience = 30.0

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    options = try SClientOptions(arguments)
    self.tools = tools
  }

  private var output: Output { tools.output }
  private var isChatty: Bool { !options.isQuiet && !options.isBrief }

  func run() throws(Failure) -> Int32 {
    var settings = try options.options(tools)
    let keys = try KeyLog(options.words.value("keylogfile"), tools)
    if let keys { settings.onKeyLog = { keys.add($0) } }
    let deadline = Deadline(seconds: Self.patience)
    let socket = try connect(until: deadline)
    if isChatty { output.line("CONNECTED(\(hashText(UInt(socket.descriptor))))") }
    try negotiate(socket, until: deadline)
    let session = try tools.told("s_client") { () throws(TLSFailure) in
      try TLSSession(socket: socket, settings)
    }
    noteVerification(session)
    if isChatty { session.onTicket = { printTicket($0) } }
    do throws(TLSFailure) {
      try session.handshake(until: deadline)
    } catch {
      if isChatty { SClientReport(session, options, output, tools).write() }
      tell(error, session)
      return ExitStatus.failure
    }
    if options.isBrief {
      SClientReport(session, options, tools.context.errors, tools).writeBrief()
    } else if !options.isQuiet {
      SClientReport(session, options, output, tools).write()
    }
    output.flush()
    tools.context.errors.flush()
    return try SClientChat(session, options, tools).run()
  }

  private func connect(until deadline: Deadline) throws(Failure) -> Socket {
    var dialler = Dialler(resolver: Resolver(tools.context), family: options.family)
    dialler.source = options.source
    let dialled = try dialler.connect(options.proxy ?? options.target, until: deadline)
    if options.proxy != nil {
      do throws(StartTLSFailure) {
        try HTTPTunnel(dialled.socket).open(
          host: options.target.host, port: options.target.port, until: deadline)
      } catch {
        throw .message("proxy \(dialled.endpoint.description): \(error.description)")
      }
    }
    return dialled.socket
  }

  private func negotiate(_ socket: Socket, until deadline: Deadline) throws(Failure) {
    guard let startTLS = options.startTLS else { return }
    let isXMPP = startTLS == .xmpp || startTLS == .xmppServer
    let usual = isXMPP ? options.target.host : "mail.example.com"
    do throws(StartTLSFailure) {
      try startTLS.negotiate(
        socket, name: options.words.value("xmpphost") ?? options.words.value("name") ?? usual,
        until: deadline)
    } catch {
      throw .message("\(options.target.host): STARTTLS: \(error.description)")
    }
  }

  /// The lines about each certificate, as it is looked at.
  private func noteVerification(_ session: TLSSession) {
    if let depth = options.words.value("verify") {
      tools.context.errors.line("verify depth is \(depth)")
    }
    let isQuiet = options.words.has("verify_quiet") || options.isBrief
    let errors = tools.context.errors
    let returnsError = options.words.has("verify_return_error")
    let names = NameOptions()
    session.onVerification = { depth, code, certificate in
      if code == 0, isQuiet { return }
      if let certificate {
        let subject = certificate.subject.text(names, title: "").dropLast()
        errors.line("depth=\(depth) " + Sanitize.escaped(String(bytes: subject)))
      } else {
        errors.line("depth=\(depth) <no cert>")
      }
      if code != 0 {
        errors.line("verify error:num=\(code):\(TLSVerdict.text(code))")
        if code == 9 { errors.line("notBefore=\(certificate?.notBeforeText ?? "")") }
        if code == 10 { errors.line("notAfter=\(certificate?.notAfterText ?? "")") }
      }
      if !isQuiet, code == 0 || !returnsError { errors.line("verify return:1") }
    }
  }

  private func printTicket(_ session: TLSSession) {
    output.write("---\nPost-Handshake New Session Ticket arrived:\n")
    output.write(session.sessionText)
    output.write("---\n")
  }

  /// Why there is no session, and what would help.
  private func tell(_ failure: TLSFailure, _ session: TLSSession) {
    var text = failure.description
    if let line = failure.libraryText { text += " (\(line))" }
    var context = tools.context
    context.report(
      Failure("s_client: " + text, advice: Speech(session.firstBytes).advice?.fix))
  }
}

/// A file that gets the secrets of the session, for who reads captured packets.
final class KeyLog {
  private let file: File

  init?(_ name: String?, _ tools: Toolbox) throws(Failure) {
    guard let name else { return nil }
    file = try tools.paths.location(name).open([.write, .create, .append], permissions: 0o600)
  }

  func add(_ line: String) {
    let bytes = (line + "\n").bytes
    bytes.withUnsafeBytes { raw in
      // The session goes on without the log.
      do throws(SystemError) { try file.write(raw) } catch {}
    }
  }
}
