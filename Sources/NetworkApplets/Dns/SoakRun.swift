internal import DNS
internal import Linux

/// Counts of response codes, few of them.
struct CodeCounts {
  private var counts = [Int](repeating: 0, count: 16)

  mutating func add(_ code: UInt8) { counts[Int(code & 15)] += 1 }

  var sorted: [(Int, Int)] { counts.indices.filter { counts[$0] > 0 }.map { ($0, counts[$0]) } }
}

/// Latencies in classes that are finer than one percent.
struct SoakResult {
  private(set) var answered = 0
  var lost = 0
  var resent = 0
  var codes = CodeCounts()
  private(set) var least = Double.infinity
  private(set) var most = 0.0
  /// 64 classes per doubling, from a microsecond on.
  private var classes = [Int](repeating: 0, count: 64 * 40)

  mutating func add(nanoseconds: Int) {
    answered += 1
    let seconds = Double(nanoseconds) / 1e9
    least = min(least, seconds)
    most = max(most, seconds)
    classes[Self.index(nanoseconds)] += 1
  }

  private static func index(_ nanoseconds: Int) -> Int {
    let value = max(nanoseconds, 64)
    let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
    let fraction = (value >> (exponent - 6)) & 63
    return min((exponent - 6) * 64 + fraction, 64 * 40 - 1)
  }

  /// The least latency of a class, in seconds.
  private static func start(_ index: Int) -> Double {
    Double((64 + index % 64) << (index / 64)) / 1e9
  }

  func percentile(_ percent: Int) -> Double {
    guard answered > 0 else { return 0 }
    var left = max(1, (answered * percent + 99) / 100)
    for (index, count) in classes.enumerated() where count > 0 {
      left -= count
      if left <= 0 { return min(most, max(least, Self.start(index))) }
    }
    return most
  }

  var lossPercent: Double {
    answered + lost == 0 ? 0 : 100 * Double(lost) / Double(answered + lost)
  }

  func count(from: Double, to: Double) -> Int {
    var total = 0
    for (index, count) in classes.enumerated() where count > 0 {
      let start = Self.start(index)
      if start >= from, start < to { total += count }
    }
    return total
  }

  /// A bar for each class of 1, 2, 5, that is not empty.
  var histogram: String {
    let edges = [
      0, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5,
      10,
      1e9,
    ]
    let counts = (0..<(edges.count - 1)).map { count(from: edges[$0], to: edges[$0 + 1]) }
    guard let first = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return "" }
    let largest = counts.max() ?? 1
    var text = ""
    for index in first...last {
      let edge = edges[index] * 1000
      let label = edge == 0 ? "0" : edge < 1 ? fixed(edge, 2) : fixed(edge, 0)
      let number = String(counts[index])
      text += String(repeating: " ", count: max(0, 9 - label.utf8.count)) + label + " ms "
      text += String(repeating: " ", count: max(0, 9 - number.utf8.count)) + number + " "
      let bar = (counts[index] * 50 + largest - 1) / max(1, largest)
      text += String(repeating: "#", count: bar) + "\n"
    }
    return text
  }
}

/// Queries by their ids on one socket, as many under way as the window says.
struct SoakRun {
  private(set) var result = SoakResult()
  private var message: [UInt8]
  private let question: [UInt8]
  private let timeout: Int
  private let total: Int
  private let window: Int
  /// When the query with an id was first and last sent, in nanoseconds; 0 where none is under way.
  private var first = [Int](repeating: 0, count: 65536)
  private var latest = [Int](repeating: 0, count: 65536)
  /// Ids in the order they were sent: the oldest comes first.
  private var queue: [UInt16] = []
  private var head = 0
  private var flying = 0

  init(_ message: [UInt8], _ check: ReplyCheck, _ timeout: Double, _ total: Int, _ window: Int) {
    self.message = message
    question = Array(message[12...])
    self.timeout = Int(min(timeout, 1e6) * 1e9)
    self.total = total
    self.window = window
  }

  private static func now() -> Int {
    let instant = Clock().monotonic()
    return instant.seconds * 1_000_000_000 + instant.nanoseconds
  }

  mutating func go(_ server: Endpoint) throws(SystemError) {
    let socket = try Socket(Socket.Domain(server.address.family), .datagram)
    _ = try socket.startConnecting(to: .ip(server))
    try socket.set(.receiveBuffer, 1 << 20)
    var buffer = [UInt8](repeating: 0, count: 4096)
    var sent = 0
    var id = Random.number16()
    var refusals = 0
    while sent < total || flying > 0 {
      while sent < total, flying < window {
        id &+= 1
        if first[Int(id)] != 0 { continue }
        let time = Self.now()
        guard try send(id, socket, &refusals) else { break }
        first[Int(id)] = time
        latest[Int(id)] = time
        queue.append(id)
        sent += 1
        flying += 1
      }
      try receive(socket, &buffer, &refusals)
      if flying > 0 { try expire(socket, &refusals) }
    }
  }

  private mutating func send(_ id: UInt16, _ socket: Socket, _ refusals: inout Int)
    throws(SystemError) -> Bool
  {
    message[0] = UInt8(id >> 8)
    message[1] = UInt8(id & 0xFF)
    do throws(SystemError) {
      return try socket.send(message) != nil
    } catch {
      try forgive(error, &refusals)
      return false
    }
  }

  /// The refusal of one datagram is reported by the next call; for ever refused is an error.
  private func forgive(_ error: SystemError, _ refusals: inout Int) throws(SystemError) {
    refusals += 1
    if error.errno != .connectionRefused || (refusals > 3 && result.answered == 0) { throw error }
  }

  /// Takes what is there; waits for it where nothing is.
  private mutating func receive(_ socket: Socket, _ buffer: inout [UInt8], _ refusals: inout Int)
    throws(SystemError)
  {
    var hasWaited = false
    while true {
      var count: Int?
      do throws(SystemError) {
        count = try socket.receive(into: &buffer)
      } catch {
        try forgive(error, &refusals)
        continue
      }
      guard let count else {
        if hasWaited || flying == 0 { return }
        let oldest = queue.indices.contains(head) ? latest[Int(queue[head])] : 0
        let left = max(0, oldest + timeout - Self.now())
        if try socket.wait(for: .read, until: Deadline(seconds: Double(left) / 1e9)).isEmpty {
          return
        }
        hasWaited = true
        continue
      }
      take(buffer, count)
      if flying < window { return }
    }
  }

  private mutating func take(_ buffer: [UInt8], _ count: Int) {
    guard count >= 12 + question.count, buffer[2] & 0x80 != 0 else { return }
    let id = Int(buffer[0]) << 8 | Int(buffer[1])
    guard first[id] != 0 else { return }
    for index in question.indices where buffer[12 + index] != question[index] { return }
    result.add(nanoseconds: Self.now() - first[id])
    result.codes.add(buffer[3])
    first[id] = 0
    flying -= 1
  }

  /// Sends again what has waited too long, once; the second time it is lost.
  private mutating func expire(_ socket: Socket, _ refusals: inout Int) throws(SystemError) {
    while head < queue.count {
      let id = queue[head]
      let started = first[Int(id)]
      if started == 0 {
        head += 1
        continue
      }
      let now = Self.now()
      if now - latest[Int(id)] < timeout { break }
      head += 1
      if latest[Int(id)] != started {
        first[Int(id)] = 0
        flying -= 1
        result.lost += 1
        continue
      }
      result.resent += 1
      latest[Int(id)] = now
      queue.append(id)
      _ = try send(id, socket, &refusals)
    }
    if head > 65536 {
      queue.removeFirst(head)
      head = 0
    }
  }
}
