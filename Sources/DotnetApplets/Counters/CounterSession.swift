internal import Box
internal import DotnetIPC
internal import Linux
internal import Nettrace

/// Values of counters, batch by batch as the runtime sends them.
final class CounterSession {
  private let collector: CounterCollector
  private let reader: NettraceReader
  private let client: DotnetClient
  private let selection: CounterSelection
  private let interval: Int
  private let identity: String
  private let context: Context
  let pump: SessionPump
  private var told: [String] = []
  private var waiting: [CounterValue] = []

  /// A batch is over once nothing came for so long, in seconds.
  private static let lull = 0.15

  init(_ client: DotnetClient, _ selection: CounterSelection, interval: Int, _ context: Context)
    throws(Failure)
  {
    self.client = client
    self.selection = selection
    self.interval = interval
    self.context = context
    identity = Self.identity()
    collector = CounterCollector(interval: Double(interval), client: identity)
    reader = NettraceReader(collector)
    pump = try SessionPump(context)
    pump.pace = Self.lull
  }

  /// - Parameter batch: gets the values of one interval; called with none, it may redraw. false ends.
  func run(limit: Double?, batch: ([CounterValue]) -> Bool) throws(Failure) {
    var request = SessionRequest(
      selection.providers(interval: interval, client: identity), rundown: 0)
    request.bufferSize = 10
    request.stacks = false
    let session = try client.collect(request)
    try pump.run(session, limit: limit, tick: { self.tick(batch) }) {
      (bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool in
      try self.client.taken { () throws(NettraceError) in try self.reader.take(bytes) }
      return true
    }
    _ = tick(batch)
    try client.taken { () throws(NettraceError) in try reader.finish() }
  }

  private func tick(_ batch: ([CounterValue]) -> Bool) -> Bool {
    for complaint in collector.complaints where !told.contains(complaint) {
      told.append(complaint)
      context.note("\(client.process.pid): " + complaint)
    }
    let meters = collector.meters
    let new = collector.drain().filter {
      let name = CounterValueName(
        provider: $0.provider, name: $0.name, isInstrument: $0.isInstrument)
      return selection.admits(name, meters: meters)
    }
    // More may follow as long as something comes.
    if !new.isEmpty {
      waiting += new
      return true
    }
    let values = waiting
    waiting = []
    return batch(values)
  }

  /// A random GUID.
  private static func identity() -> String {
    var text = ""
    for (index, byte) in Random.bytes(16).enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return text
  }
}

extension CounterValue {
  /// `CPU Usage (%)`, `Allocation Rate (B / 1 sec)`.
  ///
  /// - Parameter showsTotal: whether an instrument's sum is shown in place of its rate.
  func label(interval: Int, showsTotal: Bool) -> String {
    let isRate = shape == .rate && !(showsTotal && total != nil)
    if !isRate { return unit.isEmpty ? title : title + " (\(unit))" }
    return title + " (" + (unit.isEmpty ? "Count" : unit) + " / \(interval) sec)"
  }
}
