import ICMP
import Linux
import Reachability
import Testing

@Suite struct AttemptTests {
  private func listener() throws -> (Socket, SocketAddress) {
    let socket = try Socket(.v4, .stream)
    try socket.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
    try socket.listen()
    return (socket, socket.ownAddress)
  }

  @Test func open() throws {
    let (server, address) = try listener()
    let attempt = Attempt(address)
    #expect(attempt.wait(until: Deadline(seconds: 2)).word == "OPEN")
    #expect(attempt.takeSocket() != nil)
    #expect(attempt.takeSocket() == nil)
    _ = server
  }

  @Test func refused() throws {
    let address = try listener().1
    let attempt = Attempt(address)
    let verdict = attempt.wait(until: Deadline(seconds: 2))
    #expect(verdict.word == "REFUSED")
    #expect(verdict.source == nil && verdict.complaint == nil)
    #expect(verdict.systemReason == "Connection refused")
    #expect(attempt.takeSocket() == nil)
  }

  @Test func resetAfterAccept() throws {
    let (server, address) = try listener()
    let attempt = Attempt(address)
    #expect(attempt.wait(until: Deadline(seconds: 2)).isOpen)
    do {
      let connection = try #require(try server.accept()).socket
      connection.setAbortive()
    }
    #expect(attempt.settle(until: Deadline(seconds: 2)) == [])
    #expect(attempt.verdict?.word == "RESET-AFTER-ACCEPT")
  }

  @Test func banner() throws {
    let (server, address) = try listener()
    let attempt = Attempt(address)
    _ = attempt.wait(until: Deadline(seconds: 2))
    let connection = try #require(try server.accept()).socket
    try connection.sendAll([0x68, 0x69], until: Deadline(seconds: 1))
    #expect(attempt.settle(until: Deadline(seconds: 2)) == [0x68, 0x69])
    #expect(attempt.verdict?.isOpen == true)
  }

  @Test func noSuchAddressOfOurs() {
    let attempt = Attempt(.ip(Endpoint(.loopbackV4, port: 9))) { (socket) throws(SystemError) in
      try socket.bind(to: .ip(Endpoint(IPAddress(v4: 0xC000_0201), port: 0)))
    }
    #expect(attempt.verdict?.word == "OTHER")
    #expect(attempt.verdict?.systemReason == "Cannot assign requested address")
  }

  @Test func silence() throws {
    // Nobody takes connections, and the queue has one place.
    let socket = try Socket(.v4, .stream)
    try socket.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
    try socket.listen(backlog: 0)
    let address = socket.ownAddress
    let first = [Attempt(address), Attempt(address), Attempt(address)]
    let late = Attempt(address)
    #expect(late.wait(until: Deadline(seconds: 0.2)).word == "TIMEOUT")
    #expect(first[0].wait(until: Deadline(seconds: 0.2)).isOpen)
  }

  @Test func datagrams() throws {
    let server = try Socket(.v4, .datagram)
    try server.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
    let endpoint = try #require(server.ownAddress.endpoint)
    let silent = DatagramProbe.ask(endpoint, [1], until: Deadline(seconds: 0.1))
    #expect(silent.verdict.word == "TIMEOUT")
    let closed = DatagramProbe.ask(
      Endpoint(.loopbackV4, port: 1), [1], until: Deadline(seconds: 2))
    #expect(closed.verdict.word == "REFUSED")
    #expect(closed.verdict.source == .loopbackV4)
    #expect(closed.verdict.complaint?.isPortUnreachable == true)
  }
}

@Suite struct VerdictTests {
  @Test func whoSaysNo() throws {
    let record: [UInt8] =
      [0x71, 0, 0, 0, 2, 3, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0, 10, 1, 2, 2]
    let queued = try #require(ExtendedError(record: record))
    let verdict = Verdict(SystemError(.hostUnreachable, "connect", ""), queued)
    #expect(verdict.word == "UNREACHABLE")
    #expect(verdict.reason == "administratively prohibited, says 10.1.2.2")
    #expect(verdict.systemReason == "No route to host")
  }

  @Test(arguments: [
    (Errno.timedOut, "TIMEOUT"), (.connectionRefused, "REFUSED"), (.hostUnreachable, "UNREACHABLE"),
    (.networkUnreachable, "UNREACHABLE"), (.connectionReset, "RESET-AFTER-ACCEPT"),
    (.addressNotAvailable, "OTHER"), (.denied, "OTHER"),
  ])
  func words(_ errno: Errno, _ word: String) {
    let verdict = Verdict(SystemError(errno, "connect", ""), nil)
    #expect(verdict.word == word)
    #expect(!verdict.reason.isEmpty)
    #expect(!verdict.isOpen)
  }
}
