public import Box
internal import DNS
internal import Linux
internal import TLS
internal import Target

/// Shows what a TLS server is like, on one screen.
public struct Tls: Command {
  public init() {}

  public static var manual: Manual<Tls> {
    Manual(
      "tls", "Show what a TLS server is like", family: .network, operands: "HOST:PORT",
      options: [], examples: [("tls api:443", "Would I believe this server?")],
      standard: "RFC 8446")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first, let target = HostPort(first, port: 443) else {
      throw .usage("no host given")
    }
    let deadline = Deadline(seconds: 10)
    let dialled = try Dialler(resolver: Resolver(context)).connect(target, until: deadline)
    var options = TLSOptions()
    options.serverName = target.host
    options.verifiesPeer = false
    options.trust = try TrustFiles(Paths(context)).standard()
    do throws(TLSFailure) {
      let session = try TLSSession(socket: dialled.socket, options)
      try session.handshake(until: deadline)
      context.output.line("\(session.version) \(session.cipher ?? "-") \(session.group ?? "-")")
      for one in session.peerChain {
        context.output.line("\(one.subject.text()) <- \(one.issuer.text()) \(one.notAfterText)")
        context.output.line(one.key?.text ?? "-")
      }
      for problem in session.verdict.problems {
        context.output.line("\(problem.depth): \(problem.words): \(problem.text)")
      }
      try session.writeAll("GET / HTTP/1.0\r\n\r\n".bytes, until: deadline)
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
      defer { buffer.deallocate() }
      let n = try session.read(into: buffer, until: deadline)
      context.output.line(String(bytes: buffer[..<n]))
      session.close()
    } catch {
      throw .message(error.description + (error.libraryText ?? ""))
    }
  }
}
