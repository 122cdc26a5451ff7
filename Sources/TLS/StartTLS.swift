public import Linux

/// The words with which a connection in plain text becomes one of TLS.
public enum StartTLS: Sendable, CaseIterable {
  case smtp, lmtp, pop3, imap, ftp, xmpp, xmppServer, nntp, sieve, postgres, mysql, ldap

  public init?(_ name: String) {
    guard let found = Self.allCases.first(where: { name.sameBytes(as: $0.name) }) else {
      return nil
    }
    self = found
  }

  public var name: String {
    switch self {
    case .smtp: "smtp"
    case .lmtp: "lmtp"
    case .pop3: "pop3"
    case .imap: "imap"
    case .ftp: "ftp"
    case .xmpp: "xmpp"
    case .xmppServer: "xmpp-server"
    case .nntp: "nntp"
    case .sieve: "sieve"
    case .postgres: "postgres"
    case .mysql: "mysql"
    case .ldap: "ldap"
    }
  }

  /// Where such servers listen.
  public var port: UInt16 {
    switch self {
    case .smtp: 25
    case .lmtp: 24
    case .pop3: 110
    case .imap: 143
    case .ftp: 21
    case .xmpp: 5222
    case .xmppServer: 5269
    case .nntp: 119
    case .sieve: 4190
    case .postgres: 5432
    case .mysql: 3306
    case .ldap: 389
    }
  }

  /// What is said in lines before TLS begins, and what must come for it.
  private func dialogue(_ name: String) -> [Talk.Step] {
    switch self {
    case .smtp, .lmtp:
      // RFC 3207, RFC 2033.
      [
        .reply("220"), .say("\(self == .smtp ? "EHLO" : "LHLO") \(name)"), .reply("250"),
        .say("STARTTLS"), .reply("220"),
      ]
    // RFC 4217
    case .ftp: [.reply("220"), .say("AUTH TLS"), .reply("234")]
    // RFC 4642
    case .nntp: [.reply("20"), .say("STARTTLS"), .reply("382")]
    // RFC 2595
    case .pop3: [.line("+OK"), .say("STLS"), .line("+OK")]
    case .imap: [.line("* OK"), .say("a1 STARTTLS"), .tagged("a1 ")]
    // RFC 5804: the capabilities end with OK.
    case .sieve: [.tagged(""), .say("STARTTLS"), .tagged("")]
    default: []
    }
  }

  /// Asks for TLS; afterwards the handshake may begin.
  ///
  /// - Parameters:
  ///   - name: of ourselves for SMTP and LMTP, of the server for XMPP.
  ///   - onLine: told of what the server says, line by line.
  public func negotiate(
    _ socket: Socket, name: String, until deadline: Deadline, onLine: (String) -> Void = { _ in }
  ) throws(StartTLSFailure) {
    let talk = Talk(socket, deadline)
    switch self {
    case .smtp, .lmtp, .ftp, .nntp, .pop3, .imap, .sieve:
      for step in dialogue(name) { try talk.take(step, onLine) }
    case .xmpp, .xmppServer: try xmpp(talk, name)
    case .postgres:
      // The request of eight bytes with the code 80877103, and an answer of one.
      try talk.send([0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F])
      let answer = try talk.bytes(1)
      if answer != [UInt8(ascii: "S")] {
        throw StartTLSFailure.refused(
          answer == [UInt8(ascii: "N")] ? "the server has no TLS" : "no answer of PostgreSQL's")
      }
    case .mysql: try mysql(talk)
    case .ldap: try ldap(talk)
    }
  }

