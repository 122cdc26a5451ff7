/// An applet: its stored properties are its options, with their defaults.
public protocol Command {
  init()
  static var manual: Manual<Self> { get }
  /// Whether the shell runs it without a child: it ends soon, and leaves working folder, descriptors,
  /// signals and limits of the process as they were.
  static var runsInProcess: Bool { get }
  func run(_ operands: [String], _ context: inout Context) throws(Failure)
}

extension Command {
  public static var runsInProcess: Bool { false }
}

/// Where an applet stands in the list of applets.
public enum Family: Int, Sendable, CaseIterable {
  case target, processes, files, text, network, runtimes, system, shell

  public var title: StaticString {
    switch self {
    case .target: "Reaching the target"
    case .processes: "Processes and memory"
    case .files: "Files"
    case .text: "Text"
    case .network: "Network"
    case .runtimes: "JVM, .NET and other runtimes"
    case .system: "System and identity"
    case .shell: "Shell and scripts"
    }
  }
}

/// How the command line of an applet is read.
public enum Grammar: Sendable {
  /// Options and operands in any order, getopt_long(3).
  case gnu
  /// Options end at the first operand.
  case posix
  /// As `posix`, and `-5` or `-.5` is an operand.
  case numbers
  /// As `gnu`, and the first `-9` or `-TERM` is `--signal=9`; numbers behind it are operands.
  case signals
  /// The applet reads its arguments itself; only a lone `--help` or `--version` is taken.
  case own
  /// As `own`, and even `--help` is an operand.
  case literal
}

/// The whole public face of an applet: help, completions, README rows and man pages come from it.
public struct Manual<Options: Command> {
  public let name: StaticString
  public let summary: StaticString
  public let family: Family
  public let operands: StaticString
  public let grammar: Grammar
  public let standard: StaticString
  private let makeOptions: () -> [Option<Options>]
  private let makeExamples: () -> [Example]
  private let makeDeviations: () -> [StaticString]

  public typealias Example = (command: StaticString, purpose: StaticString)

  /// The lists are made when they are asked for: most starts need none but the options, and those who read their
  /// own command line not even these.
  public init(
    _ name: StaticString, _ summary: StaticString, family: Family, operands: StaticString = "",
    grammar: Grammar = .gnu, options: @autoclosure @escaping () -> [Option<Options>] = [],
    examples: @autoclosure @escaping () -> [Example] = [], standard: StaticString = "",
    deviations: @autoclosure @escaping () -> [StaticString] = []
  ) {
    self.name = name
    self.summary = summary
    self.family = family
    self.operands = operands
    self.grammar = grammar
    self.standard = standard
    makeOptions = options
    makeExamples = examples
    makeDeviations = deviations
  }

  public var options: [Option<Options>] { makeOptions() }
  public var examples: [Example] { makeExamples() }
  /// Where and why it differs from the standard.
  public var deviations: [StaticString] { makeDeviations() }
}
