public import Box
internal import Linux
internal import Reachability

/// Types at a TCP port: telnet(1), without what a telnet server would negotiate.
public struct Telnet: Command {
  var family: IPAddress.Family?
  var source: IPAddress?
  var escape: UInt8? = 0x1D

  public init() {}

  public static var manual: Manual<Telnet> {
    Manual(
      "telnet", "Type at a TCP port", family: .network, operands: "HOST [PORT]",
      options: [
        .flag("4", "ipv4", "Use IPv4 only") { $0.family = .v4 },
        .flag("6", "ipv6", "Use IPv6 only") { $0.family = .v6 },
        .flag("8", "binary", "Nothing: bytes are passed as they are") { _ in },
        .parsed("b", "bind", "ADDRESS", "Send from this address of ours") {
          (options: inout Telnet, text: String) throws(Failure) in
          guard let address = IPAddress(text) else {
            throw .usage("-b: \(text): not an address")
          }
          options.source = address
        },
        .flag("E", "no-escape", "No escape character") { $0.escape = nil },
        .parsed("e", "escape", "CHAR", "The escape character; ^]") {
          (options: inout Telnet, text: String) throws(Failure) in
          let bytes = text.bytes
          if bytes.count == 2, bytes[0] == UInt8(ascii: "^") {
            options.escape = bytes[1] & 0x1F
          } else if bytes.count == 1 {
            options.escape = bytes[0]
          } else {
            throw .usage("-e: \(text): one character, or ^ and one")
          }
        },
        .refused("a", "login", "nobody is logged in"),
        .refused("l", "user", "nobody is logged in"),
        .refused("n", "trace", "use tcpdump"),
        .refused("x", "encrypt", "use tls or openssl s_client"),
      ],
      examples: [
        ("telnet redis 6379", "Does it answer what is typed?")
      ],
      standard: "inetutils telnet(1)",
      deviations: [
        "every option a server asks for is refused, so that lines are edited and shown here",
        "without a host there is nothing to do; ^] knows quit, close, status and help",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let host = operands.first else { throw .usage("no host given") }
    guard operands.count <= 2 else { throw .usage("\(operands[2]): one host and one port") }
    var port: UInt16 = 23
    if operands.count > 1 {
      port = try ports(operands[1], { Services(context) }, isUDP: false)[0]
    }
    let targets = try NameLookup(context).destinations(host, family)
    for target in targets {
      context.output.line("Trying " + target.address.description + "...")
      context.output.flush()
      let source = source
      let attempt = Attempt(.ip(Endpoint(target.address, port: port))) {
        (socket) throws(SystemError) in
        if let source { try socket.bind(to: .ip(Endpoint(source, port: 0))) }
      }
      let verdict = attempt.wait(until: .never)
      guard let socket = attempt.takeSocket() else {
        context.note(
          "connect to address \(target.address.description): \(verdict.systemReason): "
            + "\(verdict.word) (\(verdict.reason))")
        continue
      }
      context.output.line("Connected to " + target.text + ".")
      if let escape {
        context.output.line("Escape character is '" + TelnetSession.shown(escape) + "'.")
      }
      context.output.flush()
      return try TelnetSession(socket, target, port, escape, context).run()
    }
    throw .message("Unable to connect to remote host")
  }
}

/// A conversation: lines from the keyboard, whatever from the net.
final class TelnetSession {
  private let socket: Socket
  private let target: Destination
  private let port: UInt16
  private let escape: UInt8?
  private let context: Context
  private let isTerminal: Bool
  private var filter = TelnetFilter()
  private var received = 0
  private var isInputOpen = true

  /// VEOL of termios(3): a character that ends a line as a newline does.
  private static let lineEnd = 11

  init(
    _ socket: Socket, _ target: Destination, _ port: UInt16, _ escape: UInt8?, _ context: Context
  ) {
    self.socket = socket
    self.target = target
    self.port = port
    self.escape = escape
    self.context = context
    isTerminal = Terminal.isTerminal(0)
  }

  /// `^]`.
  static func shown(_ escape: UInt8) -> String {
    escape < 0x20 ? "^" + String(Unicode.Scalar(escape + 0x40)) : String(Unicode.Scalar(escape))
  }

  func run() throws(Failure) {
    context.guardTerminal()
    let before = isTerminal ? try? TerminalModes(of: 0, named: "terminal") : nil
    if var modes = before, let escape {
      modes[character: Self.lineEnd] = escape
      try? modes.apply(to: 0, named: "terminal")
    }
    defer { try? before?.apply(to: 0, named: "terminal") }
    do throws(SystemError) {
      let signals = try SignalWatch([Signal(1), Signal(2), .terminate])
      let input = try Input.standard()
      while true {
        let ready = try Poll.wait(
          [
            (signals.descriptor, .read), (socket.descriptor, .read), (isInputOpen ? 0 : -1, .read),
          ], until: .never)
        if !ready[0].isEmpty { throw SystemError(.interrupted, "poll", "") }
        if !ready[1].isEmpty, try !receive() { return }
        if !ready[2].isEmpty, try !type(input) { return }
      }
    } catch {
      context.output.flush()
      switch error.errno {
      case .interrupted: throw .quiet(130)
      case .connectionReset, .brokenPipe:
        let verdict = received == 0 ? " (RESET-AFTER-ACCEPT)" : ""
        throw .message("Connection reset by peer" + verdict)
      default: throw .system(error)
      }
    }
  }

  /// - Returns: false at the end.
  private func receive() throws(SystemError) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 65536)
    guard let count = try socket.receive(into: &bytes) else { return true }
    guard count > 0 else {
      context.output.flush()
      context.errors.line("Connection closed by foreign host.")
      context.errors.flush()
      return false
    }
    received += count
    let (text, reply) = filter.read(bytes[..<count])
    context.output.write(text)
    context.output.flush()
    if let failure = context.output.failure { throw failure }
    if !reply.isEmpty { try socket.sendAll(reply, until: Deadline(seconds: 10)) }
    return true
  }

