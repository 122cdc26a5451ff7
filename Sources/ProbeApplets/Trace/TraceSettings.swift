internal import Box
internal import Linux
internal import Trace

/// What the options of traceroute ask for.
struct TraceSettings {
  enum Method { case rising, udp, icmp, tcp }

  var family: IPAddress.Family?
  var method = Method.rising
  var setsDF = false
  var firstHop = 1
  var lastHop = 30
  var departure = Departure()
  var atOnce = 16
  var isNumeric = false
  var port: Int?
  var trafficClass: Int?
  /// The longest wait for a packet, and the factors for what came back from this hop and from others.
  var patience = 5.0
  var hereFactor = 3.0
  var nearFactor = 10.0
  var probes = 3
  var pause = 0.0
  var tellsTCP = false
  var tellsWayBack = false
  var ownPort: Int?
  var mark: Int?
  var findsMTU = false

  var traceMethod: TraceMethod {
    switch method {
    case .rising: .risingUDP(firstPort: UInt16(port ?? 33434))
    case .udp: .udp(port: UInt16(port ?? 53))
    case .icmp: .icmp(firstSequence: UInt16(port ?? 1))
    case .tcp: .tcp(port: UInt16(port ?? 80))
    }
  }

  func apply(_ socket: Socket, _ family: IPAddress.Family) throws(SystemError) {
    if ownPort != nil { try socket.set(.reuseAddress) }
    try departure.apply(socket, port: UInt16(ownPort ?? 0))
    if ownPort != nil, departure.source == nil {
      let any: IPAddress = family == .v4 ? .anyV4 : .anyV6
      try socket.bind(to: .ip(Endpoint(any, port: UInt16(ownPort ?? 0))))
    }
    if let mark { try socket.set(.mark, Int32(truncatingIfNeeded: mark)) }
    if let trafficClass { try socket.setTrafficClass(trafficClass, family) }
    try socket.set(setsDF || findsMTU ? .probe : .off, family)
  }

  /// `-w 5,3,10`: with one number alone nothing else shortens the wait.
  mutating func setWait(_ text: String) throws(Failure) {
    let parts = text.split { $0 == "," || $0 == "/" }.map { String($0) }
    guard (1...3).contains(parts.count) else { throw .usage("-w: \(text): not MAX,HERE,NEAR") }
    patience = try seconds(parts[0], "-w")
    hereFactor = parts.count > 1 ? try seconds(parts[1], "-w") : 0
    nearFactor = parts.count > 2 ? try seconds(parts[2], "-w") : 0
  }
}
