import Linux
import Testing

@testable import Box

/// An applet with one option of each kind.
private struct Sample: Command {
  var all = false
  var bare = false
  var count: Int?
  var name: String?
  var colour: String?
  var lines: Int?

  static var manual: Manual<Sample> { manual(.gnu) }

  static func manual(_ grammar: Grammar) -> Manual<Sample> {
    Manual(
      "sample", "Do nothing", family: .shell, grammar: grammar,
      options: [
        .flag("aA", "all every", "All") { $0.all = true },
        .flag("b", nil, "Bare") { $0.bare = true },
        .value("c", "count", "NUM", "Count") { $0.count = $1 },
        .value("n", "name", "TEXT", "Name") { $0.name = $1 },
        .optional(nil, "colour", "WHEN", "Colour") { $0.colour = $1 ?? "always" },
        .digits("Lines") { $0.lines = $1 },
      ])
  }

  func run(_ operands: [String], _ context: inout Context) throws(Failure) {}
}

private func parse(_ arguments: [String], _ grammar: Grammar = .gnu) throws -> (Sample, [String]) {
  let settings = SettingsOf(Sample.manual(grammar))
  guard case .run(let operands) = try Parser(settings: settings).parse(arguments) else {
    Issue.record("asks for help or version")
    return (Sample(), [])
  }
  return (settings.command, operands)
}

private func refusal(_ arguments: String...) -> String? {
  do throws(Failure) {
    _ = try Parser(settings: SettingsOf(Sample.manual)).parse(arguments)
    return nil
  } catch {
    #expect(error.status == 2)
    return error.text
  }
}

@Suite struct ParserTests {
  @Test func clusters() throws {
    let (settings, operands) = try parse(["-ab", "x", "-c5", "y", "-n", "me"])
    #expect(settings.all && settings.bare)
    #expect(settings.count == 5)
    #expect(settings.name == "me")
    #expect(operands == ["x", "y"])
  }

  @Test func aClusterEndsWithAValue() throws {
    #expect(try parse(["-bnabc"]).0.name == "abc")
    #expect(try parse(["-bn", "-a"]).0.name == "-a")
  }

  @Test func longNames() throws {
    #expect(try parse(["--count=7"]).0.count == 7)
    #expect(try parse(["--count", "7"]).0.count == 7)
    #expect(try parse(["--name="]).0.name?.isEmpty == true)
    #expect(try parse(["--every"]).0.all)
    #expect(try parse(["-A"]).0.all)
    #expect(try parse(["--name=a=b"]).0.name == "a=b")
  }

  @Test func longNamesCutShort() throws {
    #expect(try parse(["--al"]).0.all)
    #expect(try parse(["--cou=3"]).0.count == 3)
    #expect(refusal("--co") == "--co: could be --count, --colour")
  }

  @Test func optionalValues() throws {
    #expect(try parse(["--colour"]).0.colour == "always")
    #expect(try parse(["--colour=never"]).0.colour == "never")
    #expect(try parse(["--colour", "never"]).1 == ["never"])
  }

  @Test func digits() throws {
    #expect(try parse(["-15"]).0.lines == 15)
    #expect(try parse(["-b15"]).0.lines == 15)
    #expect(refusal("-15x") == "-x (in -15x): unknown option; --help lists them")
    #expect(refusal("-99999999999999999999") == "99999999999999999999: not a whole number")
  }

  @Test func doubleDashEndsOptions() throws {
    #expect(try parse(["-a", "--", "-b", "--"]).1 == ["-b", "--"])
    #expect(try parse(["-", ""]).1 == ["-", ""])
  }

  @Test func posixStopsAtTheFirstOperand() throws {
    let (settings, operands) = try parse(["-a", "run", "-b"], .posix)
    #expect(settings.all && !settings.bare)
    #expect(operands == ["run", "-b"])
  }

  @Test func ownGrammarTakesOnlyALoneHelp() throws {
    #expect(try parse(["-a", "--help"], .own).1 == ["-a", "--help"])
    #expect(try parse(["--help"], .literal).1 == ["--help"])
    guard case .help = try Parser(settings: SettingsOf(Sample.manual(.own))).parse(["--help"])
    else {
      Issue.record("no help")
      return
    }
  }

  @Test func helpAndVersionCutShort() throws {
    guard case .help = try Parser(settings: SettingsOf(Sample.manual)).parse(["--he"]),
      case .version = try Parser(settings: SettingsOf(Sample.manual)).parse(["-a", "--ver"])
    else {
      Issue.record("not understood")
      return
    }
  }

  @Test func refusals() {
    #expect(refusal("--cuont") == "--cuont: unknown option; did you mean --count?")
    #expect(refusal("--zzzzzzzz") == "--zzzzzzzz: unknown option; --help lists them")
    #expect(refusal("-z") == "-z: unknown option; --help lists them")
    #expect(refusal("-C") == "-C: unknown option; did you mean -c?")
    #expect(refusal("-bz") == "-z (in -bz): unknown option; --help lists them")
    #expect(refusal("-c") == "-c: needs a value (NUM)")
    #expect(refusal("--name") == "--name: needs a value (TEXT)")
    #expect(refusal("--all=1") == "--all: takes no value")
    #expect(refusal("-cx") == "x: not a whole number (NUM)")
    #expect(refusal("--=x") != nil)
  }

  @Test func valuesKeepForeignBytes() throws {
    let name = String(bytes: [0xFF, 0x2D, 0xCC, 0x81])
    #expect(try parse(["-n" + name]).0.name?.sameBytes(as: name) == true)
    #expect(try parse(["--name=" + name]).0.name?.sameBytes(as: name) == true)
    let combining = "\u{301}x"
    #expect(try parse(["--name=" + combining]).0.name?.sameBytes(as: combining) == true)
    #expect(refusal("-" + String(bytes: [0xFF])) != nil)
  }
}

@Suite struct NearestTests {
  @Test func closeWords() {
    #expect(nearest(to: "pgerp", among: ["ps", "pgrep", "pkill"]) == "pgrep")
    #expect(nearest(to: "xxxxx", among: ["ps", "pgrep"]) == nil)
    #expect(nearest(to: "", among: []) == nil)
    #expect(nearest(to: String(repeating: "a", count: 5000), among: ["a"]) == nil)
  }
}