  /// RFC 6120 section 5.
  private func xmpp(_ talk: Talk, _ name: String) throws(StartTLSFailure) {
    let space = self == .xmpp ? "jabber:client" : "jabber:server"
    try talk.say(
      "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='\(space)' "
        + "to='\(name)' version='1.0'>")
    let features = try talk.text(until: ["</stream:features>", "</features>"])
    guard Talk.has(features, "<starttls") else { throw .refused("the server offers no STARTTLS") }
    try talk.say("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    let answer = try talk.text(until: [">"])
    guard Talk.has(answer, "<proceed") else { throw .refused("the server refused STARTTLS") }
  }

  /// The SSL request of the client/server protocol.
  private func mysql(_ talk: Talk) throws(StartTLSFailure) {
    let header = try talk.bytes(4)
    let size = Int(header[0]) | Int(header[1]) << 8 | Int(header[2]) << 16
    guard size >= 1, size < 4096 else { throw .refused("no greeting of MySQL's") }
    let greeting = try talk.bytes(size)
    guard greeting[0] == 10 else {
      throw .refused(greeting[0] == 0xFF ? "the server refused us" : "no greeting of MySQL's")
    }
    // Behind the version as text: thread id, eight bytes, a zero; then what it is capable of.
    guard let end = greeting.dropFirst().firstIndex(of: 0), end + 15 < greeting.count else {
      throw .refused("no greeting of MySQL's")
    }
    let abilities = Int(greeting[end + 14]) | Int(greeting[end + 15]) << 8
    guard abilities & 0x0800 != 0 else { throw .refused("the server has no TLS") }
    // Protocol 4.1, secure connection, SSL and long passwords; 16 MiB; UTF-8.
    var request: [UInt8] = [32, 0, 0, 1, 0x01, 0x8A, 0, 0, 0, 0, 0, 1, 33]
    request += [UInt8](repeating: 0, count: 23)
    try talk.send(request)
  }

  /// RFC 4511 section 4.14.
  private func ldap(_ talk: Talk) throws(StartTLSFailure) {
    let name = "1.3.6.1.4.1.1466.20037".bytes
    try talk.send([0x30, 29, 2, 1, 1, 0x77, 24, 0x80, UInt8(name.count)] + name)
    let header = try talk.bytes(2)
    guard header[0] == 0x30, header[1] < 0x80 || (0x81...0x84).contains(header[1]) else {
      throw .refused("no answer of LDAP's")
    }
    var size = Int(header[1])
    if size > 0x80 {
      size = try talk.bytes(size & 0x7F).reduce(0) { $0 << 8 | Int($1) }
    }
    guard size < 4096 else { throw .refused("no answer of LDAP's") }
    let body = try talk.bytes(size)
    var reader = DERReader(body)
    guard reader.next(DERReader.Tag.integer) != nil, let answer = reader.next(0x78) else {
      throw .refused("no answer of LDAP's")
    }
    var inner = DERReader(body, answer.content)
    guard let result = inner.next(0x0A), let code = body[result.content].first else {
      throw .refused("no answer of LDAP's")
    }
    if code != 0 { throw .refused("the server refused STARTTLS with result \(code)") }
  }
}

/// Why there is no TLS in the connection.
public enum StartTLSFailure: Error, Sendable, CustomStringConvertible {
  case timedOut
  case ended
  case refused(String)
  /// What the server said was not what its protocol says.
  case unexpected([UInt8])
  case system(SystemError)

  public var description: String {
    switch self {
    case .timedOut: "timed out waiting for the server to speak"
    case .ended: "the server closed the connection"
    case .refused(let reason): reason
    case .unexpected(let bytes): "unexpected answer: \(String(bytes: bytes.prefix(80)))"
    case .system(let error): error.reason
    }
  }
}

/// A conversation in lines, of which no byte too many is read: what follows is TLS.
final class Talk {
  private let socket: Socket
  private let deadline: Deadline
  private var buffer: [UInt8] = [0]

  static let lineLimit = 4096
  static let lineCount = 200

  init(_ socket: Socket, _ deadline: Deadline) {
    self.socket = socket
    self.deadline = deadline
  }

  /// A line of ours, or lines that must come.
  enum Step {
    case say(String)
    case line(StaticString), reply(StaticString), tagged(StaticString)
  }

