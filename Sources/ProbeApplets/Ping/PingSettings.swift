internal import Box
internal import Linux
internal import Trace

/// What the options of ping ask for.
struct PingSettings {
  var family: IPAddress.Family?
  var rings = false
  var isAdaptive = false
  var broadcasts = false
  var count: Int?
  var stamps = false
  var identifier: UInt16?
  var isFlood = false
  var interval: Double?
  var departure = Departure()
  var preload = 1
  var loopsBack = true
  var mark: Int?
  var discovery: Socket.PathDiscovery?
  var isNumeric = false
  var tellsOutstanding = false
  var pattern: [UInt8]?
  var isQuiet = false
  var trafficClass: Int?
  var size = 56
  var hopLimit: Int?
  var isVerbose = false
  var deadline: Double?
  var linger: Double?
  var insistsOnICMP = false
  var tcpPort: UInt16?
  /// A reset shows that the host is there, which is all that was asked for.
  var countsResets = false

  /// The shortest interval for those who are not root.
  private static let shortest = 0.002

  func check() throws(Failure) {
    let isRoot = Credentials.effectiveUID == 0
    if isFlood, !isRoot, interval == nil { throw .usage("-f: only root may flood; try -i 0.01") }
    if let interval, interval < Self.shortest, !isRoot {
      throw .usage("-i: only root may send more often than every 2 ms")
    }
    if preload > 3, !isRoot { throw .usage("-l: only root may send more than 3 packets at once") }
  }

  /// The time between packets.
  var pause: Double { interval ?? (isFlood ? 0 : 1) }

  /// Whether replies can be timed: the packet has room for the time, as scripts know it.
  var isTimed: Bool { size >= 16 }

  func apply(_ socket: Socket, _ family: IPAddress.Family) throws(SystemError) {
    try departure.apply(socket)
    if broadcasts { try socket.set(.broadcast) }
    if let mark { try socket.set(.mark, Int32(truncatingIfNeeded: mark)) }
    if let trafficClass { try socket.setTrafficClass(trafficClass, family) }
    if let hopLimit { try socket.setHopLimit(hopLimit, family) }
    if let discovery { try socket.set(discovery, family) }
    if !loopsBack { try socket.setMulticastLoop(false, family) }
  }

  /// The socket to ping with; nil where ICMP is not allowed and TCP takes its place, which has been said.
  func open(_ family: IPAddress.Family, _ context: Context) throws(Failure) -> EchoSocket? {
    do throws(SystemError) {
      return try EchoSocket(family, identifier: identifier) { (socket) throws(SystemError) in
        try apply(socket, family)
      }
    } catch {
      guard "\(error.call)" == "socket", error.errno == .notPermitted || error.errno == .denied
      else {
        let subject = error.subject.isEmpty ? "\(error.call)" : error.subject
        throw .message(subject + ": " + error.reason, status: 2)
      }
    }
    let access = ICMPAccess()
    let why = "no ICMP permission (" + access.reason + ")"
    if insistsOnICMP || identifier != nil { throw Failure(why, advice: access.advice, status: 2) }
    context.note(why + "; using TCP SYN to :443 instead (--icmp to insist)")
    context.errors.line("fix: " + access.advice)
    context.errors.flush()
    return nil
  }
}

func number(_ text: String, _ option: String, _ range: ClosedRange<Int>) throws(Failure)
  -> Int
{
  let value: Int?
  if text.hasPrefix("0x") || text.hasPrefix("0X") {
    value = Int(String(text.dropFirst(2)), radix: 16)
  } else {
    value = Int(text)
  }
  guard let value else { throw .usage("\(option): \(text): not a whole number") }
  guard range.contains(value) else {
    throw .usage("\(option): \(text): not between \(range.lowerBound) and \(range.upperBound)")
  }
  return value
}

func seconds(_ text: String, _ option: String) throws(Failure) -> Double {
  guard let value = parseDouble(text), value.isFinite, value >= 0, value <= 1e9 else {
    throw .usage("\(option): \(text): not a number of seconds")
  }
  return value
}

/// `-M do`.
func strategy(_ text: String) throws(Failure) -> Socket.PathDiscovery {
  switch text {
  case "do": return .require
  case "want": return .want
  case "dont": return .off
  case "probe": return .probe
  default: throw .usage("-M: \(text): not do, want, dont or probe")
  }
}

/// `-p ff00`: up to 16 bytes.
func pattern(_ text: String) throws(Failure) -> [UInt8] {
  var digits: [UInt8] = []
  for scalar in text.unicodeScalars {
    guard let digit = UInt8(String(scalar), radix: 16) else {
      throw .usage("-p: \(text): not hexadecimal")
    }
    digits.append(digit)
  }
  guard !digits.isEmpty, digits.count <= 32 else { throw .usage("-p: \(text): 1 to 16 bytes") }
  if digits.count % 2 != 0 { digits.insert(0, at: digits.count - 1) }
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
