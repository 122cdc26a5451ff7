import Testing

@testable import NetworkApplets

/// What each way of asking came to: answers and datagrams that went lost, for A and for AAAA.
private func tally(
  _ way: PairWay, _ lookups: Int, resent: [Int], lost: [Int] = [0, 0], halved: Int = 0
) -> PairTally {
  let tally = PairTally(way)
  tally.lookups = lookups
  tally.halved = halved
  for index in tally.results.indices {
    for _ in 0..<(lookups - lost[index]) { tally.results[index].add(nanoseconds: 1_000_000) }
    tally.results[index].resent = resent[index]
    tally.results[index].lost = lost[index]
  }
  return tally
}

private func lines(_ a: Int, _ aaaa: Int, one: (Int, Int), two: Int) -> [String] {
  PairVerdicts(
    [
      tally(.onlyA, 100, resent: [a]), tally(.onlyAAAA, 100, resent: [aaaa]),
      tally(.oneSocket, 100, resent: [0, one.0], halved: one.1),
      tally(.twoSockets, 100, resent: [0, two]),
    ], timeout: 5
  ).lines
}

@Test func raceOfConntrack() {
  let found = lines(0, 0, one: (7, 7), two: 0)
  #expect(found.count == 1)
  #expect(found[0].hasPrefix("7 of 100 lookups from one socket had one of the two answers only"))
  #expect(found[0].contains("after 5.0 s") && found[0].contains("insert race of conntrack"))
}

@Test func lossesThatAreNoRace() {
  // As much is lost whatever the sockets.
  let plain = lines(4, 4, one: (8, 8), two: 8)
  #expect(plain.count == 2 && plain[0].hasSuffix("not the race of conntrack"))
  #expect(plain[1].hasPrefix("4.00 % are lost even alone"))
  #expect(lines(0, 30, one: (30, 30), two: 30).last?.contains("drops AAAA") == true)
  #expect(lines(30, 0, one: (30, 30), two: 30).last?.contains("drops A") == true)
}

@Test func noLoss() {
  #expect(
    lines(0, 0, one: (0, 0), two: 0) == [
      "no loss, alone or together: no race of conntrack here and now"
    ])
}
