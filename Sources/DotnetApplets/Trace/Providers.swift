internal import Box
internal import DotnetIPC
internal import Linux

/// A named set of providers.
struct TraceProfile {
  let name: StaticString
  let summary: StaticString
  let providers: [EventProvider]
  let rundown: UInt64

  static let runtime = "Microsoft-Windows-DotNETRuntime"
  static let sampler = "Microsoft-DotNETCore-SampleProfiler"

  static func all() -> [TraceProfile] {
    [
      TraceProfile(
        name: "cpu-sampling",
        summary: "Samples of what all threads do, and general events of the runtime",
        providers: [
          EventProvider(sampler, keywords: 0xF000_0000_0000, level: 4),
          EventProvider(runtime, keywords: 0x14_C14F_CCBD, level: 4),
        ], rundown: SessionRequest.fullRundown),
      TraceProfile(
        name: "gc-verbose", summary: "Garbage collections, and samples of allocations",
        providers: [EventProvider(runtime, keywords: 0x8003, level: 5)],
        rundown: SessionRequest.fullRundown),
      TraceProfile(
        name: "gc-collect", summary: "Garbage collections alone, at very little cost",
        providers: [
          EventProvider(runtime, keywords: 1, level: 4),
          EventProvider("Microsoft-Windows-DotNETRuntimePrivate", keywords: 1, level: 4),
        ], rundown: 0),
      TraceProfile(
        name: "database", summary: "Commands of ADO.NET and Entity Framework",
        providers: [
          EventProvider("System.Threading.Tasks.TplEventSource", keywords: 0x80, level: 4),
          EventProvider(
            "Microsoft-Diagnostics-DiagnosticSource", keywords: 3, level: 5,
            arguments: "FilterAndPayloadSpecs=\"" + database() + "\""),
        ], rundown: SessionRequest.fullRundown),
    ]
  }

  /// What to take of the events of database clients; connection strings are left out: they hold passwords.
  private static func database() -> String {
    let sql = "SqlClientDiagnosticListener/"
    let entity = "Microsoft.EntityFrameworkCore/Microsoft.EntityFrameworkCore.Database.Command."
    let fields =
      ":-Command;Command.CommandText;ConnectionId;Command.CommandTimeout;Command.CommandType;"
      + "Command.Connection.Database;Command.Connection.DataSource"
    var lines: [String] = []
    for client in ["System.Data.SqlClient.", "Microsoft.Data.SqlClient."] {
      lines.append(sql + client + "WriteCommandBefore@Activity1Start" + fields)
      lines.append(sql + client + "WriteCommandAfter@Activity1Stop:")
    }
    lines.append(entity + "CommandExecuting@Activity2Start" + fields)
    lines.append(entity + "CommandExecuted@Activity2Stop:")
    return lines.joined(separator: "\r\n")
  }

  static func list(_ output: Output) {
    for profile in all() {
      output.line("\t\(profile.name)" + pad("\(profile.name)", 17) + "- \(profile.summary)")
    }
  }
}

func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(1, width - text.utf8.count))
}

/// The providers that a command line asks for, each with the option that asked.
struct ProviderSelection {
  private(set) var providers: [(provider: EventProvider, source: StaticString)] = []
  private(set) var rundown: UInt64 = SessionRequest.fullRundown
  /// Whether nothing was asked for, so that the first profile is taken.
  let isDefault: Bool

  /// - Throws: a usage failure that names what is not understood.
  init(profile: String?, providers list: String?, events: String?, level: String?)
    throws(Failure)
  {
    isDefault = profile == nil && list == nil && events == nil
    if let list {
      for text in Self.split(list) { add(try Self.provider(text), "--providers") }
    }
    if let events { add(try Self.events(events, level), "--clrevents") }
    if let name = profile ?? (isDefault ? "cpu-sampling" : nil), name != "none" {
      let all = TraceProfile.all()
      guard let profile = all.first(where: { "\($0.name)" == name }) else {
        let names = all.map { "\($0.name)" }
        let hint = nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
        throw .usage("--profile \(name): there are " + names.joined(separator: ", ") + hint)
      }
      for provider in profile.providers { add(provider, "--profile") }
      if list == nil, events == nil { rundown = profile.rundown }
    }
    if providers.isEmpty { throw .usage("no provider is asked for") }
  }

  /// What is asked for explicitly comes first, and goes before what a profile brings.
  private mutating func add(_ provider: EventProvider, _ source: StaticString) {
    if providers.contains(where: { $0.provider.name == provider.name }) { return }
    providers.append((provider, source))
  }

