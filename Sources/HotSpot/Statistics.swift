internal import Linux

/// One column of `jstat`: its title, where it stands, and what it is computed from.
public struct StatisticsColumn: Sendable {
  /// What stands in a column; K is 1024 bytes.
  enum Measure: Sendable {
    case count(StaticString, StaticString)
    case kilobytes(StaticString, StaticString)
    case percent(StaticString)
    /// Ticks of the VM's clock, in seconds.
    case seconds(StaticString, StaticString, digits: Int)
    case sum(StaticString, StaticString)
    case kilobyteSum(StaticString, StaticString)
    case allCollections
    case uptime
    /// A text, or a number as it is.
    case text(StaticString)
  }

  enum Alignment: Sendable { case left, centre, right }

  let title: StaticString
  let width: Int
  let measure: Measure
  var titleSide = Alignment.centre
  var side = Alignment.right

  init(
    _ title: StaticString, _ width: Int, _ measure: Measure, title titleSide: Alignment = .centre,
    _ side: Alignment = .right
  ) {
    self.title = title
    self.width = max(width, title.utf8CodeUnitCount)
    self.measure = measure
    self.titleSide = titleSide
    self.side = side
  }
}

/// The tables of `jstat`, jstat(1).
public enum Statistics: CaseIterable, Sendable {
  case `class`, compiler, gc, gccapacity, gccause, gcmetacapacity, gcnew, gcnewcapacity, gcold
  case gcoldcapacity, gcutil, printcompilation

  public var name: StaticString {
    switch self {
    case .class: "class"
    case .compiler: "compiler"
    case .gc: "gc"
    case .gccapacity: "gccapacity"
    case .gccause: "gccause"
    case .gcmetacapacity: "gcmetacapacity"
    case .gcnew: "gcnew"
    case .gcnewcapacity: "gcnewcapacity"
    case .gcold: "gcold"
    case .gcoldcapacity: "gcoldcapacity"
    case .gcutil: "gcutil"
    case .printcompilation: "printcompilation"
    }
  }

  public init?(_ name: String) {
    guard let table = Self.allCases.first(where: { "\($0.name)" == name }) else { return nil }
    self = table
  }

  public var columns: [StatisticsColumn] {
    switch self {
    case .class: Self.classes
    case .compiler: Self.compilations
    case .printcompilation: Self.lastCompilation
    default: names.split(separator: " ").compactMap { Self.column(String($0)) }
    }
  }

  /// The columns by the names in `column(_:)`.
  private var names: String {
    switch self {
    case .gc: "S0C S1C S0U S1U EC EU OC OU MC MU CCSC CCSU YGC YGCT FGC FGCT CGC CGCT GCT"
    case .gccapacity:
      "NGCMN NGCMX NGC S0C S1C/ EC OGCMN OGCMX OGC OC MCMN MCMX MC CCSMN CCSMX CCSC YGC FGC CGC"
    case .gccause: "S0 S1 E O M CCS YGC YGCT FGC FGCT CGC CGCT GCT LGCC GCC"
    case .gcmetacapacity: "MCMN MCMX MC CCSMN CCSMX CCSC YGC FGC FGCT CGC CGCT GCT"
    case .gcnew: "S0C S1C S0U S1U TT MTT DSS EC EU YGC YGCT"
    case .gcnewcapacity: "NGCMN NGCMX NGC S0CMX S0C S1CMX S1C ECMX EC YGC FGC CGC"
    case .gcold: "MC MU CCSC CCSU OC OU YGC FGC FGCT CGC CGCT GCT"
    case .gcoldcapacity: "OGCMN OGCMX OGC OC YGC FGC FGCT CGC CGCT GCT"
    default: "S0 S1 E O M CCS YGC YGCT FGC FGCT CGC CGCT GCT"
    }
  }

  private static let young: StaticString = "sun.gc.generation.0"
  private static let old: StaticString = "sun.gc.generation.1"
  private static let eden: StaticString = "sun.gc.generation.0.space.0"
  private static let first: StaticString = "sun.gc.generation.0.space.1"
  private static let second: StaticString = "sun.gc.generation.0.space.2"
  private static let tenured: StaticString = "sun.gc.generation.1.space.0"
  private static let meta: StaticString = "sun.gc.metaspace"
  private static let compressed: StaticString = "sun.gc.compressedclassspace"
  private static let minor: StaticString = "sun.gc.collector.0"
  private static let major: StaticString = "sun.gc.collector.1"
  private static let concurrent: StaticString = "sun.gc.collector.2"

