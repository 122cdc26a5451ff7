import Linux
import Testing

@testable import Netlink

/// `struct inet_diag_msg` of 127.0.0.1:8080 to 10.0.0.1:443.
private func connection(state: UInt8) -> [UInt8] {
  [2, state, 1, 3] + [0x1F, 0x90] + [0x01, 0xBB]  // family, state, timer, retransmits; ports
    + [127, 0, 0, 1] + [UInt8](repeating: 0, count: 12)  // from
    + [10, 0, 0, 1] + [UInt8](repeating: 0, count: 12)  // to
    + bytes(UInt32(0)) + bytes(UInt64(0x1_0000_0002))  // interface, cookie
    + bytes(UInt32(944)) + bytes(UInt32(5)) + bytes(UInt32(6))  // expires, queues
    + bytes(UInt32(1000)) + bytes(UInt32(77))  // user, inode
}

@Suite struct InternetSocketTests {
  @Test func parses() throws {
    let payload = connection(state: 12) + attribute(8, [3])
    let list = SocketList(keepsDetails: true)
    payload.withUnsafeBytes { list.addInternet(.tcp, $0) }
    let record = try #require(list.records.first)
    #expect(record.state == SocketState.synReceived)
    #expect(record.local.text == "127.0.0.1")
    #expect(record.localPort == 8080)
    #expect(record.remote.text == "10.0.0.1")
    #expect(record.remotePort == 443)
    #expect(record.expires == 944)
    #expect(record.receiveQueue == 5)
    #expect(record.sendQueue == 6)
    #expect(record.uid == 1000)
    #expect(record.inode == 77)
    #expect(record.shutdown == 3)
    let kept = list.with(record.details) { Attributes.first(8, in: $0)?.byte(0) }
    #expect(kept == 3)
  }

  @Test(arguments: [0, 1, 71])
  func endsAbruptly(_ count: Int) {
    let list = SocketList(keepsDetails: true)
    connection(state: 1).prefix(count).withUnsafeBytes { list.addInternet(.tcp, $0) }
    #expect(list.records.isEmpty)
  }

  @Test func lyingAttribute() throws {
    let payload = connection(state: 1) + bytes(UInt16(60000)) + bytes(UInt16(8)) + [1]
    let list = SocketList(keepsDetails: true)
    payload.withUnsafeBytes { list.addInternet(.tcp, $0) }
    #expect(try #require(list.records.first).shutdown == 255)
  }

  @Test func shortInfoIsZero() {
    let fields: [UInt8] = [1, 0, 0, 0, 2]
    fields.withUnsafeBytes { all in
      let info = TCPInfo(Fields(all))
      #expect(info.backoff == 2)
      #expect(info.roundTrip == 0)
      #expect(info.sendWindow == 0)
    }
  }
}

@Suite struct UnixSocketTests {
  @Test func parses() throws {
    let payload =
      [1, 1, 10, 0] + bytes(UInt32(4711)) + bytes(UInt64(1)) + attribute(0, Array("\0a\0b".utf8))
      + attribute(2, bytes(UInt32(4712))) + attribute(4, bytes(UInt32(1)) + bytes(UInt32(5)))
    let list = SocketList(keepsDetails: false)
    payload.withUnsafeBytes { list.addUnix($0) }
    let record = try #require(list.records.first)
    #expect(record.kind == .unixStream)
    #expect(record.localPort == 4711)
    #expect(record.remotePort == 4712)
    #expect(record.receiveQueue == 1)
    #expect(record.sendQueue == 5)
    #expect(list.name(of: record) == "@a@b")
  }

  @Test func tooShort() {
    let list = SocketList(keepsDetails: false)
    [1, 1, 10, 0, 1, 2].withUnsafeBytes { list.addUnix($0) }
    list.addUnix(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(list.records.isEmpty)
  }
}

@Suite struct SocketTableTests {
  private func table(_ lines: String) -> [SocketRecord] {
    let list = SocketList(keepsDetails: false)
    Array(("  sl  local_address\n" + lines).utf8).withUnsafeBytes {
      list.addTable(.tcp, isV6: false, $0)
    }
    return list.records
  }

  @Test func parses() throws {
    let found = table(
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 02:000005DC 00000001  1000  2 42 1\n")
    let record = try #require(found.first)
    #expect(record.local.text == "127.0.0.1")
    #expect(record.localPort == 8080)
    #expect(record.state == SocketState.listen)
    #expect(record.receiveQueue == 3)
    #expect(record.timer == 2)
    #expect(record.expires == 15000)
    #expect(record.retransmits == 1)
    #expect(record.uid == 1000)
    #expect(record.probes == 2)
    #expect(record.inode == 42)
  }

  @Test(arguments: ["", "\n\n", "0:\n", "0: 0100007F\n", "0: x y z\n", "0: 0100007F: 1:\n"])
  func damaged(_ lines: String) { #expect(table(lines).isEmpty) }

  @Test func cutLineHasWhatIsThere() throws {
    let record = try #require(table("0: 0100007F:0050 00000000:0000 0A 0000").first)
    #expect(record.localPort == 80)
    #expect(record.inode == 0)
  }

  @Test func v6Words() throws {
    let list = SocketList(keepsDetails: false)
    let line =
      "head\n0: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 01\n"
    Array(line.utf8).withUnsafeBytes { list.addTable(.tcp, isV6: true, $0) }
    let record = try #require(list.records.first)
    #expect(record.local.text == "::ffff:127.0.0.1")
    #expect(record.local.isMapped)
  }

  @Test func unixAndNetlink() {
    let list = SocketList(keepsDetails: false)
    let unix = "Num\n00: 00000002 00000000 00010000 0001 01 8001 /run/a b\n"
    Array(unix.utf8).withUnsafeBytes { list.addUnixTable($0) }
    let netlink = "sk\n0000 15 9 00000000 832 0 0 2 0 6\n"
    Array(netlink.utf8).withUnsafeBytes { list.addNetlinkTable($0) }
    #expect(list.records.count == 2)
    #expect(list.name(of: list.records[0]) == "/run/a b")
    #expect(list.records[0].state == SocketState.listen)
    #expect(list.records[1].interface == 15)
    #expect(list.records[1].receiveQueue == 832)
  }
}

@Suite struct NetAddressTests {
  @Test(arguments: [
    "0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::ff:fe00:1",
    "::ffff:10.0.0.1", "2001:db8:0:1:1:1:1:1", "1::", "ff02::1:ff00:1",
  ])
  func textIsThatOfTheResolver(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(NetAddress(address).text == address.description)
    #expect(NetAddress(address).address == address)
  }

  @Test func prefixes() {
    let network = NetAddress(v4: 0x0A00_0000)
    #expect(NetAddress(v4: 0x0AFF_0001).matches(network, prefix: 8))
    #expect(!NetAddress(v4: 0x0B00_0001).matches(network, prefix: 8))
    #expect(NetAddress(v4: 0x0B00_0001).matches(network, prefix: 0))
    #expect(NetAddress(high: 1, low: 2).matches(NetAddress(high: 1, low: 3), prefix: 64))
    #expect(!NetAddress(high: 1, low: 2).matches(NetAddress(high: 1, low: 3), prefix: 128))
    #expect(!NetAddress.anyV4.matches(.anyV6, prefix: 0))
  }
}
