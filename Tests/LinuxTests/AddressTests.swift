import Linux
import Testing

@Test(arguments: [
  ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
  ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
  ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
  ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
  ("::192.0.2.1", "::192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
  ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("fe80::1%lo", "fe80::1%lo"), ("fe80::1%1", "fe80::1%lo"),
])
func addressesReadAndWrite(_ text: String, _ canonical: String) {
  #expect(IPAddress(text)?.description == canonical)
}

@Test(arguments: [
  "", ".", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", ":", ":::", "1:2",
  "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", "12345::", "::g", "::1.2.3", "1.2.3.4%lo",
  "fe80::1%", "fe80::1%nosuchinterface", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7:8", "1.2.3.4::",
])
func noAddresses(_ text: String) { #expect(IPAddress(text) == nil) }

@Test func addressBytes() {
  #expect(IPAddress("192.0.2.1")?.bytes == [192, 0, 2, 1])
  #expect(IPAddress(bytes: [UInt8](0..<16))?.description == "1:203:405:607:809:a0b:c0d:e0f")
  #expect(IPAddress(bytes: [1, 2, 3]) == nil)
  #expect(IPAddress("::ffff:10.0.0.1")?.unmapped == IPAddress("10.0.0.1"))
  #expect(IPAddress("10.0.0.1")?.mapped == IPAddress("::ffff:10.0.0.1"))
  #expect(IPAddress("127.9.9.9")?.isLoopback == true)
  #expect(IPAddress("169.254.1.1")?.isLinkLocal == true)
  #expect(IPAddress("febf::1")?.isLinkLocal == true)
  #expect(IPAddress("ff02::1")?.isMulticast == true)
  #expect(IPAddress("224.0.0.1")?.isMulticast == true)
}

@Test func endpoints() {
  #expect(Endpoint("1.2.3.4:53")?.description == "1.2.3.4:53")
  #expect(Endpoint("[::1]:53")?.description == "[::1]:53")
  #expect(Endpoint("::1", port: 53)?.description == "[::1]:53")
  #expect(Endpoint("[::1]", port: 53)?.description == "[::1]:53")
  for text in ["::1:53", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "[1.2.3.4]:5", "[::1]", ":53", ""]
  {
    #expect(Endpoint(text) == nil, "\(text)")
  }
}

@Test func streamsConnectSendAndEnd() throws {
  let listener = try Socket(.v4, .stream)
  try listener.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
  try listener.listen()
  let deadline = Deadline(seconds: 5)
  let client = try Socket.connected(to: listener.ownAddress, until: deadline)
  _ = try listener.wait(for: .read, until: deadline)
  let accepted = try #require(try listener.accept())
  #expect(accepted.peer == client.ownAddress)
  try client.sendAll([1, 2, 3], until: deadline)
  try client.shutdown(.sending)
  var buffer = [UInt8](repeating: 0, count: 16)
  #expect(try accepted.socket.receive(into: &buffer, until: deadline) == 3)
  #expect(try accepted.socket.receive(into: &buffer, until: deadline) == 0)
  #expect(try listener.accept() == nil)
}

@Test func refusedAndLate() throws {
  let taken = try Socket(.v4, .stream)
  try taken.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
  let address = taken.ownAddress
  #expect(throws: SystemError(.connectionRefused, "connect", address.description)) {
    _ = try Socket.connected(to: address, until: Deadline(seconds: 5))
  }
  let idle = try Socket(.v4, .datagram)
  try idle.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
  #expect(try idle.wait(for: .read, until: Deadline(seconds: 0.01)).isEmpty)
}

@Test func refusedDatagramsTellWhoRefused() throws {
  let sender = try Socket(.v4, .datagram)
  try sender.setReceivesErrors(.v4)
  // Port 1 of loopback: nobody listens there.
  #expect(try sender.send([1], to: .ip(Endpoint(.loopbackV4, port: 1))))
  _ = try sender.wait(for: .error, until: Deadline(seconds: 5))
  let error = try #require(sender.takeQueuedError())
  #expect(error.errno == .connectionRefused)
  #expect(error.origin == .icmp)
  #expect(error.type == 3 && error.code == 3)
  #expect(error.offender == .loopbackV4)
  #expect(sender.takeQueuedError() == nil)
}

@Test func unixAddresses() throws {
  let name = "@debugbox-test-\(Random.number16())"
  let server = try Socket(.unix, .datagram)
  try server.bind(to: .unix(name))
  #expect(server.ownAddress == .unix(name))
  let client = try Socket(.unix, .datagram)
  #expect(try client.send([7], to: .unix(name)))
  var buffer = [UInt8](repeating: 0, count: 4)
  let received = try #require(try server.receiveDatagram(into: &buffer))
  #expect(received.count == 1 && received.source == .unnamed)
  #expect(throws: SystemError.self) {
    try client.bind(to: .unix(String(repeating: "x", count: 200)))
  }
}
