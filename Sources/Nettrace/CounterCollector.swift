internal import Linux

/// One value of a counter or an instrument.
public struct CounterValue {
  public enum Shape: Sendable {
    /// As it is now.
    case metric
    /// What was added in an interval.
    case rate
  }

  public let provider: String
  /// What scripts call it: `cpu-usage`, `dotnet.gc.collections`.
  public let name: String
  /// What people call it: `CPU Usage`, `dotnet.gc.collections`.
  public let title: String
  public let unit: String
  /// `gc.heap.generation=gen0,…`; a histogram's value has `Percentile=50` among them.
  public let tags: String
  public let shape: Shape
  public let value: Double
  /// All that was ever added, where an instrument tells.
  public let total: Double?
  /// Whether an instrument of a meter tells it.
  public let isInstrument: Bool

  public init(
    provider: String, name: String, title: String, unit: String, tags: String = "", shape: Shape,
    value: Double, total: Double? = nil, isInstrument: Bool = false
  ) {
    self.provider = provider
    self.name = name
    self.title = title
    self.unit = unit
    self.tags = tags
    self.shape = shape
    self.value = value
    self.total = total
    self.isInstrument = isInstrument
  }
}

/// Gathers what EventCounters and meters publish.
public final class CounterCollector: NettraceSink {
  /// Values since `drain` was last called.
  private var values: [CounterValue] = []
  /// Meters that told of an instrument: their values go before those of EventCounters of the same name.
  public private(set) var meters: [String] = []
  /// What the runtime complains of.
  public private(set) var complaints: [String] = []
  /// Values that found no room.
  public private(set) var dropped = 0
  private let interval: Double
  private let client: String

  private static let mostValues = 1 << 16

  /// - Parameters:
  ///   - interval: as asked for, in seconds; what comes in half the time is a leftover of another session.
  ///   - client: what our request named us, so that errors of others are told apart.
  public init(interval: Double, client: String) {
    self.interval = interval
    self.client = client
  }

  /// What has come since the last call.
  public func drain() -> [CounterValue] {
    defer { values.removeAll(keepingCapacity: true) }
    return values
  }

  public func event(_ event: NettraceEvent) {
    if event.source == .metrics { return instrument(event) }
    guard event.kind.name == "EventCounters", let values = try? event.values() else { return }
    counter(event.kind.provider, Values(values))
  }

  /// The fields of an event, by name.
  private struct Values {
    let all: [(name: String, value: NettraceValue)]
    init(_ all: [(name: String, value: NettraceValue)]) { self.all = all }

    func text(_ name: StaticString) -> String {
      all.first { $0.name == "\(name)" }?.value.text ?? ""
    }

    func number(_ name: StaticString) -> Double? {
      all.first { $0.name == "\(name)" }?.value.number
    }

    /// Instruments tell numbers as text; the first rate is empty.
    func spelled(_ name: StaticString) -> Double? { parseDouble(text(name)) }
  }

  private func keep(_ value: CounterValue) {
    guard values.count < Self.mostValues else { return dropped += 1 }
    values.append(value)
  }

  private func counter(_ provider: String, _ fields: Values) {
    guard (fields.number("IntervalSec") ?? 0) >= interval / 2 else { return }
    let isRate = fields.text("CounterType") == "Sum"
    guard let value = fields.number(isRate ? "Increment" : "Mean") else { return }
    let name = fields.text("Name")
    let title = fields.text("DisplayName")
    keep(
      CounterValue(
        provider: provider, name: name, title: title.isEmpty ? name : title,
        unit: fields.text("DisplayUnits"), shape: isRate ? .rate : .metric, value: value))
  }

  private func instrument(_ event: NettraceEvent) {
    guard let all = try? event.values() else { return }
    let fields = Values(all)
    switch event.kind.name {
    case "BeginInstrumentReporting":
      let meter = fields.text("meterName")
      if !meters.contains(meter), meters.count < 4096 { meters.append(meter) }
    case "CounterRateValuePublished":
      keep(published(fields, .rate, fields.spelled("rate") ?? 0, total: fields.spelled("value")))
    case "UpDownCounterRateValuePublished":
      if let value = fields.spelled("value") { keep(published(fields, .metric, value)) }
    case "GaugeValuePublished":
      if let value = fields.spelled("lastValue") { keep(published(fields, .metric, value)) }
    case "HistogramValuePublished": histogram(fields)
    case "TimeSeriesLimitReached": complain("more time series than asked for; some are left out")
    case "HistogramLimitReached": complain("more histograms than asked for; some are left out")
    case "Error": complain(fields.text("errorMessage"))
    case "MultipleSessionsNotSupportedError":
      complain("another tool listens to its meters already, and this .NET serves one alone")
    case "MultipleSessionsConfiguredIncorrectlyError":
      if fields.text("clientId") == client {
        complain("another tool listens to its meters with other settings: take its interval")
      }
    default: break
    }
  }

  private func complain(_ text: String) {
    if complaints.count < 16, !complaints.contains(text) { complaints.append(text) }
  }

  private func published(
    _ fields: Values, _ shape: CounterValue.Shape, _ value: Double, total: Double? = nil,
    tag: String = ""
  ) -> CounterValue {
    let name = fields.text("instrumentName")
    var tags = fields.text("tags")
    if !tag.isEmpty { tags += (tags.isEmpty ? "" : ",") + tag }
    return CounterValue(
      provider: fields.text("meterName"), name: name, title: name, unit: fields.text("unit"),
      tags: tags, shape: shape, value: value, total: total, isInstrument: true)
  }

  /// `0.5=1.5;0.95=4;0.99=4`: each quantile is a value of its own.
  private func histogram(_ fields: Values) {
    for part in fields.text("quantiles").split(separator: ";") {
      guard let equals = part.firstIndex(of: "="),
        let quantile = parseDouble(String(part[..<equals])),
        let value = parseDouble(String(part[part.index(after: equals)...]))
      else { continue }
      var percent = fixed(quantile * 100, 4)
      while percent.hasSuffix("0") { percent = String(percent.dropLast()) }
      if percent.hasSuffix(".") { percent = String(percent.dropLast()) }
      keep(published(fields, .metric, value, tag: "Percentile=" + percent))
    }
  }
}
