public import Box
internal import Linux
internal import Target

/// Writes the end of files and what is added to them, POSIX tail and coreutils tail(1).
public struct Tail: Command {
  enum Follow { case descriptor, name }

  var amount = Amount(10)
  var countsBytes = false
  var headers: Bool?
  var separator: UInt8 = 0x0A
  var follow: Follow?
  var retries = false
  var interval = 1.0
  var pids: [Int32] = []

  public init() {}

  public static var manual: Manual<Tail> {
    Manual(
      "tail", "Write the last lines or bytes of files, and follow them", family: .text,
      operands: "[+NUM] [FILE]...", options: contentOptions + followOptions,
      examples: [
        ("tail -n 50 -F @/var/log/app.log", "Follow a log of the target across rotation"),
        ("tail -f --pid=7 /proc/7/root/out", "Until process 7 ends"),
        ("tail -n +2 table.csv", "All but the first line"),
      ],
      standard: "POSIX.1-2017 tail, coreutils 9.1 tail(1)",
      deviations: [
        "on a terminal, control characters in files of a target are escaped; in a pipe they are not",
        "FIFOs, sockets and devices of a target are not opened",
        "files of a target are asked for news every second, others whenever they change",
        "--max-unchanged-stats is not there: names are looked at every time",
      ])
  }

  private static var contentOptions: [Option<Tail>] {
    [
      .parsed("0123456789", nil, "NUM", "The last NUM lines, as -n NUM; letters may follow") {
        (options: inout Tail, text) throws(Failure) in try options.takeOld(text, sign: .none)
      },
      .parsed("c", "bytes", "NUM", "The last NUM bytes; with + from byte NUM on") {
        (options: inout Tail, text) throws(Failure) in
        options.amount = try Amount(text, "bytes")
        options.countsBytes = true
      },
      .parsed("n", "lines", "NUM", "The last NUM lines; with + from line NUM on") {
        (options: inout Tail, text) throws(Failure) in
        options.amount = try Amount(text, "lines")
        options.countsBytes = false
      },
      .flag("q", "quiet silent", "Never print headers with file names") { $0.headers = false },
      .flag("v", "verbose", "Always print headers with file names") { $0.headers = true },
      .flag("z", "zero-terminated", "Lines end with NUL, not newline") { $0.separator = 0 },
    ]
  }

  private static var followOptions: [Option<Tail>] {
    [
      .optional("f", "follow", "HOW", "Print what is added, by descriptor or by name") {
        (options: inout Tail, word) throws(Failure) in
        switch word ?? "descriptor" {
        case "descriptor": options.follow = .descriptor
        case "name": options.follow = .name
        default: throw .usage("--follow=\(word ?? ""): not one of descriptor, name")
        }
      },
      .flag("F", nil, "As --follow=name --retry") {
        $0.follow = .name
        $0.retries = true
      },
      .flag(nil, "retry", "Keep trying to open a file that cannot be") { $0.retries = true },
      .parsed(nil, "pid", "PID", "With -f, end after process PID has") {
        (options: inout Tail, text) throws(Failure) in
        guard let pid = Int32(text), pid > 0 else { throw .message("\(text): not a PID") }
        options.pids.append(pid)
      },
      .parsed("s", "sleep-interval", "SECONDS", "Look so often where the kernel does not tell") {
        (options: inout Tail, text) throws(Failure) in
        guard let seconds = Double(argument: text), seconds >= 0 else {
          throw .message("\(text): not a number of seconds")
        }
        options.interval = seconds
      },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var options = self
    var operands = operands
    if let first = operands.first, operands.count <= 2, isOldAmount(first) {
      try options.takeOld(String(first.dropFirst()), sign: .plus)
      operands.removeFirst()
    }
    // Nothing is asked for: GNU does not even open the files then.
    if options.follow == nil, options.amount.count == 0, options.amount.sign != .plus { return }
    var follower = Follower(options, operands.isEmpty ? ["-"] : operands, context)
    defer { context = follower.context }
    follower.start()
    if options.follow != nil { try follower.follow() }
  }

  /// `+5`, `+5c`: from the days before `-n +5`.
  private func isOldAmount(_ word: String) -> Bool {
    let bytes = word.utf8
    guard bytes.first == UInt8(ascii: "+"), let digit = bytes.dropFirst().first,
      (0x30...0x39).contains(digit), amount == Amount(10)
    else { return false }
    let letters = bytes.dropFirst().drop { (0x30...0x39).contains($0) }
    return letters.isEmpty
      || ["b", "c", "l", "f", "bf", "cf", "lf"].contains(String(Substring(letters)))
  }

  /// `-5`, `-5c`, `-100f`, `+3`.
  private mutating func takeOld(_ text: String, sign: Amount.Sign) throws(Failure) {
    let digits = text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }
    var unit = ""
    countsBytes = false
    for letter in text.unicodeScalars.dropFirst(digits.count) {
      switch letter {
      case "c": countsBytes = true
      case "b":
        countsBytes = true
        unit = "b"
      case "l": countsBytes = false
      case "f": follow = .descriptor
      case "q": headers = false
      case "v": headers = true
      case "z": separator = 0
      default: throw .usage("-\(text): \(String(letter)): unknown letter behind a number")
      }
    }
    amount = try Amount(String(Substring(digits)) + unit, "lines")
    amount.sign = sign
  }
}