  /// - Returns: false where the conversation is over.
  private func type(_ input: Input) throws(SystemError) -> Bool {
    guard let chunk = try input.chunk() else {
      isInputOpen = false
      if isTerminal { return false }
      try socket.shutdown(.sending)
      return true
    }
    var bytes = Array(chunk)
    if let escape, isTerminal, let index = bytes.firstIndex(of: escape) {
      let rest = Array(bytes[..<index])
      if !rest.isEmpty { try send(rest) }
      return try command(input)
    }
    if isTerminal { bytes = Self.withReturns(bytes) }
    try send(bytes)
    return true
  }

  private func send(_ bytes: [UInt8]) throws(SystemError) {
    try socket.sendAll(TelnetFilter.escaped(bytes), until: Deadline(seconds: 60))
  }

  /// The end of a line is CR LF on the wire, RFC 854.
  private static func withReturns(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      if byte == 0x0A, result.last != 0x0D { result.append(0x0D) }
      result.append(byte)
    }
    return result
  }

  /// One line for us; an empty one goes back.
  private func command(_ input: Input) throws(SystemError) -> Bool {
    let output = context.output
    while true {
      output.write("\ntelnet> ")
      output.flush()
      guard let line = try input.line(limit: 256) else { return false }
      let word = String(bytes: line.filter { $0 > 0x20 })
      if word.isEmpty { return true }
      if "quit".hasPrefix(word) || "close".hasPrefix(word) {
        output.line("Connection closed.")
        return false
      }
      if "status".hasPrefix(word) {
        output.line("Connected to \(target.label) port \(port), \(received) bytes received.")
        continue
      }
      output.line("quit or close ends, status tells, an empty line goes back")
    }
  }
}
