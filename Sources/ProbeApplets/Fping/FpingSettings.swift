internal import Linux

/// What the options of fping ask for. Times are seconds.
struct FpingSettings {
  var family: IPAddress.Family?
  var file: String?
  var generates = false
  var hopLimit: Int?
  var departure = Departure()
  var takesAll = false
  var setsDF = false
  var trafficClass: Int?
  var size = 56
  var backoff = 1.5
  var count: Int?
  var listsTimes = false
  var interval = 0.01
  var loops = false
  var period = 1.0
  var retries = 3
  var isRandom = false
  var timeout: Double?
  var enough: Int?
  var showsAlive = false
  var showsAddress = false
  var asksNames = false
  var stamps = false
  var showsElapsed = false
  var showsNames = false
  var showsOutage = false
  var isQuiet = false
  var summaryEvery: Double?
  var showsTotals = false
  var showsLost = false

  /// Every host gets the same number of packets, whether it answers or not.
  var isCounting: Bool { count != nil || loops }

  /// A line for each host that is found or lost.
  var showsEach: Bool { !showsAlive && !showsLost && !isQuiet && enough == nil }

  /// How long to wait for the reply to the packet of this number.
  func patience(_ index: Int) -> Double {
    if isCounting { return timeout ?? min(period, 2) }
    var wait = timeout ?? 0.5
    for _ in 0..<min(index, 30) { wait *= backoff }
    return min(wait, 1e6)
  }

  func apply(_ socket: Socket, _ family: IPAddress.Family) throws(SystemError) {
    try departure.apply(socket)
    if let hopLimit { try socket.setHopLimit(hopLimit, family) }
    if let trafficClass { try socket.setTrafficClass(trafficClass, family) }
    if setsDF { try socket.set(.require, family) }
  }
}