  private static func column(_ name: String) -> StatisticsColumn? {
    switch name {
    case "S0": StatisticsColumn("S0", 6, .percent(first))
    case "S1": StatisticsColumn("S1", 6, .percent(second))
    case "E": StatisticsColumn("E", 6, .percent(eden))
    case "O": StatisticsColumn("O", 6, .percent(tenured))
    case "M": StatisticsColumn("M", 6, .percent(meta))
    case "CCS": StatisticsColumn("CCS", 6, .percent(compressed))
    case "YGC": StatisticsColumn("YGC", 6, .count(minor, ".invocations"))
    case "FGC": StatisticsColumn("FGC", 5, .count(major, ".invocations"))
    case "CGC": StatisticsColumn("CGC", 5, .count(concurrent, ".invocations"))
    case "YGCT": StatisticsColumn("YGCT", 9, .seconds(minor, ".time", digits: 3))
    case "FGCT": StatisticsColumn("FGCT", 9, .seconds(major, ".time", digits: 3))
    case "CGCT": StatisticsColumn("CGCT", 9, .seconds(concurrent, ".time", digits: 3))
    case "GCT": StatisticsColumn("GCT", 9, .allCollections)
    case "LGCC": StatisticsColumn("LGCC", 20, .text("sun.gc.lastCause"), title: .left, .left)
    case "GCC": StatisticsColumn("GCC", 20, .text("sun.gc.cause"), title: .left, .left)
    case "TT": StatisticsColumn("TT", 2, .count("sun.gc.policy", ".tenuringThreshold"))
    case "MTT": StatisticsColumn("MTT", 2, .count("sun.gc.policy", ".maxTenuringThreshold"))
    default: space(name)
    }
  }

  /// The columns that are bytes.
  private static func space(_ name: String) -> StatisticsColumn? {
    switch name {
    case "S0C": StatisticsColumn("S0C", 11, .kilobytes(first, ".capacity"))
    case "S1C": StatisticsColumn("S1C", 11, .kilobytes(second, ".capacity"))
    case "S1C/": StatisticsColumn("S1C", 11, .kilobytes(second, ".capacity"), title: .left)
    case "S0U": StatisticsColumn("S0U", 11, .kilobytes(first, ".used"))
    case "S1U": StatisticsColumn("S1U", 11, .kilobytes(second, ".used"))
    case "S0CMX": StatisticsColumn("S0CMX", 11, .kilobytes(first, ".maxCapacity"))
    case "S1CMX": StatisticsColumn("S1CMX", 11, .kilobytes(second, ".maxCapacity"))
    case "EC": StatisticsColumn("EC", 12, .kilobytes(eden, ".capacity"))
    case "ECMX": StatisticsColumn("ECMX", 12, .kilobytes(eden, ".maxCapacity"))
    case "EU": StatisticsColumn("EU", 12, .kilobytes(eden, ".used"))
    case "OC": StatisticsColumn("OC", 12, .kilobytes(tenured, ".capacity"))
    case "OU": StatisticsColumn("OU", 12, .kilobytes(tenured, ".used"))
    case "MC": StatisticsColumn("MC", 10, .kilobytes(meta, ".capacity"))
    case "MU": StatisticsColumn("MU", 10, .kilobytes(meta, ".used"))
    case "MCMN": StatisticsColumn("MCMN", 10, .kilobytes(meta, ".minCapacity"))
    case "MCMX": StatisticsColumn("MCMX", 10, .kilobytes(meta, ".maxCapacity"))
    case "CCSC": StatisticsColumn("CCSC", 9, .kilobytes(compressed, ".capacity"))
    case "CCSU": StatisticsColumn("CCSU", 9, .kilobytes(compressed, ".used"))
    case "CCSMN": StatisticsColumn("CCSMN", 9, .kilobytes(compressed, ".minCapacity"))
    case "CCSMX": StatisticsColumn("CCSMX", 9, .kilobytes(compressed, ".maxCapacity"))
    case "NGCMN": StatisticsColumn("NGCMN", 12, .kilobytes(young, ".minCapacity"))
    case "NGCMX": StatisticsColumn("NGCMX", 12, .kilobytes(young, ".maxCapacity"))
    case "NGC": StatisticsColumn("NGC", 12, .kilobytes(young, ".capacity"))
    case "OGCMN": StatisticsColumn("OGCMN", 12, .kilobytes(old, ".minCapacity"))
    case "OGCMX": StatisticsColumn("OGCMX", 12, .kilobytes(old, ".maxCapacity"))
    case "OGC": StatisticsColumn("OGC", 12, .kilobytes(old, ".capacity"))
    case "DSS": StatisticsColumn("DSS", 11, .kilobytes("sun.gc.policy", ".desiredSurvivorSize"))
    default: nil
    }
  }

  private static var classes: [StatisticsColumn] {
    [
      StatisticsColumn("Loaded", 5, .sum("java.cls.loadedClasses", "java.cls.sharedLoadedClasses")),
      StatisticsColumn(
        "Bytes", 7, .kilobyteSum("sun.cls.loadedBytes", "sun.cls.sharedLoadedBytes")),
      StatisticsColumn(
        "Unloaded", 5, .sum("java.cls.unloadedClasses", "java.cls.sharedUnloadedClasses")),
      StatisticsColumn(
        "Bytes", 7, .kilobyteSum("sun.cls.unloadedBytes", "sun.cls.sharedUnloadedBytes")),
      StatisticsColumn("Time", 10, .seconds("sun.cls", ".time", digits: 2)),
    ]
  }

