import Linux
import Testing

@testable import PacketFilter

func compiled(_ expression: String, link: Int32 = 1) throws -> FilterProgram {
  var compiler = FilterCompiler(linkType: link, snapshot: 262144)
  compiler.addresses = { name in
    name == "web" ? ["192.0.2.80", "2001:db8::80"].compactMap { IPAddress($0) } : nil
  }
  compiler.port = { name, isTCP in name == "http" && isTCP ? 80 : nil }
  return try compiler.compile(expression)
}

/// One after the other: the compiler of libpcap keeps what it knows of names for itself.
@Suite(.serialized) struct FilterTests {
  @Test func listings() throws {
    let program = try compiled("ip")
    #expect(
      program.listing == """
        (000) ldh      [12]
        (001) jeq      #0x800           jt 2\tjf 3
        (002) ret      #262144
        (003) ret      #0

        """)
    #expect(program.numbers.hasPrefix("4\n40 0 0 12\n"))
    #expect(program.initialisers.hasPrefix("{ 0x28, 0, 0, 0x0000000c },\n"))
  }

  @Test func runs() throws {
    var frame = [UInt8](repeating: 0, count: 60)
    frame[12] = 8
    frame[14] = 0x45
    frame[23] = 6
    frame[37] = 80
    func takes(_ expression: String) throws -> Bool {
      try frame.withUnsafeBytes { try compiled(expression).run($0, length: 60) > 0 }
    }
    #expect(try takes("tcp port 80") && takes("tcp port http") && takes("greater 60"))
    #expect(try !takes("udp") && !takes("tcp port 81") && !takes("less 59"))
  }

  @Test func names() throws {
    #expect(
      try compiled("host web").instructions.count
        == compiled(
          "host 192.0.2.80 or host 2001:db8::80"
        ).instructions.count)
    for (expression, reason) in [
      ("host nobody", "unknown host 'nobody'"), ("port nothing", "unknown port 'nothing'"),
      ("foo bar", "can't parse filter expression: syntax error"),
    ] {
      #expect { try compiled(expression) } throws: {
        ($0 as? FilterCompiler.Refusal)?.reason == reason
      }
    }
  }

  /// For packets that come without their header, what is read of it is asked of the kernel.
  @Test func cookedPrograms() throws {
    let program = try #require(try compiled("ip and tcp port 80", link: 276).cooked)
    #expect(program.instructions[0].operand == FilterProgram.ancillary)
    #expect(try compiled("greater 100", link: 276).cooked == nil)
  }

  @Test func damagedProgramsEnd() {
    typealias One = FilterProgram.Instruction
    let packet: [UInt8] = [1, 2, 3]
    for program in [
      [One(0x20, 0, 0, 1_000_000)], [One(0x05, 0, 0, .max)], [One(0x34, 0, 0, 0)], [],
      [One(0x60, 0, 0, 99)], [One(0x15, 255, 255, 0)], [One(0x40, 0, 0, .max)],
    ] as [[One]] {
      packet.withUnsafeBytes { #expect(FilterProgram(program).run($0, length: 3) == 0) }
    }
  }
}
