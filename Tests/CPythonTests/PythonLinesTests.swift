import Box
import ELF
import Testing

@testable import CPython

@Suite struct PythonLinesTests {
  @Test func readsPairs() {
    // 4 bytes at line 10, then line 11, then back to line 9.
    let table: [UInt8] = [0, 0, 4, 1, 6, 0xFE]
    #expect(PythonLines.pairs(table, first: 10, instruction: 0) == 10)
    #expect(PythonLines.pairs(table, first: 10, instruction: 4) == 11)
    #expect(PythonLines.pairs(table, first: 10, instruction: 9) == 11)
    #expect(PythonLines.pairs(table, first: 10, instruction: 10) == 9)
    #expect(PythonLines.pairs([], first: 3, instruction: 5) == 3)
  }

  @Test func readsRanges() {
    let table: [UInt8] = [4, 1, 2, 0x80, 6, 2]
    #expect(PythonLines.ranges(table, first: 10, instruction: 0) == 11)
    #expect(PythonLines.ranges(table, first: 10, instruction: 5) == 11)
    #expect(PythonLines.ranges(table, first: 10, instruction: 6) == 13)
    #expect(PythonLines.ranges([7], first: 3, instruction: 5) == 3)
  }

  @Test func readsLocations() {
    // A short entry of 2 units, one line further for 1 unit, a long one three lines back for 1 unit.
    let table: [UInt8] = [0x80 | 0 << 3 | 1, 5, 0x80 | 11 << 3, 1, 2, 0x80 | 14 << 3, 7, 0, 1, 2]
    #expect(PythonLines.locations(table, first: 10, unit: 0) == 10)
    #expect(PythonLines.locations(table, first: 10, unit: 1) == 10)
    #expect(PythonLines.locations(table, first: 10, unit: 2) == 11)
    #expect(PythonLines.locations(table, first: 10, unit: 3) == 8)
    #expect(PythonLines.locations([], first: 4, unit: 9) == 4)
    #expect(PythonLines.locations([0x80 | 14 << 3], first: 4, unit: 0) == 4)
  }

  @Test func survivesAnyTable() {
    for length in 0..<64 {
      let table = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ length &* 77) }
      _ = PythonLines.locations(table, first: 1, unit: 1000)
      _ = PythonLines.ranges(table, first: 1, instruction: 1000)
      _ = PythonLines.pairs(table, first: 1, instruction: 1000)
    }
  }

  @Test func findsTheInterpreter() throws {
    let maps = """
      55d0a000-55d0b000 r--p 00000000 08:01 12 /usr/bin/python3.11
      7f120000-7f12b000 r--p 00001000 08:01 13 /usr/lib/libpython3.12.so.1.0
      """
    let (mapping, minor) = try #require(PythonProcess.interpreter(Array(maps.utf8)))
    #expect(minor == 12)
    #expect((mapping.start, mapping.offset) == (0x7f12_0000, 0x1000))
    let program = Array(maps.split(separator: "\n")[0].utf8)
    #expect(PythonProcess.interpreter(program)?.1 == 11)
    #expect(PythonProcess.interpreter(Array("zz-1 r--p x /python3.11\n/python3.\n".utf8)) == nil)
  }

  @Test func knowsItsVersions() {
    for minor in 8...13 { #expect(PythonLayout(minor: minor) != nil) }
    #expect(PythonLayout(minor: 7) == nil)
    for minor in [14, 15, 16] { #expect(PythonLayout(minor: minor) == nil) }
    #expect(PythonLayout(published: Array("xdebugpy".utf8)) == nil)
  }

  @Test(arguments: [0x30E_00F0, 0x30E_05F0, 0x30F_00B4, 0x30F_00F0], [false, true])
  func readsWhatIsPublished(version: Int, isFreeThreaded: Bool) throws {
    let image = PythonImage(version: version, isFreeThreaded: isFreeThreaded)
    let stacks = try PythonStacks(
      memory: image.memory, runtime: PythonImage.base, minor: version >> 16 & 0xFF)
    let threads = try stacks.threads()
    #expect(threads.map { $0.nativeID } == [4711])
    #expect(threads.map { $0.name } == ["worker-1"])
    let frames = threads.flatMap { $0.frames }
    #expect(frames.map { $0.name } == ["work", "work"])
    #expect(frames.map { $0.file } == ["/ä\u{4F5C}", "/ä\u{4F5C}"])
    #expect(frames.map { $0.line } == [11, 10])
  }

  /// Tables of versions that are not known, and such as cannot be true, are not gone by.
  @Test func refusesOtherTables() {
    for version in [0x30E_00A1, 0x30E_00B2, 0x30F_00A8, 0x30F_00B3, 0x310_00F0, 0x40E_00F0] {
      let image = PythonImage(version: version)
      #expect(throws: Failure.self) {
        try PythonStacks(memory: image.memory, runtime: PythonImage.base, minor: 14)
      }
    }
    for field in ["interpreters", "frame", "executable", "owner", "name", "state", "bytesData"] {
      let image = PythonImage(version: 0x30E_00F0, wrong: (Substring(field), 1000))
      #expect(PythonLayout(published: Array(image.bytes.prefix(PublishedOffsets.length))) == nil)
    }
    let lockless = PythonImage(version: 0x30E_00F0, isFreeThreaded: true, wrong: ("array", 5000))
    #expect(PythonLayout(published: Array(lockless.bytes.prefix(PublishedOffsets.length))) == nil)
  }

  /// Memory that leads in circles is left, not followed for ever: interpreters, threads or frames that follow themselves.
  @Test(arguments: [(11, 64), (9, 64), (13, 64), (13, 8)]) func leavesCircles(
    minor: Int, pointer: UInt8
  ) throws {
    nonisolated(unsafe) var reads = 0
    let stacks = try PythonStacks(
      memory: ByteSource { _, buffer in
        reads += 1
        for index in buffer.indices { buffer[index] = index % 8 == 0 ? pointer : 0 }
        return buffer.count
      }, runtime: 0, minor: minor)
    #expect(throws: (any Error).self) { try stacks.threads() }
    #expect(reads < 2_000)
  }
}
