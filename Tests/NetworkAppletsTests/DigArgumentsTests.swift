import Box
import DNS
import Testing

@testable import NetworkApplets

private func read(_ words: String...) throws -> DigArguments {
  try DigArguments(words) { _ in }
}

@Test func wordsInAnyOrder() throws {
  let one = try read("mx", "@10.0.0.1", "example.com", "+short").lookups
  #expect(one.count == 1)
  #expect(one[0].type == .mx && one[0].server == "10.0.0.1" && one[0].isShort)
  let two = try read("+noall", "+answer", "a.test", "aaaa", "b.test", "-p", "5353").lookups
  #expect(two.map { $0.name } == ["a.test", "b.test"])
  #expect(two[0].type == .aaaa && two[1].type == .a)
  #expect(two.map { $0.port } == [53, 5353])
  #expect(!two[1].hasComments && two[1].showsAnswer)
}

@Test func nothingIsTheRoot() throws {
  let lookups = try read("@::1").lookups
  #expect(lookups.count == 1 && lookups[0].name == "." && lookups[0].type == .ns)
}

@Test func reverse() throws {
  #expect(try read("-x", "10.1").lookups[0].name == "1.10.in-addr.arpa.")
  #expect(try read("-x192.0.2.1").lookups[0].name == "1.2.0.192.in-addr.arpa.")
  #expect(try read("-x", "192.0.2.1").lookups[0].type == .ptr)
  #expect(throws: Failure.self) { try read("-x", "nonsense") }
}

@Test func shortForms() throws {
  let lookup = try read("a.test", "+nocomm", "+nostat", "+rec", "+vc", "+tri=2", "+tim=7").lookups[
    0]
  #expect(!lookup.hasComments && !lookup.showsStatistics)
  #expect(lookup.flags.contains(.recursionDesired) && lookup.isTCP == true)
  #expect(lookup.tries == 2 && lookup.timeout == 7)
}

@Test(arguments: [
  "+nonsense", "+tls-certfile", "+https=x", "+mapped", "+nomapped", "+idnout", "+bufsize=99999",
  "+subnet=x", "+cookie=1", "+domain",
  "+ednsopt", "+qid=-1", "-k", "-y", "-m", "-Z", "+dscp=1", "+opcode=99",
])
func refusals(_ word: String) {
  #expect {
    try read(word, "a.test")
  } throws: { error in
    (error as? Failure)?.status == ExitStatus.usage
  }
}
