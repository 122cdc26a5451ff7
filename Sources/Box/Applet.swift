internal import CRuntime
internal import Linux

/// A command with its type erased, as the registry holds it.
public struct Applet {
  public let name: StaticString
  /// The manual with its types erased, for help and documentation; its options are sorted.
  public let page: () -> Page
  /// Whether the shell runs it without a child.
  public let runsInProcess: Bool
  let start: ([String], inout Context) throws(Failure) -> Void

  public init<C: Command>(_ name: StaticString, _: C.Type) {
    self.name = name
    page = { Page(C.manual) }
    runsInProcess = C.runsInProcess
    start = { (arguments: [String], context: inout Context) throws(Failure) in
      let settings = SettingsOf(C.manual)
      guard let operands = try Self.read(arguments, settings, page: { Page(C.manual) }, context)
      else { return }
      try settings.command.run(operands, &context)
    }
  }

  /// The operands to run with; nil where help or version was asked for and given.
  private static func read(
    _ arguments: [String], _ settings: Settings, page: () -> Page, _ context: Context
  ) throws(Failure) -> [String]? {
    switch try Parser(settings: settings).parse(arguments) {
    case .run(let operands): return operands
    case .help: context.output.write(help(page(), calledAs: context.name))
    case .version: context.output.write(Version.text(context.name))
    }
    return nil
  }

  /// Runs to the end, says what failed, and answers the exit status.
  public func run(_ arguments: [String], _ context: inout Context) -> Int32 {
    crt_name_applet(context.name)
    do throws(Failure) {
      try start(arguments, &context)
    } catch {
      context.report(error)
    }
    context.output.flush()
    if let failure = context.output.failure,
      context.status == ExitStatus.success || failure.errno != .brokenPipe
    {
      context.report(.system(failure))
    }
    context.errors.flush()
    return context.status
  }
}

/// A manual without the applet's type: what help, completions, README and man pages are made of.
public struct Page {
  public let name: String
  public let summary: String
  public let family: Family
  public let operands: String
  public let grammar: Grammar
  public let options: [OptionNames]
  public let examples: [(command: String, purpose: String)]
  public let standard: String
  public let deviations: [String]

  public init<C: Command>(_ manual: Manual<C>) {
    name = "\(manual.name)"
    summary = "\(manual.summary)"
    family = manual.family
    operands = "\(manual.operands)"
    grammar = manual.grammar
    let names = manual.options.map { $0.names }
    let isOurGrammar = manual.grammar != .own && manual.grammar != .literal
    options = isOurGrammar ? names.sortedForHelp : names
    examples = manual.examples.map { (command: "\($0.command)", purpose: "\($0.purpose)") }
    standard = "\(manual.standard)"
    deviations = manual.deviations.map { "\($0)" }
  }
}

extension StaticString {
  /// Without making a string of this.
  func isEqual(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard other.count == utf8CodeUnitCount else { return false }
    for index in 0..<other.count where other[index] != utf8Start[index] { return false }
    return true
  }
}
