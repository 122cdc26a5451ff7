internal import Box
internal import Linux
internal import Packets
internal import Pcap

/// How packets are shown.
struct PrintSettings {
  enum Dump { case none, hexadecimal, both, text }

  var style = PacketStyle()
  var time = TimeStyle.clock
  var dump = Dump.none
  /// Whether the link layer's header is in the dump.
  var dumpsLink = false
  /// How often -n was given.
  var numeric = 0
  var dropsDomain = false
  var numbersLines = false
  var isLineBuffered = false
}

/// Where packets are written.
struct SaveSettings {
  var file: String?
  var isPacketBuffered = false
  /// Bytes after which a new file is begun, and seconds.
  var size: Int?
  var seconds: Int?
  /// How many files there may be.
  var files: Int?
  /// Whether packets are shown, too.
  var prints = false
}

extension Tcpdump {
  static var outputOptions: [Option<Tcpdump>] {
    [
      .flag("A", nil, "Contents as text") {
        $0.print.dumpsLink = $0.print.dumpsLink || $0.print.dump == .text
        $0.print.dump = .text
      },
      .flag("x", nil, "Contents in hexadecimal; twice: with the link layer's header") {
        if $0.print.dump == .both { return }
        $0.print.dumpsLink = $0.print.dumpsLink || $0.print.dump == .hexadecimal
        $0.print.dump = .hexadecimal
      },
      .flag("X", nil, "Contents in hexadecimal and as text; twice: with the header") {
        $0.print.dumpsLink = $0.print.dumpsLink || $0.print.dump == .both
        $0.print.dump = .both
      },
      .flag("e", nil, "The header of the link layer") { $0.print.style.showsLink = true },
      .flag("n", nil, "No names for addresses and ports") { $0.print.numeric += 1 },
      .flag("N", nil, "Names of hosts without their domain") { $0.print.dropsDomain = true },
      .flag("q", nil, "Less about protocols") { $0.print.style.isQuiet = true },
      .flag("v", nil, "More about packets; up to three times") {
        $0.print.style.verbosity += 1
      },
      .flag("t", nil, "No times; -tt seconds, -ttt since the last, -tttt date, -ttttt since first")
      {
        $0.print.time = $0.print.time.next
      },
      .flag("S", "absolute-tcp-sequence-numbers", "Sequence numbers of TCP as they are") {
        $0.print.style.isAbsolute = true
      },
      .flag("K", "dont-verify-checksums", "Check no sums") { $0.print.style.checksSums = false },
      .flag("#", "number", "Number the packets") { $0.print.numbersLines = true },
      .flag("l", nil, "Write each line at once") { $0.print.isLineBuffered = true },
      .flag(nil, "count", "Only how many packets a file has") { $0.countsOnly = true },
      .flag(nil, "print", "Show packets that are written, too") { $0.save.prints = true },
      .flag(nil, "nano", "Times to the nanosecond") { $0.wantsNanoseconds = true },
      .flag(nil, "micro", "Times to the microsecond, the default") { $0.wantsNanoseconds = false },
      .parsed(nil, "time-stamp-precision", "UNIT", "One of micro, nano") {
        (options: inout Tcpdump, text) throws(Failure) in
        switch text {
        case "micro": options.wantsNanoseconds = false
        case "nano": options.wantsNanoseconds = true
        default: throw .usage("--time-stamp-precision: \(text): not micro or nano")
        }
      },
    ]
  }

