import Box
import Linux
import Netlink
import Testing

@testable import SocketApplets

@Suite struct SsFilterTests {
  private let context = Context(name: "ss", output: .memory(), errors: .memory())

  /// The local ports of what an expression lets through.
  private func ports(_ expression: String) throws -> [UInt32] {
    let list = SocketList(keepsDetails: false)
    for (local, remote) in [(22, 40000), (443, 50000), (8080, 0)] as [(UInt32, UInt32)] {
      var record = SocketRecord(.tcp, state: SocketState.established)
      record.local = NetAddress(v4: 0x0A00_0001)
      record.remote = NetAddress(v4: 0xC000_0200 + local % 256)
      record.localPort = local
      record.remotePort = remote
      list.records.append(record)
    }
    let filter = try SsFilter([expression], context, isNumeric: true)
    let matcher = SsMatcher(filter, list, context)
    return list.records.filter { matcher.accepts($0) }.map { $0.localPort }
  }

  @Test func comparisons() throws {
    #expect(try ports("") == [22, 443, 8080])
    #expect(try ports("sport = :22") == [22])
    #expect(try ports("sport 22") == [22])
    #expect(try ports("sport != :22") == [443, 8080])
    #expect(try ports("sport ge 443") == [443, 8080])
    #expect(try ports("sport<443") == [22])
    #expect(try ports("dport > :40000") == [443])
  }

  @Test func operators() throws {
    #expect(try ports("sport = 22 or sport = 443") == [22, 443])
    #expect(try ports("sport=22||sport=443 and dport=1") == [22])
    #expect(try ports("(sport = 22 or sport = 443) dport = 50000") == [443])
    #expect(try ports("not sport = 22 and ! sport = 443") == [8080])
  }

  @Test func addresses() throws {
    #expect(try ports("src 10.0.0.0/8") == [22, 443, 8080])
    #expect(try ports("src 10/8 dst 192.0.2.22") == [22])
    #expect(try ports("dst 192.0.2.22:40000") == [22])
    #expect(try ports("dst 192.0.2.22:1") == [])
    #expect(try ports("dst != 192.0.2.22") == [443, 8080])
    #expect(try ports("dst [::1]") == [])
    #expect(try ports("dst *:50000") == [443])
  }

  @Test(arguments: [
    "sport", "sport =", "sport = :x", "( sport = 1", "sport = 1 )", "or", "not", "state", "state x",
    "frobnicate", "dev nowhere0", "fwmark x", "cgroup", "src", "dst < 1.2.3.4", "sport = 99999",
  ])
  func refuses(_ expression: String) {
    #expect(throws: Failure.self) { try ports(expression) }
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: Failure.self) {
      try ports(String(repeating: "( ", count: 10_000) + "sport = 1")
    }
  }

  @Test func states() throws {
    var filter = try SsFilter(
      ["exclude", "listening", "exclude", "established"], context, isNumeric: true)
    filter.settle(all: false, listening: true, onlyUnconnected: false)
    #expect(!filter.states.contains(.listen))
    #expect(!filter.states.contains(.established))
    #expect(filter.states.contains(.timeWait))
  }

  @Test func prefixes() {
    #expect(NetPrefix("10.1/16")?.address.text == "10.1.0.0")
    #expect(NetPrefix("fe80::/10")?.length == 10)
    #expect(NetPrefix("1.2.3.4/33") == nil)
    #expect(NetPrefix("1.2.3.4/-1") == nil)
    #expect(NetPrefix("300.1/16") == nil)
    #expect(NetPrefix("") == nil)
  }
}
