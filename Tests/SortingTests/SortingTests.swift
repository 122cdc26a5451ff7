import Linux
import Testing

@testable import Sorting

@Suite struct SortingTests {
  private func sorted(
    _ lines: [String], keys: [String] = [], global: Ordering = [], separator: Character? = nil,
    stable: Bool = false
  ) throws -> [String] {
    let order = LineOrder(
      keys: try keys.map { try SortKey($0) }, global: global,
      separator: separator?.asciiValue, stable: stable)
    let sorter = LineSorter(order, threads: 2)
    var text: [UInt8] = []
    for line in lines { text += line.bytes + [10] }
    return text.withUnsafeBytes { view in
      #expect(sorter.add(view, lineEnd: 10) == text.count)
      sorter.sort()
      var result: [String] = []
      sorter.forEach(unique: false) { result.append(String(bytes: Array($0))) }
      return result
    }
  }

  @Test func orders() throws {
    #expect(try sorted(["b", "", "a", "B", "ab"]) == ["", "B", "a", "ab", "b"])
    #expect(try sorted(["10", "9", "-1", "x"], global: .numeric) == ["-1", "x", "9", "10"])
    #expect(try sorted(["1.5", "1.25", "1"], global: .numeric) == ["1", "1.25", "1.5"])
    #expect(try sorted(["2K", "1G", "3M", "5"], global: .human) == ["5", "2K", "3M", "1G"])
    #expect(try sorted(["1e3", "5", "-1e2"], global: .general) == ["-1e2", "5", "1e3"])
    #expect(try sorted(["mar", "JAN", "x"], global: .month) == ["x", "JAN", "mar"])
    #expect(try sorted(["a10", "a9", "a-1"], global: .version) == ["a9", "a10", "a-1"])
    #expect(try sorted(["a", "B", "c"], global: .fold) == ["a", "B", "c"])
    #expect(try sorted(["a", "b"], global: .reverse) == ["b", "a"])
  }

  @Test func keys() throws {
    let lines = ["b 2", "a 10", "c 1"]
    #expect(try sorted(lines, keys: ["2n"]) == ["c 1", "b 2", "a 10"])
    #expect(try sorted(lines, keys: ["2,2"], separator: " ") == ["c 1", "a 10", "b 2"])
    #expect(try sorted(["x:b", "y:a"], keys: ["2,2"], separator: ":") == ["y:a", "x:b"])
    #expect(try sorted(["ab", "ba"], keys: ["1.2,1.2"]) == ["ba", "ab"])
    #expect(try sorted(["a 2", "a 1"], keys: ["1,1"], stable: true) == ["a 2", "a 1"])
    #expect(try sorted(["a 2", "a 1"], keys: ["1,1"]) == ["a 1", "a 2"])
  }

  @Test func keysAreRefused() {
    for text in ["", "0", "1.0", "1,0", "x", "1x", "1,", "1,x", "1.", "1.2.3"] {
      #expect(throws: SortKey.Malformed.self, "\(text)") { _ = try SortKey(text) }
    }
  }

  @Test func manyLines() throws {
    let lines = (0..<50_000).map { String(($0 &* 7919) % 50_000) }
    #expect(try sorted(lines, global: .numeric) == (0..<50_000).map { String($0) })
    #expect(try sorted(lines) == lines.sorted { $0.precedesBytewise($1) })
  }

  /// The prefix of a line never says another order than the lines themselves.
  @Test func prefixesAgree() throws {
    var random = SystemRandomNumberGenerator()
    let letters = Array("-.019 KMaBz~\t".utf8)
    let orders: [Ordering] = [
      [], .numeric, .human, .general, .month, .version, .fold, .dictionary, .printable, .reverse,
      [.numeric, .reverse],
    ]
    for global in orders {
      let order = LineOrder(keys: [], global: global, separator: nil, stable: false)
      for _ in 0..<3000 {
        let pair = (0..<2).map { _ in
          (0..<Int.random(in: 0...10, using: &random)).map { _ in
            letters.randomElement(using: &random) ?? 0x61
          }
        }
        pair[0].withUnsafeBytes { a in
          pair[1].withUnsafeBytes { b in
            let (x, y) = (order.prefix(a), order.prefix(b))
            if x < y { #expect(order.compare(a, b) < 0, "\(pair) \(global.rawValue)") }
            if x > y { #expect(order.compare(a, b) > 0, "\(pair) \(global.rawValue)") }
          }
        }
      }
    }
  }
}
