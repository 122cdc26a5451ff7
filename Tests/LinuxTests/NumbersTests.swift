import Linux
import Testing

@Suite struct NumbersTests {
  @Test(arguments: [
    ("1.5", 1.5), ("-2", -2), ("1e3", 1000), (".5", 0.5), ("0x10", 16),
  ]) func readsFractions(_ text: String, _ value: Double) {
    #expect(parseDouble(text) == value)
  }

  @Test(arguments: ["", " 1", "1 ", "1x", "x", "1,5", "\n1", "--1"])
  func refusesWhatIsNoNumber(_ text: String) {
    #expect(parseDouble(text) == nil)
  }

  // The values printf(3) gives.
  @Test(arguments: [
    (0, 1, "0.0"), (1.25, 1, "1.2"), (1.35, 1, "1.4"), (1.115, 2, "1.11"), (-0.04, 1, "0.0"),
    (-0.06, 1, "-0.1"), (0.5, 0, "0"), (1.5, 0, "2"), (99.95, 1, "100.0"),
    (1e19, 0, "10000000000000000000"),
    (1e10, 9, "10000000000.000000000"), (3, 12, "3.000000000"), (3.7, -1, "4"),
  ]) func fixesDecimals(_ value: Double, _ digits: Int, _ text: String) {
    #expect(fixed(value, digits) == text)
  }

  @Test func numbersWithoutDecimals() {
    #expect(fixed(.nan, 1) == "nan")
    #expect(fixed(.infinity, 1) == "inf")
    #expect(fixed(-.infinity, 1) == "-inf")
    #expect(fixed(.greatestFiniteMagnitude, 9).utf8.count == 309 + 10)
    #expect(fixed(-.greatestFiniteMagnitude, 9).utf8.count == 310 + 10)
  }
}
