public import Linux

/// Everything an applet may touch of the world.
public struct Context {
  /// The name the applet was called by.
  public let name: String
  public let output: Output
  public let errors: Output
  /// `NAME=value`, in the order given.
  public var environment: [String]
  /// Where absolute paths start: `/`, or a fixture in golden tests.
  public let root: Root
  public let clock: Clock
  /// All applets.
  public let applets: Registry
  /// The status so far: `report` makes it a failure.
  public private(set) var status: Int32 = ExitStatus.success

  public init(
    name: String, output: Output, errors: Output, environment: [String] = [], root: Root = Root(),
    clock: Clock = Clock(), applets: Registry = Registry()
  ) {
    self.name = name
    self.output = output
    self.errors = errors
    self.environment = environment
    self.root = root
    self.clock = clock
    self.applets = applets
  }

  /// The same world, for the applet `name`.
  public func renamed(_ name: String) -> Context {
    Context(
      name: name, output: output, errors: errors, environment: environment, root: root,
      clock: clock,
      applets: applets)
  }

  /// The same world with the folder `root` as `/`, for the applet `name`.
  public func rooted(at root: Root, as name: String) -> Context {
    Context(
      name: name, output: output, errors: errors, environment: environment, root: root,
      clock: clock,
      applets: applets)
  }

  /// The value of an environment variable.
  public func variable(_ name: String) -> String? {
    let prefix = name + "="
    guard let entry = environment.first(where: { $0.utf8.starts(with: prefix.utf8) }) else {
      return nil
    }
    return String(Substring(entry.utf8.dropFirst(prefix.utf8.count)))
  }

  /// Says what is wrong, and goes on; the applet will end with `failure.status`.
  public mutating func report(_ failure: Failure) {
    status = max(status, failure.status)
    output.flush()
    Self.say(failure, as: name, to: errors)
  }

  /// Ends with at least `status`, without a message.
  public mutating func fail(_ status: Int32 = ExitStatus.failure) {
    self.status = max(self.status, status)
  }

  /// A remark that is no failure, on standard error.
  public func note(_ text: String) {
    output.flush()
    errors.line(Sanitize.escaped(name + ": " + text))
    errors.flush()
  }

  /// The one formatter of errors: `applet: subject: reason`, then what to do next.
  static func say(_ failure: Failure, as name: String, to errors: Output) {
    guard let text = failure.text else { return }
    errors.line(Sanitize.escaped(name + ": " + text))
    if let advice = failure.advice { errors.line(Sanitize.escaped("fix: " + advice)) }
    errors.flush()
  }

  /// Standard input, buffered.
  public func input() throws(Failure) -> Input {
    try attempt { () throws(SystemError) in try Input.standard() }
  }

  /// Whether standard output is a terminal.
  public var isInteractive: Bool { Terminal.isTerminal(1) }

  /// Columns to lay out for: `COLUMNS`, the terminal, or nil when output is no terminal.
  public var width: Int? {
    if let text = variable("COLUMNS"), let columns = Int(text), columns > 0 {
      return min(columns, 100_000)
    }
    guard isInteractive else { return nil }
    return Terminal.size(1)?.columns ?? 80
  }

  /// Whether to colour: a terminal that is not dumb, and no `NO_COLOR` (no-color.org).
  public var wantsColour: Bool {
    isInteractive && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
  }
}