  static var captureOptions: [Option<Tcpdump>] {
    [
      .value("i", "interface", "NAME", "By name or number; any is all of them") {
        $0.interface = $1
      },
      .flag("D", "list-interfaces", "Which interfaces there are") { $0.work = .listInterfaces },
      .flag("L", "list-data-link-types", "Which link type an interface has") {
        $0.work = .listLinkTypes
      },
      .value("y", "linktype", "NAME", "The link type that is expected") { $0.linkTypeName = $1 },
      .flag("p", "no-promiscuous-mode", "Only packets that concern this host") {
        $0.isPromiscuous = false
      },
      .parsed("Q", "direction", "WAY", "One of in, out, inout") {
        (options: inout Tcpdump, text) throws(Failure) in
        switch text {
        case "in": options.direction = .incoming
        case "out": options.direction = .outgoing
        case "inout": options.direction = .both
        default: throw .usage("-Q: \(text): not in, out or inout")
        }
      },
      .parsed("B", "buffer-size", "KIB", "Room for packets in the kernel") {
        (options: inout Tcpdump, text) throws(Failure) in
        options.bufferKibibytes = try positive(text, "-B", 1...1_000_000)
      },
      .parsed("s", "snapshot-length", "BYTES", "How much of each packet is kept; 0 is all") {
        (options: inout Tcpdump, text) throws(Failure) in
        let size = try positive(text, "-s", 0...CaptureFormat.largestSnapshot)
        options.snapshot = size == 0 ? CaptureFormat.largestSnapshot : size
      },
      .parsed("c", nil, "COUNT", "End after so many packets") {
        (options: inout Tcpdump, text) throws(Failure) in
        options.count = try positive(text, "-c", 1...Int.max)
      },
      .value("r", nil, "FILE", "Read a capture; - is standard input") { $0.readFile = $1 },
      .value("V", nil, "FILE", "Read the captures that a file lists") { $0.readList = $1 },
      .value("w", nil, "FILE", "Write packets instead; - is standard output") {
        $0.save.file = $1
      },
      .flag("U", "packet-buffered", "Write each packet at once") {
        $0.save.isPacketBuffered = true
      },
      .parsed("C", nil, "SIZE", "A new file after so many millions of bytes") {
        (options: inout Tcpdump, text) throws(Failure) in
        options.save.size = try positive(text, "-C", 1...1_000_000) * 1_000_000
      },
      .parsed("G", nil, "SECONDS", "A new file after so long; its name is laid out by strftime") {
        (options: inout Tcpdump, text) throws(Failure) in
        options.save.seconds = try positive(text, "-G", 1...1_000_000_000)
      },
      .parsed("W", nil, "COUNT", "With -C so many files in turn, with -G no more than so many") {
        (options: inout Tcpdump, text) throws(Failure) in
        options.save.files = try positive(text, "-W", 1...1_000_000)
      },
      .value("F", nil, "FILE", "Read the expression from a file") { $0.expressionFile = $1 },
      .flag("d", nil, "Only the filter's program; -dd as C, -ddd as numbers") { $0.listing += 1 },
      .flag("O", "no-optimize", "Do not optimise the filter") { $0.isOptimised = false },
      .flag(nil, "immediate-mode", "Nothing: packets are always taken at once") { _ in },
    ]
  }

  static var refusedOptions: [Option<Tcpdump>] {
    [
      .refused("Z", "relinquish-privileges", "rights are only raised to open the socket"),
      .refused("z", nil, "no programs are run on files that are full"),
      .refused("T", nil, "packets are not taken for what they are not"),
      .refused("E", nil, "nothing is decrypted"),
      .refused("M", nil, "signatures of TCP are not checked"),
      .refused("I", "monitor-mode", "there is no radio in a pod"),
      .refused("j", "time-stamp-type", "times are the kernel's"),
      .refused("J", "list-time-stamp-types", "times are the kernel's"),
      .refused("b", nil, "BGP is not told apart"),
      .refused("f", nil, "use -n"),
      .refused("H", nil, "802.11s is not told apart"),
      .refused("u", nil, "NFS is not told apart"),
      .refused("m", nil, "there are no MIB modules"),
    ]
  }

  private static func positive(_ text: String, _ option: StaticString, _ range: ClosedRange<Int>)
    throws(Failure) -> Int
  {
    guard let value = Int(text), range.contains(value) else {
      throw .usage(
        "\(option): \(text): not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
