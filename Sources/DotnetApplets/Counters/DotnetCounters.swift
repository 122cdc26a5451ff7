public import Box
internal import DotnetIPC
internal import Linux

/// Shows counters of .NET processes, live, or writes them to a file.
public struct DotnetCounters: DotnetTool {
  public var choices = DotnetChoices()
  var counters: String?
  var interval = 1

  public init() {}

  public static var manual: Manual<DotnetCounters> {
    Manual(
      "dotnet-counters", "Show counters of .NET processes, live", family: .runtimes,
      operands: "{ps|list|monitor|collect} [COUNTERS]...",
      options: Option.process + [
        .value(nil, "counters", "LIST", "PROVIDER[COUNTER,…],…; System.Runtime unless told") {
          (options: inout DotnetCounters, list: String) in
          options.counters = list
          options.choices.given.append("counters")
        },
        .duration("Stop after so long; else q or Ctrl-C"),
        .format("FORMAT", "In collect: csv, or json"),
        .json,
        .output("In collect: write to FILE of this container; - is standard output"),
        .value(nil, "refresh-interval", "SECONDS", "Values each so many seconds, 1 unless told") {
          (options: inout DotnetCounters, seconds: Int) in
          options.interval = seconds
          options.choices.given.append("refresh-interval")
        },
      ],
      examples: [
        ("dotnet-counters monitor -p 1", "Heap, collections, threads, exceptions, live"),
        ("dotnet-counters monitor -p 1 --counters Microsoft.AspNetCore.Hosting", "Requests"),
        ("dotnet-counters collect -p 1 --duration 1m -o -", "As CSV to a pipe"),
      ],
      standard: "Microsoft dotnet-counters 9",
      deviations: [
        "without a terminal, monitor prints a block each interval",
        "EventCounters\\NAME asks for EventCounters where a meter has the same name",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let verbs = ["ps", "list", "monitor", "collect"]
    let (verb, rest) = try DotnetChoices.verb(operands, among: verbs)
    switch verb {
    case "ps":
      try choices.check(verb, allows: ["json"])
      try DotnetChoices.noOperands(rest, verb)
      try ProcessList(json: choices.json).show(&context)
    case "list":
      try choices.check(verb, allows: [])
      try DotnetChoices.noOperands(rest, verb)
      KnownCounters.list(context.output)
    case "monitor":
      try choices.check(
        verb, allows: ["process-id", "name", "counters", "refresh-interval", "duration"])
      let selection = try selection(rest, context)
      try CounterMonitor(choices: choices, selection: selection, interval: interval).run(&context)
    default:
      try choices.check(
        verb,
        allows: [
          "process-id", "name", "counters", "refresh-interval", "duration", "format", "output",
        ])
      let format = choices.format ?? "csv"
      guard format == "csv" || format == "json" else {
        throw .usage("--format \(format): there are csv and json")
      }
      let selection = try selection(rest, context)
      let recorder = CounterRecorder(
        choices: choices, selection: selection, interval: interval, isJSON: format == "json")
      try recorder.run(&context)
    }
  }

  private func selection(_ rest: [String], _ context: Context) throws(Failure) -> CounterSelection {
    guard (1...86400).contains(interval) else {
      throw .usage("--refresh-interval \(interval): from 1 to 86400 seconds")
    }
    if let counters {
      try DotnetChoices.noOperands(rest, "with --counters the command")
      return try CounterSelection(counters)
    }
    if !rest.isEmpty { return try CounterSelection(rest.joined(separator: ",")) }
    if choices.pid != nil || choices.name != nil {
      context.note("--counters is unspecified. Monitoring System.Runtime counters by default.")
    }
    return try CounterSelection("System.Runtime")
  }
}

/// Providers that are wanted, and of some only certain counters.
struct CounterSelection {
  struct Wish {
    let provider: String
    /// All where empty.
    var counters: [String]
    /// Whether a meter of the name is left aside.
    let eventsOnly: Bool
  }

  private(set) var wishes: [Wish] = []

  /// - Parameter list: `System.Runtime[cpu-usage,gc-heap-size],Other`
  init(_ list: String) throws(Failure) {
    var rest = list.bytes[...]
    while !rest.isEmpty {
      let name = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "[") }
      rest = rest[name.endIndex...]
      var counters: [String] = []
      if rest.first == UInt8(ascii: "[") {
        guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else {
          throw .usage("--counters \(list): a [ is not closed")
        }
        counters = rest[(rest.startIndex + 1)..<end].split(separator: UInt8(ascii: ","))
          .map { String(bytes: $0) }
        rest = rest[(end + 1)...]
      }
      if let next = rest.first {
        guard next == UInt8(ascii: ",") else {
          throw .usage("--counters \(list): a comma is missing behind ]")
        }
        rest = rest.dropFirst()
      }
      try add(String(bytes: name), counters, list)
    }
    if wishes.isEmpty { throw .usage("--counters: names no provider") }
  }

  private mutating func add(_ name: String, _ counters: [String], _ list: String) throws(Failure) {
    let prefix = "EventCounters\\"
    let eventsOnly = name.hasPrefix(prefix)
    let provider = eventsOnly ? String(name.dropFirst(prefix.utf8.count)) : name
    guard !provider.isEmpty else { throw .usage("--counters \(list): a provider's name is empty") }
    if provider.contains(where: { $0 == ";" || $0 == "=" }) {
      throw .usage("--counters \(provider): not a provider's name")
    }
    wishes.append(Wish(provider: provider, counters: counters, eventsOnly: eventsOnly))
  }

  func admits(_ value: CounterValueName, meters: [String]) -> Bool {
    wishes.contains { wish in
      guard wish.provider == value.provider else { return false }
      if value.isInstrument ? wish.eventsOnly : !wish.eventsOnly && meters.contains(value.provider)
      {
        return false
      }
      return wish.counters.isEmpty || wish.counters.contains { $0 == value.name }
    }
  }

  /// What to ask the runtime for.
  func providers(interval: Int, client: String) -> [EventProvider] {
    var providers: [EventProvider] = []
    var meters: [String] = []
    for wish in wishes {
      if !providers.contains(where: { $0.name == wish.provider }) {
        // At the level critical nothing else comes from the provider: counters are written always.
        providers.append(
          EventProvider(
            wish.provider, keywords: 0, level: 1, arguments: "EventCounterIntervalSec=\(interval)"))
      }
      if !wish.eventsOnly {
        let names = wish.counters.map { wish.provider + "\\" + $0 }
        meters += names.isEmpty ? [wish.provider] : names
      }
    }
    if !meters.isEmpty {
      let arguments =
        "SessionId=SHARED;Metrics=" + meters.joined(separator: ",") + ";RefreshInterval=\(interval)"
        + ";MaxTimeSeries=1000;MaxHistograms=20;ClientId=" + client
      providers.append(
        EventProvider("System.Diagnostics.Metrics", keywords: 2, level: 4, arguments: arguments))
    }
    return providers
  }
}

/// What a value is called.
struct CounterValueName {
  let provider: String
  let name: String
  let isInstrument: Bool
}
