public import Box
internal import Linux

/// Runs a command for a limited time, coreutils timeout(1).
public struct Timeout: Command {
  var signal = Signal.terminate
  var killAfter: Double?
  var isForeground = false
  var preservesStatus = false
  var isVerbose = false

  public init() {}

  public static var manual: Manual<Timeout> {
    Manual(
      "timeout", "Run a command for a limited time", family: .processes,
      operands: "DURATION COMMAND [ARGUMENT]...", grammar: .posix,
      options: [
        .parsed("s", "signal", "SIGNAL", "Send SIGNAL instead of TERM") {
          (timeout: inout Timeout, text: String) throws(Failure) in
          guard let signal = Signal(name: text) else {
            throw Failure("\(text): invalid signal", status: Timeout.failed)
          }
          timeout.signal = signal
        },
        .parsed("k", "kill-after", "DURATION", "Then KILL, if it still runs after DURATION") {
          (timeout: inout Timeout, text: String) throws(Failure) in
          timeout.killAfter = try Timeout.seconds(text)
        },
        .flag(nil, "foreground", "Leave the command in our process group") {
          $0.isForeground = true
        },
        .flag(nil, "preserve-status", "The status of the command even when time is up") {
          $0.preservesStatus = true
        },
        .flag("v", "verbose", "Tell when a signal is sent") { $0.isVerbose = true },
      ],
      examples: [
        ("timeout 10 nc -z db 5432", "Wait ten seconds at most"),
        ("timeout -k 5 1m ./job", "TERM after a minute, KILL five seconds later"),
      ],
      standard: "coreutils 9.1 timeout(1)",
      deviations: ["usage errors end with 2, not 125; COMMAND is one of our applets first"])
  }

  static let timedOut: Int32 = 124
  static let failed: Int32 = 125

  /// A number with a fraction, and s, m, h or d.
  static func seconds(_ text: String) throws(Failure) -> Double {
    var digits = text
    var factor = 1.0
    switch text.utf8.last {
    case UInt8(ascii: "s"): digits.removeLast()
    case UInt8(ascii: "m"): (digits, factor) = (String(text.dropLast()), 60)
    case UInt8(ascii: "h"): (digits, factor) = (String(text.dropLast()), 3600)
    case UInt8(ascii: "d"): (digits, factor) = (String(text.dropLast()), 86400)
    default: break
    }
    guard let value = Double(argument: digits), value >= 0 else {
      throw Failure("\(text): invalid time interval", status: failed)
    }
    return value * factor
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let first = operands.first else {
      throw Failure("which time, which command?", status: Self.failed)
    }
    let limit = try Self.seconds(first)
    let command = Array(operands.dropFirst())
    guard !command.isEmpty else { throw Failure("no command given", status: Self.failed) }
    if !isForeground, !Process.leadsGroup { Process.leadGroup() }
    // Reading the terminal from the background would stop the command.
    let terminal = [Signal(21), Signal(22)]
    for signal in terminal { signal.ignore() }
    let names = ["CHLD", "TERM", "INT", "HUP", "QUIT"].compactMap { Signal(name: $0) }
    let watch = try attempt { () throws(SystemError) in try SignalWatch(names) }
    let child = try context.spawn(command) { () throws(SystemError) in
      watch.release()
      for signal in terminal { signal.restore() }
    }
    let (reason, isOver) = try wait(child, limit, watch, context)
    if isOver, !preservesStatus {
      throw .quiet(reason == .signalled(9) ? 128 + 9 : Self.timedOut)
    }
    throw .quiet(reason.status)
  }

  private func wait(_ child: Int32, _ limit: Double, _ watch: SignalWatch, _ context: Context)
    throws(Failure) -> (ExitReason, Bool)
  {
    let start = context.clock.monotonic()
    var deadline: Double? = limit > 0 ? limit : nil
    var isOver = false
    while true {
      while let number = watch.next() {
        // What would end us ends the command.
        if number != 17 { send(Signal(number), child) }
      }
      if let reason = try attempt({ () throws(SystemError) in try Child.poll(child) }) {
        return (reason, isOver)
      }
      let elapsed = context.clock.monotonic().since(start)
      if let due = deadline, elapsed >= due {
        let isSecond = isOver
        let sent = isSecond ? Signal.kill : signal
        if isVerbose {
          context.note("sending signal \(sent.name) to command")
        }
        send(sent, child)
        isOver = true
        deadline = isSecond ? nil : killAfter.map { elapsed + $0 }
        continue
      }
      watch.wait(seconds: deadline.map { $0 - elapsed })
    }
  }

  /// To the command, and to what it started where that is in our group.
  private func send(_ signal: Signal, _ child: Int32) {
    try? signal.send(to: child)
    guard signal.number != 9 else { return }
    let proceed = Signal(18)
    if !isForeground {
      // It must not end ourselves.
      signal.ignore()
      try? signal.send(to: 0)
      try? proceed.send(to: 0)
    }
    try? proceed.send(to: child)
  }
}
