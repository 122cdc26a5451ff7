import Linux
import Testing

@testable import Netlink

@Suite struct RouteMessageTests {
  /// `struct rtmsg` of a unicast route in table main.
  private let head: [UInt8] = [2, 24, 0, 0, 254, 4, 0, 1] + [0, 0, 0, 0]

  private func parse(_ payload: [UInt8]) -> Route? { payload.withUnsafeBytes { Route($0) } }

  @Test func parses() throws {
    let metrics = attribute(2, bytes(UInt32(1400))) + attribute(16, Array("bbr\0".utf8))
    let route = try #require(
      parse(
        head + attribute(1, [10, 1, 2, 0]) + attribute(5, [10, 0, 0, 1])
          + attribute(4, bytes(UInt32(3))) + attribute(8, metrics)))
    #expect(route.destination?.text == "10.1.2.0")
    #expect(route.hop.gateway?.text == "10.0.0.1")
    #expect(route.hop.interface == 3)
    #expect(route.metrics.map { $0.value } == [1400])
    #expect(route.congestion == "bbr")
  }

  @Test func severalWays() throws {
    let hop =
      bytes(UInt16(16)) + [0, 2] + bytes(UInt32(7)) + attribute(5, [10, 0, 0, 9])
    let route = try #require(parse(head + attribute(9, hop + hop)))
    #expect(route.hops.count == 2)
    #expect(route.hops[1].weight == 3)
    #expect(route.hops[1].gateway?.text == "10.0.0.9")
  }

  @Test(arguments: [0, 7, 17, 60000])
  func lyingWay(_ length: UInt16) throws {
    let hop = bytes(length) + [0, 2] + bytes(UInt32(7)) + attribute(5, [10, 0, 0, 9])
    #expect(try #require(parse(head + attribute(9, hop))).hops.isEmpty)
  }

  @Test func tooShort() {
    #expect(parse([]) == nil)
    #expect(parse(Array(head.dropLast())) == nil)
  }

  @Test func shortAddressIsNone() throws {
    #expect(try #require(parse(head + attribute(1, [10, 1]))).destination == nil)
  }
}

@Suite struct LinkMessageTests {
  @Test func parses() throws {
    let payload =
      [0, 0] + bytes(UInt16(1)) + bytes(UInt32(2)) + bytes(UInt32(0x1043)) + bytes(UInt32(0))
      + attribute(3, Array("eth0\0".utf8)) + attribute(4, bytes(UInt32(1450)))
      + attribute(1, [2, 0x42, 0, 0, 0, 1]) + attribute(23, bytes(UInt64(5)) + bytes(UInt64(6)))
      + attribute(18, attribute(1, Array("veth\0".utf8)))
    let link = try #require(payload.withUnsafeBytes { NetworkLink($0) })
    #expect(link.name == "eth0")
    #expect(link.mtu == 1450)
    #expect(link.kind == "veth")
    #expect(link.statistics?.receivedPackets == 5)
    #expect(link.statistics?.sentPackets == 6)
    #expect(link.statistics?.collisions == 0)
    #expect([1, 2].withUnsafeBytes { NetworkLink($0) } == nil)
  }

  @Test func address() throws {
    let payload =
      [2, 24, 0x80, 0] + bytes(UInt32(2)) + attribute(2, [10, 0, 0, 7])
      + attribute(6, bytes(UInt32(50)) + bytes(UInt32(100)))
    let address = try #require(payload.withUnsafeBytes { LinkAddress($0) })
    #expect(address.local?.text == "10.0.0.7")
    #expect(address.validFor == 100)
    #expect(address.preferredFor == 50)
    #expect([2].withUnsafeBytes { LinkAddress($0) } == nil)
  }

  @Test func neighbourAndRule() throws {
    let neighbour =
      [2, 0, 0, 0] + bytes(UInt32(3)) + bytes(UInt16(4)) + [0x80, 1]
      + attribute(1, [10, 0, 0, 1]) + attribute(2, [2, 0, 0, 0, 0, 9])
    let found = try #require(neighbour.withUnsafeBytes { Neighbour($0) })
    #expect(found.state == Neighbour.stale)
    #expect(found.hardwareAddress.count == 6)
    let rule =
      [2, 0, 8, 0, 254, 0, 0, 1] + bytes(UInt32(2)) + attribute(2, [10, 0, 0, 0])
      + attribute(20, bytes(UInt32(9)) + bytes(UInt32(5)))
    let parsed = try #require(rule.withUnsafeBytes { Rule($0) })
    #expect(parsed.source?.text == "10.0.0.0")
    // A range that ends before it begins is none.
    #expect(parsed.uids == nil)
  }
}

@Suite struct TableTests {
  private func counters(_ text: String) -> [NetCounter] {
    Array(text.utf8).withUnsafeBytes { NetCounter.pairs($0) }
  }

  @Test func pairs() {
    let found = counters("Tcp: A B\nTcp: 1 -1\nUdp: C\nUdp: 99999999999999999999\n")
    #expect(found.map { $0.name } == ["TcpA", "TcpB", "UdpC"])
    #expect(found.map { $0.value } == [1, -1, .max])
    #expect(found.value("TcpA") == 1)
    #expect(found.value("TcpZ") == nil)
  }

  @Test func pairsThatDoNotMatch() {
    #expect(counters("").isEmpty)
    #expect(counters("Tcp: A B\n").isEmpty)
    #expect(counters("Tcp: A B\nTcp: 1\n").map { $0.name } == ["TcpA"])
    #expect(counters("Tcp: A\nUdp: B\nUdp: 2\n").map { $0.name } == ["UdpB"])
  }

  @Test func routes() throws {
    let text =
      "Iface\tDestination\neth0\t0001000A\t00000000\t0001\t0\t0\t7\t00FFFFFF\t0\t0\t0\neth0\tx\n"
    let found = Array(text.utf8).withUnsafeBytes { RouteEntry.parse($0) }
    #expect(found.count == 1)
    #expect(found[0].destination.text == "10.0.1.0")
    #expect(found[0].prefix == 24)
    #expect(found[0].metric == 7)
  }

  @Test func devices() {
    let text = "a\nb\n  eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\nlo\nx:y\n"
    let found = Array(text.utf8).withUnsafeBytes { DeviceEntry.parse($0) }
    #expect(found.map { $0.name } == ["eth0", "x"])
    #expect(found[0].statistics.receivedBytes == 1)
    #expect(found[0].statistics.sentBytes == 9)
    #expect(found[1].statistics.sentBytes == 0)
  }

  @Test func addressesAndNeighbours() {
    let v6 = "20010db8000000000000000000000007 02 40 00 80 eth0\nshort 1 2\n"
    let found = Array(v6.utf8).withUnsafeBytes { AddressEntryV6.parse($0) }
    #expect(found.map { $0.address.text } == ["2001:db8::7"])
    let arp = "head\n10.0.0.1 0x1 0x2 02:00:00:00:00:01 * eth0\n10.0.0.2 0x1\n"
    let entries = Array(arp.utf8).withUnsafeBytes { ArpEntry.parse($0) }
    #expect(entries.map { $0.flags } == [2])
  }

  @Test func counts() {
    let counts = SocketCounts([Array("TCP: inuse 5 orphan\nsockets: used 9\n".utf8)])
    #expect(counts.value("TCP:inuse") == 5)
    #expect(counts.value("sockets:used") == 9)
    #expect(counts.value("TCP:orphan") == 0)
  }
}
