import Linux
import Testing

@testable import Packets

/// Bytes written as hexadecimal digits; what is behind a sign of number is a remark.
func packet(_ text: String) -> [UInt8] {
  var digits: [UInt8] = []
  for line in text.split(separator: "\n") {
    for letter in line.prefix(while: { $0 != "#" }) where letter.isHexDigit {
      digits.append(UInt8(letter.hexDigitValue ?? 0))
    }
  }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func line(_ bytes: [UInt8], _ style: PacketStyle = PacketStyle(), link: LinkType = .raw) -> String {
  let printer = PacketPrinter(style)
  bytes.withUnsafeBytes { _ = printer.tell($0, length: bytes.count, link: link) }
  return String(decoding: printer.out.bytes, as: UTF8.self)
}

let datagram = packet(
  """
  45 00 0021 1234 4000 40 11 5a44   # version 4, length 33, TTL 64, UDP
  0a010203 c0000250                 # 10.1.2.3 > 192.0.2.80
  03e8 07d0 000d e1f5 68656c6c6f    # 1000 > 2000, 13 bytes
  """)

@Test func plainDatagram() {
  #expect(line(datagram) == "IP 10.1.2.3.1000 > 192.0.2.80.2000: UDP, length 5")
  var style = PacketStyle()
  style.verbosity = 2
  #expect(
    line(datagram, style) == """
      IP (tos 0x0, ttl 64, id 4660, offset 0, flags [DF], proto UDP (17), length 33)
          10.1.2.3.1000 > 192.0.2.80.2000: [udp sum ok] UDP, length 5
      """)
}

/// Each prefix of a packet is told as far as it goes, or as cut.
@Test func everyCut() {
  for count in 0..<datagram.count {
    let text = line(Array(datagram.prefix(count)))
    #expect(text.hasSuffix("]") || text.hasSuffix("length 5") || text.hasSuffix("missing!"))
  }
  #expect(line([]) == "[Invalid header: caplen==0, len==0]")
  #expect(line(Array(datagram.prefix(12))) == "IP  [|ip]")
}

@Test func lyingLengths() {
  var long = datagram
  long[3] = 0xFF
  #expect(line(long).hasPrefix("IP truncated-ip - 222 bytes missing! 10.1.2.3.1000"))
  var short = datagram
  short[3] = 0x0A
  #expect(line(short) == "IP bad-len 10")
  var header = datagram
  header[0] = 0x44
  #expect(line(header) == "IP bad-hlen 16")
}

@Test func sequenceNumbersCountFromTheStart() {
  let printer = PacketPrinter(PacketStyle())
  func tell(_ ports: String, _ sequence: String, _ acknowledged: String, _ flags: String) -> String
  {
    let isBack = ports.hasPrefix("0050")
    let head = packet(
      "4500 0029 0000 0000 40 06 0000" + (isBack ? "c0000250 0a010203" : "0a010203 c0000250"))
    let bytes = head + packet(ports + sequence + acknowledged + "50" + flags + "0100 0000 0000 78")
    printer.out.removeAll()
    bytes.withUnsafeBytes { _ = printer.tell($0, length: bytes.count, link: .raw) }
    return String(decoding: printer.out.bytes, as: UTF8.self)
  }
  #expect(tell("9c40 0051", "00000064", "000001f4", "10").contains("seq 100:101, ack 500,"))
  #expect(tell("9c40 0051", "00000065", "000001f4", "10").contains("seq 1:2, ack 1,"))
}

@Test func loopsInNamesEnd() {
  let message = packet("0001 0100 0001 0000 0000 0000 c00c 0001 0001")
  let udp = packet("1388 0035 001a 0000") + message
  let bytes = packet("4500 002e 0000 0000 40 11 0000 0a010203 c0000250") + udp
  #expect(line(bytes).contains("A? <BAD PTR> [|domain]"))
}

@Test func serverNames() {
  let name = packet("0000 0009 0007 00 0004 61 1b 2e 62")
  let body =
    packet("0303") + [UInt8](repeating: 0, count: 32) + packet("00 0002 1301 01 00")
    + [0, UInt8(name.count)] + name
  let record = packet("16 0301") + [0, UInt8(body.count + 4), 1, 0, 0, UInt8(body.count)] + body
  let greeting = record.withUnsafeBytes { ClientGreeting($0, 0..<record.count) }
  #expect(greeting?.serverName?.count == 4)
  for count in 0..<record.count {
    record.withUnsafeBytes { _ = ClientGreeting($0, 0..<count) }
  }
}

@Test func dumps() {
  let out = TextBuffer()
  let bytes = Array("0123456789abcdefgh\u{1B}".utf8)
  bytes.withUnsafeBytes { HexDump.write($0, 0..<$0.count, hasText: true, "\n\t", to: out) }
  #expect(
    String(decoding: out.bytes, as: UTF8.self)
      == "\n\t0x0000:  3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef"
      + "\n\t0x0010:  6768 1b                                  gh.")
}
