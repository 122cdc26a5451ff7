internal import Box
internal import Linux
internal import Target

/// Collects arguments and runs commands with them, several at a time.
struct XargsRunner {
  private let options: Xargs
  private let command: [String]
  private(set) var context: Context
  private var arguments: [[UInt8]] = []
  private var size: Int
  private let emptySize: Int
  private var lines = 0
  private var hasRun = false
  /// The PIDs of commands that run, by their slot.
  private var running: [Int32] = []
  private var status: Int32 = 0
  private(set) var isDone = false

  init(_ options: Xargs, _ command: [String], _ context: Context) {
    self.options = options
    self.command = command
    self.context = context
    emptySize = command.reduce(0) { $0 + $1.bytes.count + 1 }
    size = emptySize
  }

  mutating func add(_ item: ArgumentSplitter.Item) throws(Failure) {
    var item = item
    // An argument ends at a NUL, whatever parts the input.
    if let end = item.text.firstIndex(of: 0) { item.text.removeSubrange(end...) }
    if let replaced = options.replaced {
      if item.text.isEmpty, options.separator == nil { return }
      return try run(command.map { Self.replace(replaced, in: $0, by: item.text) })
    }
    let cost = item.text.count + 1
    if size + cost > options.size {
      guard emptySize + cost <= options.size, !arguments.isEmpty else {
        throw .message("an argument is too long for one command of \(options.size) bytes")
      }
      if options.isStrict, options.lines != nil || options.most != nil {
        throw .message("the command is longer than \(options.size) bytes")
      }
      try flush()
    }
    arguments.append(item.text)
    size += cost
    if item.endsLine { lines += 1 }
    if arguments.count == options.most || lines == options.lines { try flush() }
  }

  /// The input is over: runs what is left, and once even without arguments.
  mutating func endInput() throws(Failure) {
    if options.replaced != nil { return }
    if !arguments.isEmpty || (!hasRun && !options.skipsEmpty) { try flush() }
  }

  /// Runs what is left before a mistake in the input.
  mutating func runPending() throws(Failure) {
    if !isDone, !arguments.isEmpty { try flush() }
  }

  /// Waits for all commands and settles the status.
  mutating func finish() {
    while running.contains(where: { $0 != 0 }), waitForOne() {}
    if status != 0 { context.fail(status) }
  }

  private mutating func flush() throws(Failure) {
    let words = command + arguments.map { String(bytes: $0) }
    arguments = []
    size = emptySize
    lines = 0
    try run(words)
  }

  private static func replace(_ name: String, in word: String, by text: [UInt8]) -> String {
    let (name, bytes) = (name.bytes, word.bytes)
    guard !name.isEmpty else { return word }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: name) {
        result += text
        index += name.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(bytes: result)
  }

  private mutating func run(_ words: [String]) throws(Failure) {
    hasRun = true
    if options.traces, try !announce(words) { return }
    try find(words[0])
    while running.filter({ $0 != 0 }).count >= options.processes { _ = waitForOne() }
    if isDone { return }
    var slot = 0
    while slot < running.count, running[slot] != 0 { slot += 1 }
    var child = context
    if let name = options.slot {
      child.environment.removeAll { $0.hasPrefix(name + "=") }
      child.environment.append("\(name)=\(slot)")
    }
    let keepsInput = options.file != nil
    let pid = try child.spawn(words) { () throws(SystemError) in
      if keepsInput { return }
      let nothing = try File.open("/dev/null", .read)
      try nothing.become(0)
    }
    if slot == running.count { running.append(pid) } else { running[slot] = pid }
    if options.processes == 1 { _ = waitForOne() }
  }

  /// - Returns: whether the command is to be run.
  private func announce(_ words: [String]) throws(Failure) -> Bool {
    context.output.flush()
    let line = words.map { ShellQuote.quoted($0) }.joined(separator: " ")
    guard options.asks else {
      context.errors.line(Sanitize.escaped(line))
      context.errors.flush()
      return true
    }
    context.errors.write(Sanitize.escaped(line) + "?...")
    context.errors.flush()
    let answer = try attempt { () throws(SystemError) in
      try Input(try File.open("/dev/tty", .read)).line(limit: 4096)
    }
    return answer?.first == UInt8(ascii: "y") || answer?.first == UInt8(ascii: "Y")
  }

  /// Ends with 127 or 126 where the command is not there or cannot run.
  private func find(_ name: String) throws(Failure) {
    if !name.contains("/"), context.applets.named(name) != nil { return }
    let path = context.variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    let candidates =
      name.contains("/") ? [name] : path.split(separator: ":").map { String($0) + "/" + name }
    var isThere = false
    let root = Root()
    for candidate in candidates {
      guard let status = try? root.status(candidate, follow: true) else { continue }
      if status.kind == .regular, root.permits(.execute, to: candidate) { return }
      isThere = true
    }
    throw isThere
      ? Failure("\(name): cannot be executed", status: ExitStatus.notExecutable)
      : Failure("\(name): no such program or applet", status: ExitStatus.notFound)
  }

  private mutating func waitForOne() -> Bool {
    guard let ended = try? Child.waitForAny(), let (pid, reason) = Optional(ended) else {
      running = []
      return false
    }
    if let slot = running.firstIndex(of: pid) { running[slot] = 0 }
    switch reason {
    case .exited(0): break
    case .exited(255):
      context.note("\(command[0]): exited with status 255; aborting")
      status = 124
      isDone = true
    case .exited: status = max(status, 123)
    case .signalled(let number):
      context.note("\(command[0]): terminated by signal \(number)")
      status = 125
      isDone = true
    }
    return true
  }
}
