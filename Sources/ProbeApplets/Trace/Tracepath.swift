public import Box
internal import ICMP
internal import Linux
internal import Trace

/// Finds the routers and the path MTU on the way to a host: tracepath(8) of iputils.
public struct Tracepath: Command {
  var family: IPAddress.Family?
  var isNumeric = false
  var showsBoth = false
  var length: Int?
  var lastHop = 30
  var port: UInt16?

  public init() {}

  public static var manual: Manual<Tracepath> {
    Manual(
      "tracepath", "Find the routers and the path MTU on the way to a host", family: .network,
      operands: "HOST",
      options: [
        .flag("4", nil, "Use IPv4 only") { $0.family = .v4 },
        .flag("6", nil, "Use IPv6 only") { $0.family = .v6 },
        .flag("b", nil, "Show names and addresses") { $0.showsBoth = true },
        .integer("l", nil, "BYTES", "Start with packets of this size; 65535", 28...128000) {
          $0.length = $1
        },
        .integer("m", nil, "HOPS", "Look so far; 30", 1...255) { $0.lastHop = $1 },
        .flag("n", nil, "No names for addresses") { $0.isNumeric = true },
        .integer("p", nil, "PORT", "First port; 44444", 1...65535) { $0.port = UInt16($1) },
      ],
      examples: [
        ("tracepath -n db", "Which hop takes only smaller packets?")
      ],
      standard: "iputils 20221126 tracepath(8)",
      deviations: [
        "a path MTU that the kernel has found before is found again, so that its hop is shown",
        "where large packets get no reply but small ones do, a line names the black hole",
        "usage errors end with status 2",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let host = operands.first else { throw .usage("no host given") }
    guard operands.count == 1 else { throw .usage("\(operands[1]): one host is enough") }
    let names = NameLookup(context)
    let target = try names.destination(host, family)
    try attempt { () throws(SystemError) in
      let session = try PathSession(self, target.address, names, context)
      try session.run()
    }
    if let failure = context.output.failure { throw .system(failure) }
  }
}

/// One run of tracepath.
final class PathSession {
  private enum Outcome { case hop, done, noReply }

  private let options: Tracepath
  private let engine: PathMTU
  private let names: NameLookup
  private let output: Output
  private let signals: SignalWatch
  private var mtu: Int
  private var hops: Int?
  private var hopsBack: Int?
  private var isOver = false
  /// The size that packets got lost with, where smaller ones come through.
  private var lostSize: Int?

  private static let tries = 3

  init(_ options: Tracepath, _ target: IPAddress, _ names: NameLookup, _ context: Context)
    throws(SystemError)
  {
    self.options = options
    self.names = names
    output = context.output
    engine = try PathMTU(target, port: options.port ?? 44444)
    signals = try SignalWatch([Signal(2), .terminate])
    mtu = options.length ?? (target.family == .v4 ? 65535 : 128000)
    mtu = max(engine.headers, mtu)
  }

  func run() throws(SystemError) {
    var isDone = false
    hop: for hop in 1...options.lastHop {
      var tries = 0
      while tries < Self.tries, !isOver {
        let before = mtu
        let outcome = try probe(hop)
        if case .done = outcome {
          isDone = true
          break hop
        }
        // A change of size asks the same hop once more.
        if case .hop = outcome {
          if mtu == before { continue hop }
          tries = 0
          continue
        }
        tries += 1
      }
      if isOver { break }
      write(hop, "no reply")
      if lostSize == nil, case .done? = try lookForBlackHole(hop) {
        isDone = true
        break
      }
    }
    if !isDone, !isOver { output.line("     Too many hops: pmtu \(mtu)") }
    var text = "     Resume: pmtu \(mtu) "
    if let hops { text += "hops \(hops) " }
    if hops != nil, let hopsBack { text += "back \(hopsBack) " }
    output.line(text)
    output.flush()
  }

  /// A router that drops what is too big and does not say so: small packets tell.
  private func lookForBlackHole(_ hop: Int) throws(SystemError) -> Outcome? {
    let large = mtu
    let small = engine.target.family == .v4 ? 576 : 1280
    guard large > small else { return nil }
    lostSize = large
    mtu = small
    let outcome = try probe(hop)
    if case .noReply = outcome {
      mtu = large
      return nil
    }
    output.line(
      "     Black hole: packets of \(large) bytes vanish at hop \(hop), \(small) come through")
    output.flush()
    return outcome
  }

  private func write(_ hop: Int, _ text: String) {
    output.line((hop < 10 ? " " : "") + "\(hop):  " + text)
    output.flush()
  }

  private func probe(_ hop: Int) throws(SystemError) -> Outcome {
    for _ in 0..<10 {
      if try engine.send(hops: hop, size: mtu) { break }
      // The size was refused, or an old error was told: both are in the queue.
      while let answer = try engine.receive(until: Deadline(seconds: 0)) {
        if let outcome = show(answer, hop) { return outcome }
      }
    }
    let deadline = Deadline(seconds: 1)
    while true {
      let answer = try engine.receive(until: deadline, other: signals.descriptor)
      if signals.next() != nil {
        isOver = true
        return .done
      }
      guard let answer else {
        if deadline.hasPassed { return .noReply }
        continue
      }
      let outcome = show(answer, hop)
      engine.nextPort()
      if let outcome { return outcome }
    }
  }

  /// - Returns: nil where it says nothing about a hop.
  private func show(_ answer: MTUAnswer, _ hop: Int) -> Outcome? {
    let error = answer.error
    guard let complaint = error.complaint, let source = error.offender else {
      if error.errno == .messageTooLong, error.info > 0 {
        mtu = Int(error.info)
        let time = engine.target.family == .v4 ? "" : milliseconds(answer.seconds) + " "
        let place = padded("[LOCALHOST]", 32)
        output.line((hop < 10 ? " " : "") + "\(hop)?: " + place + " " + time + "pmtu \(mtu)")
      }
      return nil
    }
    var text = padded(shown(source), 51) + " "
    if let back = back(answer.hopLimit), complaint.kind != .tooBig {
      if back != hop { text += "asymm " + (back < 10 ? " " : "") + "\(back) " }
      hopsBack = back
    }
    text += milliseconds(answer.seconds) + " "
    switch complaint.kind {
    case .tooBig:
      // A router that knows no RFC 1191 does not say how much is too much.
      mtu = complaint.mtu.map { min($0, mtu) } ?? max(engine.headers, mtu / 2)
      write(hop, text + "pmtu \(mtu)")
      return .hop
    case .timeExceeded:
      write(hop, text)
      return .hop
    default: break
    }
    if complaint.isPortUnreachable {
      hops = hop
      write(hop, text + "reached")
    } else {
      hopsBack = nil
      write(hop, text + "\(mark(error.errno))")
    }
    return .done
  }

  private func mark(_ errno: Errno) -> StaticString {
    switch errno {
    case .hostUnreachable: "!H"
    case .networkUnreachable: "!N"
    case .denied: "!A"
    case .protocolError: "!P"
    default: "!"
    }
  }

  private func shown(_ address: IPAddress) -> String {
    let plain = address.description
    if options.isNumeric { return options.showsBoth ? plain + " (???)" : plain }
    let name = names.name(of: address) ?? "???"
    return options.showsBoth ? name + " (" + plain + ")" : name
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }

  /// `  0.063ms`.
  private func milliseconds(_ seconds: Double) -> String {
    let text = fixed(seconds * 1000, 3)
    return String(repeating: " ", count: max(0, 7 - text.utf8.count)) + text + "ms"
  }

  /// Nearly all hosts start with 64, 128 or 255.
  private func back(_ hopLimit: Int?) -> Int? {
    guard let hopLimit else { return nil }
    return (hopLimit <= 64 ? 65 : hopLimit <= 128 ? 129 : 256) - hopLimit
  }
}
