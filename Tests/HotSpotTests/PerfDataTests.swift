import Testing

@testable import HotSpot

/// Writes performance data as a VM does.
struct PerfDataBuilder {
  var entries: [UInt8] = []
  var count = 0
  var bigEndian = false

  func number(_ value: Int, _ size: Int) -> [UInt8] {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    return bigEndian ? bytes.reversed() : bytes
  }

  mutating func add(_ name: String, number value: Int) { add(name, number(value, 8), 0, "J") }

  mutating func add(_ name: String, text: String) {
    let bytes = Array(text.utf8) + [0]
    add(name, bytes, bytes.count, "B")
  }

  private mutating func add(_ name: String, _ data: [UInt8], _ length: Int, _ type: String) {
    let nameBytes = Array(name.utf8) + [0]
    let dataOffset = (20 + nameBytes.count + 7) / 8 * 8
    let size = (dataOffset + data.count + 3) / 4 * 4
    var entry = number(size, 4) + number(20, 4) + number(length, 4)
    entry += Array(type.utf8) + [1, 1, 1] + number(dataOffset, 4) + nameBytes
    entry += [UInt8](repeating: 0, count: dataOffset - entry.count) + data
    entry += [UInt8](repeating: 0, count: size - entry.count)
    entries += entry
    count += 1
  }

  var bytes: [UInt8] {
    [0xCA, 0xFE, 0xC0, 0xC0, bigEndian ? 0 : 1, 2, 0, 1] + number(32 + entries.count, 4)
      + number(0, 4) + number(77, 8) + number(32, 4) + number(count, 4) + entries
  }

  static func sample(bigEndian: Bool = false) -> PerfDataBuilder {
    var builder = PerfDataBuilder()
    builder.bigEndian = bigEndian
    builder.add("sun.rt.javaCommand", text: "com.shop.Main --port 80")
    builder.add("sun.rt.jvmCapabilities", text: "1100")
    builder.add("sun.os.hrt.frequency", number: 1_000_000_000)
    builder.add("sun.gc.collector.0.time", number: 1_500_000_000)
    builder.add("sun.gc.collector.0.invocations", number: 12)
    builder.add("sun.gc.generation.0.space.0.used", number: 512)
    builder.add("sun.gc.generation.0.space.0.capacity", number: 2048)
    builder.add("sun.gc.generation.1.space.0.used", number: 100)
    builder.add("sun.gc.generation.1.space.0.capacity", number: 0)
    builder.add("sun.gc.cause", text: "No GC")
    return builder
  }
}

@Suite struct PerfDataTests {
  @Test(arguments: [false, true]) func parses(_ bigEndian: Bool) throws {
    let data = try PerfData(PerfDataBuilder.sample(bigEndian: bigEndian).bytes)
    #expect(data.javaCommand == "com.shop.Main --port 80")
    #expect(data.number("sun.gc.collector.0.invocations") == 12)
    #expect(data.number("sun.gc.collector.0", ".time") == 1_500_000_000)
    #expect(data.number("sun.rt.javaCommand") == nil)
    #expect(data.text("sun.gc.collector.0.time") == nil)
    #expect(data.allowsAttach == true)
    #expect(data.heapUsed == 612)
    #expect(data.all().count == 10)
    #expect(data.head.first { $0.name == "sun.perfdata.timestamp" }?.value == 77)
  }

  @Test func tellsWhyNot() {
    let bytes = PerfDataBuilder.sample().bytes
    #expect(throws: PerfDataError.foreign) { try PerfData([]) }
    #expect(throws: PerfDataError.foreign) { try PerfData(Array(bytes.dropFirst())) }
    var other = bytes
    other[5] = 1
    #expect(throws: PerfDataError.foreign) { try PerfData(other) }
    var starting = bytes
    starting[7] = 0
    #expect(throws: PerfDataError.starting) { try PerfData(starting) }
    for count in 32..<(bytes.count - 40) {
      #expect(throws: PerfDataError.damaged) { try PerfData(Array(bytes[..<count])) }
    }
  }

  /// Lengths and offsets of the head, and of the first entry, that lead out of the file.
  @Test(arguments: [24, 28, 32, 36, 40, 48]) func refusesLyingLengths(_ offset: Int) {
    for value: [UInt8] in [[0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 1, 0]] {
      var bytes = PerfDataBuilder.sample().bytes
      bytes.replaceSubrange(offset..<(offset + 4), with: value)
      #expect(throws: PerfDataError.damaged, "\(offset)") { try PerfData(bytes) }
    }
  }

  @Test func laysOutColumns() throws {
    let data = try PerfData(PerfDataBuilder.sample().bytes)
    let cells = Statistics.gccause.columns.map { $0.cell(data, now: 0) }
    #expect(cells[0] == "     -")
    #expect(cells[2] == " 25.00")
    #expect(cells[3] == "     -", "a space without capacity")
    #expect(cells[6] == "    12")
    #expect(cells[7] == "    1.500")
    #expect(cells[12] == "    1.500", "missing collectors count as nothing")
    #expect(cells[14] == "No GC               ")
    #expect(
      Statistics.gcutil.columns.map { $0.heading }.joined(separator: " ")
        == "  S0     S1     E      O      M     CCS    YGC     YGCT     FGC    FGCT     CGC    CGCT       GCT   "
    )
    for table in Statistics.allCases { #expect(!table.columns.isEmpty, "\(table.name)") }
    #expect(Statistics.gccapacity.columns.count == 19)
    #expect(Statistics("gcutil") == .gcutil)
    #expect(Statistics("gcx") == nil)
  }
}

@Suite struct JavaCommandTests {
  @Test(arguments: [
    ("com.shop.Main --port 80", "com.shop.Main", "Main", "--port 80"),
    ("/app/shop.jar", "/app/shop.jar", "shop.jar", ""),
    ("jdk.jcmd/sun.tools.jps.Jps -l", "jdk.jcmd/sun.tools.jps.Jps", "Jps", "-l"),
    ("W", "W", "W", ""), ("", "", "", ""),
  ]) func readsTheCounter(_ counter: String, _ main: String, _ short: String, _ arguments: String) {
    let command = JavaCommand(counter: counter, options: "")
    #expect((command.main, command.shortMain, command.arguments) == (main, short, arguments))
  }

  @Test(arguments: [
    ("java -Xmx1g -cp /app/lib com.shop.Main a b", "com.shop.Main", "a b", "-Xmx1g -cp /app/lib"),
    ("/opt/bin/java -jar /app/shop.jar", "/app/shop.jar", "", ""),
    (
      "java --add-opens java.base/java.lang=ALL-UNNAMED -m shop/com.shop.Main x",
      "shop/com.shop.Main", "x",
      "--add-opens java.base/java.lang=ALL-UNNAMED"
    ),
    ("java --module=shop/com.shop.Main", "shop/com.shop.Main", "", ""),
    ("java @opts com.shop.Main", "com.shop.Main", "", "@opts"),
    ("java", "", "", ""), ("java -cp", "", "", "-cp"),
  ]) func readsTheLauncher(_ line: String, _ main: String, _ arguments: String, _ options: String) {
    let command = JavaCommand(launcher: line.split(separator: " ").map(String.init))
    #expect((command.main, command.arguments, command.options) == (main, arguments, options))
  }
}