  private static var compilations: [StatisticsColumn] {
    [
      StatisticsColumn("Compiled", 6, .count("sun.ci", ".totalCompiles")),
      StatisticsColumn("Failed", 6, .count("sun.ci", ".totalBailouts")),
      StatisticsColumn("Invalid", 6, .count("sun.ci", ".totalInvalidates")),
      StatisticsColumn("Time", 8, .seconds("java.ci", ".totalTime", digits: 2)),
      StatisticsColumn("FailedType", 4, .text("sun.ci.lastFailedType")),
      StatisticsColumn("FailedMethod", 1, .text("sun.ci.lastFailedMethod"), title: .left, .left),
    ]
  }

  private static var lastCompilation: [StatisticsColumn] {
    [
      StatisticsColumn("Compiled", 6, .count("sun.ci", ".totalCompiles")),
      StatisticsColumn("Size", 6, .text("sun.ci.lastSize")),
      StatisticsColumn("Type", 4, .text("sun.ci.lastType")),
      StatisticsColumn("Method", 1, .text("sun.ci.lastMethod"), title: .left, .left),
    ]
  }

  /// What `-t` puts in front.
  public static var timestamp: StatisticsColumn {
    StatisticsColumn("Timestamp", 15, .uptime, title: .left)
  }
}

extension StatisticsColumn {
  /// The title, padded.
  public var heading: String { Self.padded("\(title)", width, titleSide) }

  /// The value of one sample, padded; `-` where the VM has no such counter.
  ///
  /// - Parameter now: milliseconds since 1970, for VMs that do not count their uptime.
  public func cell(_ data: PerfData, now: Int) -> String {
    Self.padded(value(data, now) ?? "-", width, side)
  }

  private func value(_ data: PerfData, _ now: Int) -> String? {
    switch measure {
    case .count(let head, let tail): data.number(head, tail).map { String($0) }
    case .kilobytes(let head, let tail): data.number(head, tail).map { fixed(Double($0) / 1024, 1) }
    case .percent(let space): percent(data, space)
    case .seconds(let head, let tail, let digits):
      data.number(head, tail).flatMap { seconds(data, $0, digits) }
    case .sum(let a, let b): total(data, a, b).map { fixed($0, 0) }
    case .kilobyteSum(let a, let b): total(data, a, b).map { fixed($0 / 1024, 1) }
    case .allCollections: collections(data)
    case .uptime: uptime(data, now)
    case .text(let name): data.text(name) ?? data.number(name).map { String($0) }
    }
  }

  private func percent(_ data: PerfData, _ space: StaticString) -> String? {
    guard let capacity = data.number(space, ".capacity"), let used = data.number(space, ".used"),
      capacity != 0
    else { return nil }
    let free = (Double(capacity) - Double(used)) / Double(capacity)
    return fixed((1 - free) * 100, 2)
  }

  private func seconds(_ data: PerfData, _ ticks: Int, _ digits: Int) -> String? {
    guard let frequency = data.number("sun.os.hrt.frequency"), frequency != 0 else { return nil }
    return fixed(Double(ticks) / Double(frequency), digits)
  }

  private func total(_ data: PerfData, _ a: StaticString, _ b: StaticString) -> Double? {
    guard let first = data.number(a), let second = data.number(b) else { return nil }
    return Double(first) + Double(second)
  }

  private func collections(_ data: PerfData) -> String? {
    var sum = 0.0
    for collector: StaticString in [
      "sun.gc.collector.0.time", "sun.gc.collector.1.time", "sun.gc.collector.2.time",
    ] { sum += Double(data.number(collector) ?? 0) }
    guard let frequency = data.number("sun.os.hrt.frequency"), frequency != 0 else { return nil }
    return fixed(sum / Double(frequency), 3)
  }

  private func uptime(_ data: PerfData, _ now: Int) -> String? {
    if let ticks = data.number("sun.os.hrt.ticks") { return seconds(data, ticks, 1) }
    guard let begin = data.number("sun.rt.createVmBeginTime") else { return nil }
    return fixed(Double(now.subtractingReportingOverflow(begin).partialValue) / 1000, 1)
  }

  private static func padded(_ text: String, _ width: Int, _ side: Alignment) -> String {
    let gap = width - text.utf8.count
    guard gap > 0 else { return text }
    switch side {
    case .left: return text + String(repeating: " ", count: gap)
    case .right: return String(repeating: " ", count: gap) + text
    case .centre:
      return String(repeating: " ", count: gap / 2) + text
        + String(repeating: " ", count: gap - gap / 2)
    }
  }
}
