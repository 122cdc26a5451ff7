import Linux

@testable import Box

struct Sample: Command {
  var count = 0
  var name = ""

  static var manual: Manual<Sample> {
    Manual(
      "sample", "Do nothing", family: .shell,
      options: [
        .flag("aA", "all every", "All") { $0.count = 0 },
        .value("c", "count", "NUM", "Count") { $0.count = $1 },
        .value("n", "name", "TEXT", "Name") { $0.name = $1 },
        .optional("r", "colour", "WHEN", "Colour") { $0.name = $1 ?? "" },
        .digits("Lines") { $0.count = $1 },
      ])
  }

  func run(_ operands: [String], _ context: inout Context) throws(Failure) {}
}

/// Any command line, an argument per line, is understood or refused with words.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  let arguments = bytes.split(separator: 10, omittingEmptySubsequences: false)
    .map { String(bytes: Array($0)) }
  do throws(Failure) {
    let settings = SettingsOf(Sample.manual)
    if case .run(let operands) = try Parser(settings: settings).parse(arguments) {
      precondition(operands.count <= arguments.count)
    }
  } catch {
    precondition(error.status == 2 && error.text?.isEmpty == false)
    let errors = Output.memory()
    var context = Context(name: "sample", output: .memory(), errors: errors)
    context.report(error)
    precondition(errors.text.unicodeScalars.allSatisfy { $0 == "\n" || Sanitize.isSafe($0) })
  }
  return 0
}
