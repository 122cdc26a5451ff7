internal import Box
internal import Linux

/// What the options of nc ask for.
struct NcSettings {
  enum Proxy {
    case socks4, socks5, connect

    init?(_ text: String) {
      switch text {
      case "4": self = .socks4
      case "5": self = .socks5
      case "connect": self = .connect
      default: return nil
      }
    }

    var port: UInt16 { self == .connect ? 3128 : 1080 }
  }

  var listens = false
  var stays = false
  var isUDP = false
  var isUnix = false
  var scans = false
  var isVerbose = false
  var family: IPAddress.Family?
  var isNumeric = false
  var isRandom = false
  var proxyKind = Proxy.socks5
  var proxy: String?
  var broadcasts = false
  var hopLimit: Int?
  var leastHopLimit: Int?
  var ownPort: String?
  var source: String?
  var trafficClass: Int?
  var sendsCRLF = false
  var ignoresInput = false
  var receiveBuffer: Int?
  var interval: Double?
  var endsSending = false
  var sendBuffer: Int?
  /// Seconds between the end of standard input and ours; nil waits for the other side.
  var lingers: Double?
  var answersTelnet = false
  var receiveLimit: Int?
  var timeout: Double?

  func check() throws(Failure) {
    if listens, scans { throw .usage("-z: not with -l") }
    if listens, proxy != nil { throw .usage("-x: not with -l") }
    if !listens, stays { throw .usage("-k: only with -l") }
    if proxy != nil, isUDP || isUnix || source != nil { throw .usage("-x: not with -u, -U or -s") }
  }

  var word: String { isUDP ? "udp" : "tcp" }

  /// Options of the socket, but no address.
  func apply(_ socket: Socket, _ family: IPAddress.Family?) throws(SystemError) {
    if broadcasts { try socket.set(.broadcast) }
    if let receiveBuffer { try socket.set(.receiveBuffer, Int32(clamping: receiveBuffer)) }
    if let sendBuffer { try socket.set(.sendBuffer, Int32(clamping: sendBuffer)) }
    guard let family else { return }
    if let hopLimit { try socket.setHopLimit(hopLimit, family) }
    if let leastHopLimit { try socket.setLeastHopLimit(leastHopLimit, family) }
    if let trafficClass { try socket.setTrafficClass(trafficClass, family) }
  }
}

/// `ef`, `af21`, `cs3`, `lowdelay`, `0x10`: RFC 2474, RFC 2597, RFC 3246, RFC 1349.
func trafficClass(_ text: String) throws(Failure) -> Int {
  let name = text.asciiLowercased
  switch name {
  case "critical": return 0xA0
  case "inetcontrol": return 0xC0
  case "lowcost": return 0x02
  case "lowdelay": return 0x10
  case "netcontrol": return 0xE0
  case "throughput": return 0x08
  case "reliability": return 0x04
  case "ef": return 0xB8
  default: break
  }
  let digits = name.utf8.dropFirst(2).compactMap { (0x30...0x39).contains($0) ? Int($0) - 48 : nil }
  if name.hasPrefix("cs"), digits.count == 1, digits[0] < 8 { return digits[0] << 5 }
  if name.hasPrefix("af"), digits.count == 2, (1...4).contains(digits[0]),
    (1...3).contains(digits[1])
  {
    return digits[0] << 5 | digits[1] << 3
  }
  return try number(text, "-T", 0...255)
}

/// A port, or several: `80`, `http`, `8000-8010`.
func ports(_ text: String, _ services: () -> Services, isUDP: Bool) throws(Failure) -> [UInt16] {
  if let port = UInt16(text), port > 0 { return [port] }
  let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
  if ends.count == 2, let first = UInt16(ends[0]), let last = UInt16(ends[1]), first > 0, last > 0 {
    return Array(min(first, last)...max(first, last))
  }
  if let port = services().port(text, isUDP: isUDP) { return [port] }
  throw .usage("\(text): not a port")
}
