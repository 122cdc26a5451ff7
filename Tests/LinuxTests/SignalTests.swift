import Linux
import Testing

@Suite struct SignalTests {
  @Test(arguments: [
    ("TERM", 15), ("SIGTERM", 15), ("sigterm", 15), ("9", 9), ("0", 0), ("EXIT", 0), ("IOT", 6),
    ("CLD", 17), ("IO", 29), ("RTMIN", 34), ("SIGRTMIN+3", 37), ("RTMAX-1", 63), ("RTMAX", 64),
  ]) func readsNames(_ text: String, _ number: Int32) {
    #expect(Signal(name: text)?.number == number)
  }

  @Test(arguments: [
    "", "SIG", "65", "-1", "TERMX", "RTMIN+31", "RTMIN-1", "RTMAX+1", "RTMIN+x", "99999999999",
  ]) func refusesOthers(_ text: String) {
    #expect(Signal(name: text) == nil)
  }

  @Test func everyNumberHasANameThatLeadsBack() {
    for number in (1...31).map(Int32.init) + (34...64).map(Int32.init) {
      let name = Signal(number).name
      #expect(Signal(name: name)?.number == number, "\(name)")
    }
    #expect(Signal(32).name == "32")
    #expect(Signal(-7).name == "-7")
  }
}
