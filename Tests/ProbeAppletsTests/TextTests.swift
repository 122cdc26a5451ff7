import Box
import Linux
import Testing

@testable import ProbeApplets

@Test(arguments: [
  (0.000136, "0.136"), (0.00136, "1.36"), (0.0136, "13.6"), (0.136, "136"), (1.5, "1500"),
  (0.0099949, "9.99"), (0.009995, "10.0"), (0.09995, "100"), (0, "0.000"),
])
func pingTimes(_ seconds: Double, _ text: String) {
  #expect(PingText.milliseconds(seconds) == text)
}

@Test(arguments: [
  (0.0, "0"), (100, "100"), (33.0 + 1 / 3.0, "33.3333"), (50, "50"), (6.25, "6.25"),
  (0.1 + 0.01 / 3, "0.103333"),
])
func lossPercents(_ value: Double, _ text: String) { #expect(PingText.percent(value) == text) }

@Test func patterns() throws {
  #expect(try pattern("ff") == [0xFF])
  #expect(try pattern("dead01") == [0xDE, 0xAD, 0x01])
  #expect(try pattern("f") == [0x0F])
  #expect(throws: Failure.self) { try pattern("xy") }
  #expect(throws: Failure.self) { try pattern("") }
  #expect(throws: Failure.self) { try pattern(String(repeating: "ab", count: 17)) }
}

@Test func trafficClasses() throws {
  #expect(try trafficClass("ef") == 0xB8)
  #expect(try trafficClass("af21") == 0x50 - 8)
  #expect(try trafficClass("cs3") == 0x60)
  #expect(try trafficClass("0x10") == 16)
  #expect(try trafficClass("lowdelay") == 16)
  #expect(throws: Failure.self) { try trafficClass("af51") }
  #expect(throws: Failure.self) { try trafficClass("256") }
}

@Test func portLists() throws {
  func read(_ text: String) throws -> [UInt16] {
    try ports(
      text, { Services(Context(name: "nc", output: .memory(), errors: .memory())) }, isUDP: false)
  }
  #expect(try read("80") == [80])
  #expect(try read("8000-8002") == [8000, 8001, 8002])
  #expect(try read("3-1") == [1, 2, 3])
  #expect(try read("65534-65535") == [65534, 65535])
  for text in ["0", "65536", "1-", "-1", "a-b", "1-2-3", "", "nosuchservice"] {
    #expect(throws: Failure.self) { try read(text) }
  }
}

@Test func networks() throws {
  #expect(
    try AddressRange(["10.0.0.0/30"]).addresses.map { $0.description } == ["10.0.0.1", "10.0.0.2"])
  #expect(try AddressRange(["10.0.0.7/31"]).addresses.count == 2)
  #expect(try AddressRange(["10.0.0.7/32"]).addresses.map { $0.description } == ["10.0.0.7"])
  #expect(try AddressRange(["255.255.255.254", "255.255.255.255"]).addresses.count == 2)
  for bad in [
    ["10.0.0.0"], ["10.0.0.0/0"], ["10.0.0.0/33"], ["::1/64"], ["10.0.0.2", "10.0.0.1"],
    ["0.0.0.0", "255.255.255.255"], [],
  ] {
    #expect(throws: Failure.self) { try AddressRange(bad) }
  }
}

@Suite struct ProbeTargetTests {
  private func read(_ text: String) throws -> [String] {
    let services = { Services(Context(name: "probe", output: .memory(), errors: .memory())) }
    return try ProbeTarget.all(text, services).map { $0.label }
  }

  @Test(
    arguments: [
      ("db:5432", ["tcp://db:5432"]),
      ("tcp://db:1,3-4", ["tcp://db:1", "tcp://db:3", "tcp://db:4"]),
      ("http://api/ready", ["http://api/ready"]), ("http://api:8080", ["http://api:8080"]),
      ("dns://10.0.0.10/a.b", ["dns://10.0.0.10/a.b"]), ("ICMP://host", ["icmp://host"]),
      ("tls://h", ["tls://h"]), ("https://h:8443/x", ["https://h:8443/x"]),
      ("[::1]:80", ["tcp://[::1]:80"]), ("icmp://::1", ["icmp://[::1]"]),
      ("udp://[fe80::1]:53", ["udp://[fe80::1]:53"]),
      ("grpc://h:1/a.B", ["grpc://h:1/a.B"]), ("GRPCS://[::1]:443", ["grpcs://[::1]:443"]),
    ] as [(String, [String])])
  func reads(_ text: String, _ labels: [String]) throws { #expect(try read(text) == labels) }

  @Test(arguments: [
    "", "db", "db:", "tcp://", "tcp://:80", "db:0", "db:1-99999", "ftp://x", "grpc://x",
    "grpcs://x/y",
    "icmp://x:1", "tcp://x:1/y", "://", "[::1", "udp://x",
  ])
  func refuses(_ text: String) { #expect(throws: Failure.self) { try read(text) } }
}

@Suite struct TelnetFilterTests {
  @Test func refusesWhatIsAsked() {
    var filter = TelnetFilter()
    // IAC DO ECHO, "a", IAC WILL SGA, IAC IAC, "b"
    let (text, reply) = filter.read([255, 253, 1, 97, 255, 251, 3, 255, 255, 98][...])
    #expect(text == [97, 255, 98])
    #expect(reply == [255, 252, 1, 255, 254, 3])
    // Once is enough.
    #expect(filter.read([255, 253, 1][...]).reply == [])
    #expect(filter.read([255, 252, 9, 255, 254, 9][...]).reply == [])
  }

  @Test func piecesAndDetails() {
    var filter = TelnetFilter()
    #expect(filter.read([104, 255][...]).text == [104])
    #expect(filter.read([253][...]).text == [])
    #expect(filter.read([24][...]).reply == [255, 252, 24])
    // IAC SB TERMINAL-TYPE SEND IAC SE
    #expect(filter.read([255, 250, 24, 1, 255][...]).text == [])
    #expect(filter.read([240, 105][...]).text == [105])
    #expect(filter.read([][...]).text == [])
  }

  @Test func typedBytes() {
    #expect(TelnetFilter.escaped([1, 255, 2]) == [1, 255, 255, 2])
    #expect(TelnetFilter.escaped([]) == [])
  }
}

@Test(
  arguments: [
    ("HTTP/1.1 200 OK\r\n", 200), ("HTTP/1.0 404\r\n", 404), ("HTTP/1.1 20\r\n", nil), ("", nil),
    ("SSH-2.0-x\r\n", nil), ("HTTP/", nil), ("HTTP/1.1 2x0 OK", nil),
  ] as [(String, Int?)])
func statusLines(_ text: String, _ code: Int?) {
  #expect(StatusLine(Array(text.utf8))?.code == code)
}
