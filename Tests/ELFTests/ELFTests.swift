import Testing

@testable import ELF

/// Writes a small ELF program: sections with contents, no segments.
private func program(_ sections: [(name: String, type: UInt32, bytes: [UInt8])]) -> [UInt8] {
  func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
  var names: [UInt8] = [0]
  var body: [UInt8] = []
  var table = [UInt8](repeating: 0, count: 64)
  for section in sections + [(name: ".shstrtab", type: 3, bytes: [])] {
    let isNames = section.name == ".shstrtab"
    let name = names.count
    names += Array(section.name.utf8) + [0]
    let bytes = isNames ? names : section.bytes
    table += number(name, 4) + number(Int(section.type), 4) + number(0, 8) + number(0, 8)
    table += number(64 + body.count, 8) + number(bytes.count, 8) + number(0, 4) + number(0, 4)
    table += number(16, 8) + number(0, 8)
    body += bytes + [UInt8](repeating: 0, count: (16 - bytes.count % 16) % 16)
  }
  let count = sections.count + 2
  var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
  header += number(3, 2) + number(62, 2) + number(1, 4) + number(0, 8) + number(0, 8)
  header += number(64 + body.count, 8) + number(0, 4) + number(64, 2) + number(56, 2) + number(0, 2)
  header += number(64, 2) + number(count, 2) + number(count - 1, 2)
  return header + body + table
}

private let modules =
  "path\texample.com/shop\nmod\texample.com/shop\tv1.2.3\th1:abc=\nbuild\tCGO_ENABLED=0\n"

private func buildInfo(_ version: String = "go1.22.1", _ modules: String = modules) -> [UInt8] {
  func inline(_ bytes: [UInt8]) -> [UInt8] {
    bytes.count < 128
      ? [UInt8(bytes.count)] + bytes
      : [UInt8(bytes.count & 0x7F | 0x80), UInt8(bytes.count >> 7)] + bytes
  }
  let frame = [UInt8](repeating: 0x30, count: 16)
  return GoBuildInfo.magic + [8, 2] + [UInt8](repeating: 0, count: 16)
    + inline(Array(version.utf8)) + inline(frame + Array(modules.utf8) + frame)
}

private func info(_ bytes: [UInt8]) -> GoBuildInfo? {
  ELFFile(ByteSource(bytes)).flatMap { GoBuildInfo($0) }
}

@Suite struct ELFTests {
  private let note: [UInt8] =
    [4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0] + Array("GNU\0".utf8) + [0xAB, 0x01, 0xFF]

  @Test func parses() throws {
    let file = try #require(
      ELFFile(
        ByteSource(
          program([(".note.gnu.build-id", 7, note), (".comment", 1, Array("rustc".utf8))]))))
    #expect(file.sections.map { $0.name } == ["", ".note.gnu.build-id", ".comment", ".shstrtab"])
    #expect(file.buildID == "ab01ff")
    #expect(file.isPositionIndependent)
    let comment = try #require(file.section(".comment"))
    #expect(file.contents(comment) == Array("rustc".utf8))
    #expect(file.section(".text") == nil)
  }

  @Test func readsGoBuildInfo() throws {
    let found = try #require(info(program([(".go.buildinfo", 1, buildInfo())])))
    #expect(found.version == "go1.22.1")
    #expect(found.path == "example.com/shop")
    #expect(found.modules == modules)
  }

  @Test func refusesLyingLengths() {
    var lying = buildInfo()
    lying[32] = 0x7F
    #expect(info(program([(".go.buildinfo", 1, lying)])) == nil)
    lying.replaceSubrange(32..<34, with: [0xFF, 0xFF])
    #expect(info(program([(".go.buildinfo", 1, lying)])) == nil)
    var huge = program([(".note.gnu.build-id", 7, note)])
    huge[60] = 0xFF  // more sections than there are
    #expect(ELFFile(ByteSource(huge))?.buildID == nil)
    var name = note
    name[4] = 0xFF
    #expect(ELFFile(ByteSource(program([(".note.gnu.build-id", 7, name)])))?.buildID == nil)
  }

  @Test func refusesOthers() {
    #expect(ELFFile(ByteSource([])) == nil)
    #expect(ELFFile(ByteSource(Array("#!/bin/sh\n".utf8))) == nil)
    var narrow = program([])
    narrow[4] = 1
    #expect(ELFFile(ByteSource(narrow)) == nil)
    #expect(info(program([(".go.buildinfo", 1, [])])) == nil)
    #expect(info(program([(".text", 1, [])])) == nil)
  }

  @Test func survivesEveryCut() {
    let bytes = program([(".go.buildinfo", 1, buildInfo()), (".note.gnu.build-id", 7, note)])
    for count in 0..<bytes.count {
      let file = ELFFile(ByteSource(Array(bytes[..<count])))
      _ = (file?.buildID, file.flatMap { GoBuildInfo($0) }, file?.symbol("_PyRuntime"))
    }
  }
}