  func take(_ step: Step, _ onLine: (String) -> Void) throws(StartTLSFailure) {
    switch step {
    case .say(let text): try say(text + "\r\n")
    case .line(let wanted): try line(wanted, onLine)
    case .reply(let wanted): try reply(wanted, onLine)
    case .tagged(let tag): try tagged(tag, onLine)
    }
  }

  func say(_ text: String) throws(StartTLSFailure) { try send(text.bytes) }

  func send(_ bytes: [UInt8]) throws(StartTLSFailure) {
    do throws(SystemError) {
      try socket.sendAll(bytes, until: deadline)
    } catch {
      throw error.errno == .timedOut ? .timedOut : .system(error)
    }
  }

  func byte() throws(StartTLSFailure) -> UInt8 {
    var count: Int?
    do throws(SystemError) {
      count = try socket.receive(into: &buffer, until: deadline)
    } catch {
      throw .system(error)
    }
    guard let count, !deadline.hasPassed else { throw .timedOut }
    if count == 0 { throw .ended }
    return buffer[0]
  }

  func bytes(_ count: Int) throws(StartTLSFailure) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count { all.append(try byte()) }
    return all
  }

  func nextLine() throws(StartTLSFailure) -> [UInt8] {
    var line: [UInt8] = []
    while line.count < Self.lineLimit {
      let next = try byte()
      if next == 0x0A { return line.last == 0x0D ? line.dropLast() : line }
      line.append(next)
      // TLS and other protocols of bytes have no lines to wait for.
      if line.count == 5, TLSRecord(line + [2, 40]) != nil { throw .unexpected(line) }
    }
    throw .unexpected(line)
  }

  /// A line that starts with `wanted`.
  func line(_ wanted: StaticString, _ onLine: (String) -> Void) throws(StartTLSFailure) {
    let line = try nextLine()
    onLine(String(bytes: line))
    if !Self.starts(line, wanted) { throw .unexpected(line) }
  }

  /// Lines with a number; `220-` is followed by more.
  func reply(_ wanted: StaticString, _ onLine: (String) -> Void) throws(StartTLSFailure) {
    for _ in 0..<Self.lineCount {
      let line = try nextLine()
      onLine(String(bytes: line))
      let isLast = line.count < 4 || line[3] != UInt8(ascii: "-")
      if isLast {
        if !Self.starts(line, wanted) { throw .unexpected(line) }
        return
      }
    }
    throw .refused("the server does not stop talking")
  }

  /// Lines until one that starts with `tag` and then OK, NO or BAD.
  func tagged(_ tag: StaticString, _ onLine: (String) -> Void) throws(StartTLSFailure) {
    for _ in 0..<Self.lineCount {
      let line = try nextLine()
      onLine(String(bytes: line))
      guard Self.starts(line, tag) else { continue }
      let rest = Array(line.dropFirst(tag.utf8CodeUnitCount))
      if Self.starts(rest, "OK") { return }
      if Self.starts(rest, "NO") || Self.starts(rest, "BAD") || Self.starts(rest, "BYE") {
        throw .unexpected(line)
      }
    }
    throw .refused("the server does not stop talking")
  }

  /// All until one of `ends` has come.
  func text(until ends: [String]) throws(StartTLSFailure) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < 16384 {
      all.append(try byte())
      if all.last == UInt8(ascii: ">"),
        ends.contains(where: {
          all.count >= $0.utf8.count && all.suffix($0.utf8.count).elementsEqual($0.utf8)
        })
      {
        return all
      }
    }
    throw .unexpected(all)
  }

  static func has(_ text: [UInt8], _ word: String) -> Bool {
    let wanted = word.bytes
    guard text.count >= wanted.count else { return false }
    return (0...(text.count - wanted.count)).contains { start in
      text[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }

  private static func starts(_ line: [UInt8], _ wanted: StaticString) -> Bool {
    guard line.count >= wanted.utf8CodeUnitCount else { return false }
    for index in 0..<wanted.utf8CodeUnitCount where line[index] != wanted.utf8Start[index] {
      return false
    }
    return true
  }
}