  /// At commas that are not within quotes.
  private static func split(_ list: String) -> [String] {
    var parts: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in list.bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: ","), !isQuoted {
        parts.append([])
      } else {
        parts[parts.count - 1].append(byte)
      }
    }
    return parts.filter { !$0.isEmpty }.map { String(bytes: $0) }
  }

  private static func provider(_ text: String) throws(Failure) -> EventProvider {
    let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else {
      throw .usage("--providers \(text): a provider needs a name")
    }
    var provider = EventProvider(String(name), keywords: .max, level: 5)
    if parts.count > 1, !parts[1].isEmpty {
      guard let keywords = hexadecimal(String(parts[1])) else {
        throw .usage("--providers \(text): \(parts[1]) is no mask of keywords, as in 0x8000")
      }
      provider.keywords = keywords
    }
    if parts.count > 2, !parts[2].isEmpty {
      provider.level = try self.level(String(parts[2]), "--providers")
    }
    if parts.count > 3 { provider.arguments = String(parts[3]) }
    return provider
  }

  private static func hexadecimal(_ text: String) -> UInt64? {
    let isMarked = text.hasPrefix("0x") || text.hasPrefix("0X")
    return UInt64(isMarked ? String(text.dropFirst(2)) : text, radix: 16)
  }

  private static func level(_ text: String, _ option: StaticString) throws(Failure) -> UInt32 {
    let lower = text.asciiLowercased
    if let index = levels().firstIndex(where: { "\($0)".asciiLowercased == lower }) {
      return UInt32(index)
    }
    guard let number = Int(text), number >= 0 else {
      throw .usage(
        "\(option): \(text): is no level: logalways, critical, error, warning, informational, "
          + "verbose, or 0 to 5")
    }
    return UInt32(min(number, 5))
  }

  static func levels() -> [StaticString] {
    ["LogAlways", "Critical", "Error", "Warning", "Informational", "Verbose"]
  }

  private static func events(_ names: String, _ level: String?) throws(Failure) -> EventProvider {
    var keywords: UInt64 = 0
    for name in names.split(whereSeparator: { $0 == "+" || $0 == "," }) {
      let lower = String(name).asciiLowercased
      guard let entry = self.keywords().first(where: { "\($0.0)" == lower }) else {
        let known = self.keywords().map { "\($0.0)" }
        let hint = nearest(to: lower, among: known).map { "; did you mean \($0)?" } ?? ""
        throw .usage("--clrevents: \(name): is no event of the runtime" + hint)
      }
      keywords |= 1 << entry.1
    }
    guard keywords != 0 else { throw .usage("--clrevents: names no event") }
    return EventProvider(
      TraceProfile.runtime, keywords: keywords,
      level: try self.level(level ?? "5", "--clreventlevel"))
  }

  /// Names of keywords, and their bits; learn.microsoft.com, "Well-known event providers".
  private static func keywords() -> [(StaticString, UInt64)] {
    [
      ("gc", 0), ("gchandle", 1), ("assemblyloader", 2), ("loader", 3), ("jit", 4), ("ngen", 5),
      ("startenumeration", 6), ("endenumeration", 7), ("security", 10),
      ("appdomainresourcemanagement", 11), ("jittracing", 12), ("interop", 13),
      ("contention", 14), ("exception", 15), ("threading", 16),
      ("jittedmethodiltonativemap", 17), ("overrideandsuppressngenevents", 18), ("type", 19),
      ("gcheapdump", 20), ("gcsampledobjectallocationhigh", 21),
      ("gcheapsurvivalandmovement", 22), ("gcheapcollect", 23), ("gcheapandtypenames", 24),
      ("gcsampledobjectallocationlow", 25), ("perftrack", 29), ("stack", 30),
      ("threadtransfer", 31), ("debugger", 32), ("monitoring", 33), ("codesymbols", 34),
      ("eventsource", 35), ("compilation", 36), ("compilationdiagnostic", 37),
      ("methoddiagnostic", 38), ("typediagnostic", 39), ("jitinstrumentation", 40),
      ("profiler", 41), ("waithandle", 42), ("allocationsampling", 43),
    ]
  }

  /// The table that dotnet-trace prints before it begins.
  func show(_ output: Output) {
    output.line(
      Self.row("Provider Name", "Keywords", "Level") + "Enabled By")
    for (provider, source) in providers {
      let digits = String(provider.keywords, radix: 16).asciiUppercased
      let keywords = "0x" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
      let level = "\(Self.levels()[Int(min(provider.level, 5))])(\(provider.level))"
      output.line(Self.row(Sanitize.escaped(provider.name), keywords, level) + "\(source)")
    }
    output.line("")
  }

  private static func row(_ name: String, _ keywords: String, _ level: String) -> String {
    name + pad(name, 40) + keywords + pad(keywords, 20) + level + pad(level, 20)
  }
}
