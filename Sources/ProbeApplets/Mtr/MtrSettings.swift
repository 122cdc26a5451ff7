internal import Linux
internal import Trace

/// What the options of mtr ask for.
struct MtrSettings {
  enum Method { case icmp, udp, tcp }
  enum Format { case live, report, wide, json, csv, raw }

  var family: IPAddress.Family?
  var departure = Departure()
  var fill: UInt8 = 0
  var cycles: Int?
  var firstHop = 1
  var grace = 5.0
  var interval = 1.0
  var mark: Int?
  var lastHop = 30
  var port: UInt16?
  var trafficClass: Int?
  var size = 64
  var method = Method.icmp
  var mostUnknown = 5
  var patience = 10.0
  var showsBoth = false
  var format = Format.live
  var isNumeric = false
  var fields: [MtrField] = "LS NABWV".unicodeScalars.compactMap { MtrField($0) }

  var traceMethod: TraceMethod {
    switch method {
    case .icmp: .icmp(firstSequence: 33000)
    case .udp: port.map { .udp(port: $0) } ?? .risingUDP(firstPort: 33434)
    case .tcp: .tcp(port: port ?? 80)
    }
  }

  func apply(_ socket: Socket, _ family: IPAddress.Family) throws(SystemError) {
    try departure.apply(socket)
    if let mark { try socket.set(.mark, Int32(truncatingIfNeeded: mark)) }
    if let trafficClass { try socket.setTrafficClass(trafficClass, family) }
  }
}

/// A column of mtr, by its letter.
struct MtrField {
  let title: StaticString
  let width: Int
  /// 0: a count; else decimals.
  let digits: Int
  let value: (MtrHop) -> Double

  init?(_ letter: Unicode.Scalar) {
    var digits = 1
    switch letter {
    case " ": (title, width, digits, value) = ("", 1, 0, { _ in 0 })
    case "L": (title, width, value) = ("Loss%", 6, { $0.loss })
    case "D": (title, width, digits, value) = ("Drop", 5, 0, { Double($0.sent - $0.received) })
    case "R": (title, width, digits, value) = ("Rcv", 6, 0, { Double($0.received) })
    case "S": (title, width, digits, value) = ("Snt", 6, 0, { Double($0.sent) })
    case "N": (title, width, value) = ("Last", 6, { $0.times.last * 1000 })
    case "B": (title, width, value) = ("Best", 6, { $0.times.best * 1000 })
    case "A": (title, width, value) = ("Avg", 6, { $0.times.mean * 1000 })
    case "W": (title, width, value) = ("Wrst", 6, { $0.times.most * 1000 })
    case "V": (title, width, value) = ("StDev", 6, { $0.times.sampleDeviation * 1000 })
    case "G": (title, width, value) = ("Gmean", 6, { $0.times.geometricMean * 1000 })
    case "J": (title, width, value) = ("Jttr", 5, { $0.times.jitter * 1000 })
    case "M": (title, width, value) = ("Javg", 5, { $0.times.meanJitter * 1000 })
    case "X": (title, width, value) = ("Jmax", 5, { $0.times.jitterMost * 1000 })
    case "I": (title, width, value) = ("Jint", 5, { $0.times.jitterSmooth * 1000 })
    default: return nil
    }
    self.digits = digits
  }

  var isSpace: Bool { width == 1 }
  private var isLoss: Bool { "\(title)" == "Loss%" }

  var heading: String {
    let text = "\(title)"
    return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  func cell(_ hop: MtrHop) -> String {
    if isSpace { return " " }
    var text = fixed(value(hop), digits)
    // As wide as the column, at the cost of the percent sign.
    if isLoss { text += text.utf8.count < width - 1 ? "%" : "" }
    return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
