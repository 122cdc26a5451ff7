public import Box
internal import DotnetIPC
internal import Linux
internal import ProcFS
internal import Runtimes

/// What the options of the .NET tools say; each tool declares those that it has.
public struct DotnetChoices {
  /// Long names of the options that were given, in their order.
  var given: [StaticString] = []
  var pid: Int32?
  var name: String?
  var output: String?
  var format: String?
  /// In seconds.
  var duration: Double?
  var json = false
}

/// A tool of commands, `dotnet-trace collect`; its options belong to some of them.
public protocol DotnetTool: Command {
  var choices: DotnetChoices { get set }
}

extension Option where Options: DotnetTool {
  static var process: [Option] {
    [
      .parsed("p", "process-id", "PID", "The process") {
        (options: inout Options, text: String) throws(Failure) in
        guard let pid = decimal(Array(text.utf8)), pid > 0 else {
          throw .usage("\(text): not a process ID")
        }
        options.choices.pid = pid
        options.choices.given.append("process-id")
      },
      .value("n", "name", "NAME", "The process that is called NAME, in place of -p") {
        (options: inout Options, text: String) in
        options.choices.name = text
        options.choices.given.append("name")
      },
    ]
  }

  static var json: Option {
    .flag(nil, "json", "Print JSON") { (options: inout Options) in
      options.choices.json = true
      options.choices.given.append("json")
    }
  }

  static func output(_ help: StaticString) -> Option {
    .value("o", "output", "FILE", help) { (options: inout Options, text: String) in
      options.choices.output = text
      options.choices.given.append("output")
    }
  }

  static func format(_ names: StaticString, _ help: StaticString) -> Option {
    .value(nil, "format", names, help) { (options: inout Options, text: String) in
      options.choices.format = text.asciiLowercased
      options.choices.given.append("format")
    }
  }

  static func duration(_ help: StaticString) -> Option {
    .parsed(nil, "duration", "[[DD:]HH:]MM:SS", help) {
      (options: inout Options, text: String) throws(Failure) in
      guard let seconds = DotnetChoices.duration(text) else {
        throw .usage("\(text): not a duration, as in 00:00:30, 30s or 5m")
      }
      options.choices.duration = seconds
      options.choices.given.append("duration")
    }
  }
}

extension DotnetChoices {
  /// `00:00:00:30`, `00:00:30`, `00:30`, `30`, `30s`, `5m`, `1h`.
  static func duration(_ text: String) -> Double? {
    let units: [UInt8: Double] = [
      UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600,
    ]
    if let last = text.utf8.last, let unit = units[last] {
      guard let number = parseDouble(String(text.dropLast())), number > 0, number < 1e7 else {
        return nil
      }
      return number * unit
    }
    let factors: [Double] = [1, 60, 3600, 86400]
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 4 else { return nil }
    var seconds = 0.0
    for (place, part) in parts.reversed().enumerated() {
      guard let number = parseDouble(String(part)), number >= 0, number < 1e7 else { return nil }
      seconds += number * factors[place]
    }
    return seconds > 0 ? seconds : nil
  }

  /// Refuses options that `verb` does not have.
  func check(_ verb: String, allows allowed: [StaticString]) throws(Failure) {
    for name in given where !allowed.contains(where: { "\($0)" == "\(name)" }) {
      throw .usage("--\(name): is no option of \(verb)")
    }
  }

  /// The verb, checked; the operands behind it.
  static func verb(_ operands: [String], among verbs: [String]) throws(Failure) -> (
    verb: String, rest: [String]
  ) {
    let list = verbs.joined(separator: ", ")
    guard let verb = operands.first else { throw .usage("what? one of " + list) }
    guard verbs.contains(where: { $0 == verb }) else {
      let hint = nearest(to: verb, among: verbs).map { "; did you mean \($0)?" } ?? ""
      throw .usage("\(verb): is not among its commands: " + list + hint)
    }
    return (verb, Array(operands.dropFirst()))
  }

  static func noOperands(_ rest: [String], _ verb: String) throws(Failure) {
    if let word = rest.first { throw .usage("\(word): \(verb) takes no operand") }
  }

  /// The process that `-p` or `-n` names.
  func process(_ finder: DotnetFinder) throws(Failure) -> DotnetProcess {
    if let pid {
      if name != nil { throw .usage("--name: not together with --process-id") }
      return try finder.process(pid)
    }
    guard let name else {
      throw .usage("which process? --process-id or --name; the command ps lists them")
    }
    let matches = try finder.all().filter { DotnetTitle($0, finder).answers(to: name) }
    if matches.isEmpty { throw .message("\(name): no .NET process in sight is called so") }
    if matches.count > 1 {
      let list = matches.map { String($0.pid) }.joined(separator: ", ")
      throw .message("\(name): several processes are called so (\(list)); give --process-id")
    }
    return matches[0]
  }
}

/// What a process is called, from files that anybody may read, and its program where we may.
struct DotnetTitle {
  let arguments: [String]
  /// The path of its program.
  let program: String
  /// The name of its program.
  let name: String

  init(_ process: DotnetProcess, _ finder: DotnetFinder) {
    arguments = (try? finder.processes.arguments(of: process.pid, limit: 1 << 16)) ?? []
    program = finder.program(of: process) ?? arguments.first ?? ""
    let base = baseName(program)
    name = base.isEmpty ? process.name : base
  }

  /// The assembly that `dotnet` runs, where it is one.
  var assembly: String? { arguments.first { $0.hasSuffix(".dll") }.map { baseName($0) } }

  func answers(to wanted: String) -> Bool {
    if name.sameBytes(as: wanted) { return true }
    guard let assembly else { return false }
    return assembly.sameBytes(as: wanted) || assembly.sameBytes(as: wanted + ".dll")
  }
}
