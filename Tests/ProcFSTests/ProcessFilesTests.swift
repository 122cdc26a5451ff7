import Linux
import Testing

@testable import ProcFS

private let line =
  "42 (name) S 1 40 39 34816 41 4194560 100 200 3 4 55 66 7 8 -2 -20 5 0 123456 8192000 321 "
  + "18446744073709551615 4194304 4200000 140730000000000 11 12 0 0 4096 65536 0 0 0 17 3 50 2 0 0 0"

private func parsed(_ text: String) -> ProcessStat? { ProcessStat(Array(text.utf8)) }

@Suite struct ProcessStatTests {
  @Test func parses() throws {
    let stat = try #require(parsed(line + "\n"))
    #expect(stat.pid == 42)
    #expect(stat.name == Array("name".utf8))
    #expect(stat.state == UInt8(ascii: "S"))
    #expect([stat.parent, stat.group, stat.session, stat.terminal] == [1, 40, 39, 34816])
    #expect(stat.foreground == 41)
    #expect(
      [stat.minorFaults, stat.majorFaults, stat.userTicks, stat.systemTicks] == [100, 3, 55, 66])
    #expect([stat.priority, stat.nice, stat.threads, stat.startTicks] == [-2, -20, 5, 123456])
    #expect([stat.virtualSize, stat.residentPages] == [8_192_000, 321])
    #expect([stat.processor, stat.realTimePriority, stat.policy] == [3, 50, 2])
    #expect(stat.line.residentLimit == .max)
    #expect(stat.line.codeEnd - stat.line.codeStart == 5696)
  }

  @Test(arguments: [
    "", "42", "42 (name", "42 name) S 1", "(name) S 1", "42 (name) ", "42 (name) S 1 2 3",
    "x (n) S 1 2",
    "99999999999 (name) S 1 40 39", ")(", "42 )name(",
  ]) func refusesWhatIsNotWhole(_ text: String) { #expect(parsed(text) == nil) }

  @Test func takesTheLastParenthesis() throws {
    let hostile = line.replacing("(name)", with: "(a) R 9 9 9 (b) S)")
    let stat = try #require(parsed(hostile))
    #expect(stat.name == Array("a) R 9 9 9 (b) S".utf8))
    #expect(stat.parent == 1)
  }

  @Test func holdsAnyBytes() throws {
    let bytes = Array("7 (".utf8) + [0xFF, 0x0A, 0x1B] + Array(line.dropFirst(8).utf8)
    let stat = try #require(ProcessStat(bytes))
    #expect(stat.name == [0xFF, 0x0A, 0x1B])
  }

  @Test func survivesNumbersOutOfRange() throws {
    let huge = line.replacing("123456", with: String(repeating: "9", count: 40))
    #expect(parsed(huge) != nil)
  }

  @Test func toleratesOldKernels() throws {
    let old = line.split(separator: " ").prefix(25).joined(separator: " ")
    #expect(try #require(parsed(old)).residentPages == 321)
  }
}

@Suite struct StatusNumbersTests {
  private func parse(_ text: String) -> StatusNumbers {
    var numbers = StatusNumbers()
    Array(text.utf8).withUnsafeBytes { numbers.parse($0) }
    return numbers
  }

  @Test func parses() {
    let numbers = parse(
      "Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nVmLck:\t      12 kB\nVmRSS:\t     345 kB\n"
        + "SigPnd:\t0000000000000001\nShdPnd:\t0000000000000002\nSigBlk:\tffffffffffffffff\nSigIgn:\t10\nSigCgt:\tAB\n"
    )
    #expect(
      [numbers.users.real, numbers.users.effective, numbers.users.saved, numbers.users.fileSystem]
        == [1, 2, 3, 4])
    #expect([numbers.groups.real, numbers.groups.fileSystem] == [5, 8])
    #expect(numbers.locked == 12)
    #expect(numbers.resident == 345)
    #expect(
      [numbers.pending, numbers.sharedPending, numbers.blocked, numbers.ignored] == [
        1, 2, .max, 16,
      ])
    #expect(numbers.caught == 0)
  }

  @Test(arguments: ["", "\n\n", "Uid:", "Uid:\t", "VmRSS:\tx", "Uid:\t99999999999999999999999\n"])
  func survives(_ text: String) { _ = parse(text) }

  @Test func isNotForgedByTheName() {
    #expect(parse("Name:\tUid:\\n7\nUid:\t1\t1\t1\t1\n").users.real == 1)
    #expect(parse("Name:\tx\n").resident == nil)
  }
}
