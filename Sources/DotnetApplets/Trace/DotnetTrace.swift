public import Box
internal import DotnetIPC
internal import Linux

/// Collects traces of .NET processes, and reads them.
public struct DotnetTrace: DotnetTool {
  public var choices = DotnetChoices()
  var profile: String?
  var providers: String?
  var events: String?
  var eventLevel: String?
  var bufferSize: Int?
  var number: Int?
  var inclusive = false
  var verbose = false
  var cpu = false

  public init() {}

  public static var manual: Manual<DotnetTrace> {
    Manual(
      "dotnet-trace", "Collect traces of .NET processes, and read them", family: .runtimes,
      operands: "{ps|collect|report|convert|list-profiles}...",
      options: Option.process + [
        .value(nil, "buffersize", "MB", "Most memory for events in the target, 256 unless told") {
          (options: inout DotnetTrace, size: Int) in
          options.bufferSize = size
          options.choices.given.append("buffersize")
        },
        .value(nil, "clreventlevel", "LEVEL", "How much of --clrevents: informational, verbose, …")
        {
          (options: inout DotnetTrace, level: String) in
          options.eventLevel = level
          options.choices.given.append("clreventlevel")
        },
        .value(nil, "clrevents", "NAMES", "Events of the runtime, as in gc+jit+exception") {
          (options: inout DotnetTrace, names: String) in
          options.events = names
          options.choices.given.append("clrevents")
        },
        .flag(nil, "cpu", "In report: only samples in managed code, none that wait") {
          (options: inout DotnetTrace) in
          options.cpu = true
          options.choices.given.append("cpu")
        },
        .duration("Stop after so long; else Enter or Ctrl-C"),
        .format("FORMAT", "Write nettrace, speedscope (JSON), or collapsed stacks"),
        .flag(nil, "inclusive", "In report: sort by samples with what a method called") {
          (options: inout DotnetTrace) in
          options.inclusive = true
          options.choices.given.append("inclusive")
        },
        .json,
        .value(nil, "number", "COUNT", "In report: so many methods, 5 unless told; also -n") {
          (options: inout DotnetTrace, number: Int) in
          options.number = number
          options.choices.given.append("number")
        },
        .output("Write to FILE of this container; - is standard output"),
        .value(nil, "profile", "NAME", "A set of providers; list-profiles tells which") {
          (options: inout DotnetTrace, name: String) in
          options.profile = name
          options.choices.given.append("profile")
        },
        .value(nil, "providers", "LIST", "NAME[:KEYWORDS[:LEVEL[:KEY=VALUE;…]]],…") {
          (options: inout DotnetTrace, list: String) in
          options.providers = list
          options.choices.given.append("providers")
        },
        .flag("v", "verbose", "In report: whole names of methods") { (options: inout DotnetTrace) in
          options.verbose = true
          options.choices.given.append("verbose")
        },
      ],
      examples: [
        ("dotnet-trace collect -p 1 --duration 00:00:30", "What does the app do? A .nettrace file"),
        ("dotnet-trace report app.nettrace topN -n 20", "The methods with the most samples"),
        ("dotnet-trace collect -p 1 --duration 10s --format collapsed", "For a flame graph"),
      ],
      standard: "Microsoft dotnet-trace 9",
      deviations: [
        "samples are of all threads, those that wait too, as Microsoft's are; --cpu is an addition",
        "--format chromium, starting a program behind --, and diagnostic ports are refused",
        "a --duration without a unit or colon is in seconds",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let verbs = ["ps", "collect", "report", "convert", "list-profiles"]
    let (verb, rest) = try DotnetChoices.verb(operands, among: verbs)
    switch verb {
    case "ps":
      try choices.check(verb, allows: ["json"])
      try DotnetChoices.noOperands(rest, verb)
      try ProcessList(json: choices.json).show(&context)
    case "collect":
      try choices.check(
        verb,
        allows: [
          "process-id", "name", "duration", "providers", "profile", "clrevents", "clreventlevel",
          "buffersize", "output", "format",
        ])
      try DotnetChoices.noOperands(rest, verb)
      try collector().run(&context)
    case "report":
      // -n is the number of methods here, as in Microsoft's tool.
      try choices.check(verb, allows: ["name", "number", "inclusive", "verbose", "cpu", "json"])
      try report(rest, &context)
    case "convert":
      try choices.check(verb, allows: ["format", "output"])
      guard let file = rest.first, rest.count == 1 else { throw .usage("convert: needs one FILE") }
      let format = try TraceFormat(choices.format ?? "", isConversion: true)
      try Conversion(format: format).run(file, to: choices.output, context)
    default:
      try choices.check(verb, allows: [])
      try DotnetChoices.noOperands(rest, verb)
      TraceProfile.list(context.output)
    }
  }

  private func report(_ rest: [String], _ context: inout Context) throws(Failure) {
    guard rest.count == 2 else { throw .usage("report: needs FILE and topN") }
    guard rest[1].asciiLowercased == "topn" else {
      throw .usage("\(rest[1]): is no report; there is topN")
    }
    var count = number ?? 5
    if let text = choices.name {
      guard let value = Int(text) else { throw .usage("-n \(text): not a whole number") }
      count = value
    }
    guard count > 0 else { throw .usage("-n \(count): at least one method") }
    let report = TopMethods(
      count: count, inclusive: inclusive, verbose: verbose, managedOnly: cpu, json: choices.json)
    try report.show(rest[0], &context)
  }

  private func collector() throws(Failure) -> TraceCollection {
    let format = try TraceFormat(choices.format ?? "nettrace", isConversion: false)
    guard (1...65536).contains(bufferSize ?? 256) else {
      throw .usage("--buffersize: from 1 to 65536 megabytes")
    }
    if eventLevel != nil, events == nil { throw .usage("--clreventlevel: needs --clrevents") }
    let selection = try ProviderSelection(
      profile: profile, providers: providers, events: events, level: eventLevel)
    return TraceCollection(
      choices: choices, format: format, selection: selection,
      bufferSize: UInt32(bufferSize ?? 256))
  }
}

/// What a trace is written as.
enum TraceFormat {
  case nettrace, speedscope, collapsed

  init(_ name: String, isConversion: Bool) throws(Failure) {
    switch name {
    case "nettrace" where !isConversion: self = .nettrace
    case "speedscope": self = .speedscope
    case "collapsed": self = .collapsed
    case "": throw .usage("--format: which? speedscope or collapsed")
    default: throw .usage("--format \(name): there are nettrace, speedscope and collapsed")
    }
  }

  var ending: StaticString {
    switch self {
    case .nettrace: ".nettrace"
    case .speedscope: ".speedscope.json"
    case .collapsed: ".collapsed.txt"
    }
  }
}
