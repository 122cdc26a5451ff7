internal import DNS
internal import Linux

/// How the addresses of a name are asked for.
enum PairWay: CaseIterable {
  /// Each from a socket of its own, one type only.
  case onlyA, onlyAAAA
  /// Both at once from one socket, as glibc and musl do.
  case oneSocket
  /// Both at once from two sockets, as Go does.
  case twoSockets

  var types: [RecordType] {
    switch self {
    case .onlyA: [.a]
    case .onlyAAAA: [.aaaa]
    case .oneSocket, .twoSockets: [.a, .aaaa]
    }
  }
}

/// What asking one way came to.
final class PairTally {
  let way: PairWay
  /// By type, in the order of `types`.
  var results: [SoakResult]
  var lookups = 0
  /// Lookups of two of which exactly one had no answer in time.
  var halved = 0

  init(_ way: PairWay) {
    self.way = way
    results = way.types.map { _ in SoakResult() }
  }

  var resent: Int { results.reduce(0) { $0 + $1.resent } }
  var lost: Int { results.reduce(0) { $0 + $1.lost } }
  var answered: Int { results.reduce(0) { $0 + $1.answered } }
  /// Queries whose first datagram came to nothing, in percent.
  var lossPercent: Double {
    let all = answered + lost
    return all == 0 ? 0 : 100 * Double(resent) / Double(all)
  }
}

/// Lookups of a name, each from new sockets: the first packets of a flow are those that the race is about.
///
/// A query without an answer is sent once more after the timeout, as resolvers do.
final class PairRun {
  private final class Query {
    let type: Int
    let socket: Socket
    let message: [UInt8]
    let check: ReplyCheck
    var isOpen = true

    init(_ type: Int, _ socket: Socket, _ message: Message) {
      self.type = type
      self.socket = socket
      self.message = message.bytes
      check = ReplyCheck(message)
    }
  }

  private final class Lookup {
    let queries: [Query]
    let start: Instant
    var limit: Instant
    var isSecond = false

    init(_ queries: [Query], _ start: Instant, _ limit: Instant) {
      self.queries = queries
      self.start = start
      self.limit = limit
    }

    var isOver: Bool { queries.allSatisfy { !$0.isOpen } }
  }

  let tally: PairTally
  private let name: DomainName
  private let server: Endpoint
  private let timeout: Double
  private let total: Int
  private let window: Int
  private let clock = Clock()
  private var running: [Lookup] = []
  private var buffer = [UInt8](repeating: 0, count: 4096)
  private var refusals = 0

  init(
    _ way: PairWay, _ name: DomainName, _ server: Endpoint, timeout: Double, total: Int,
    window: Int
  ) {
    tally = PairTally(way)
    self.name = name
    self.server = server
    self.timeout = timeout
    self.total = total
    self.window = window
  }

  func go() throws(SystemError) {
    while tally.lookups < total || !running.isEmpty {
      while tally.lookups < total, running.count < window {
        tally.lookups += 1
        running.append(try begin())
      }
      try wait()
      let now = clock.monotonic()
      for lookup in running where !lookup.isOver && now >= lookup.limit { try expire(lookup, now) }
      running.removeAll { $0.isOver }
    }
  }

  private func begin() throws(SystemError) -> Lookup {
    let start = clock.monotonic()
    var socket = try open()
    var queries: [Query] = []
    for (index, type) in tally.way.types.enumerated() {
      if index > 0, tally.way == .twoSockets { socket = try open() }
      var query = DNS.Query(Question(name, type), id: Random.number16())
      query.edns = nil
      queries.append(Query(index, socket, query.message))
    }
    let lookup = Lookup(queries, start, start.advanced(by: timeout))
    for query in queries { try send(query) }
    return lookup
  }

  private func open() throws(SystemError) -> Socket {
    let socket = try Socket(Socket.Domain(server.address.family), .datagram)
    _ = try socket.startConnecting(to: .ip(server))
    return socket
  }

  private func send(_ query: Query) throws(SystemError) {
    do throws(SystemError) {
      _ = try query.socket.send(query.message)
    } catch {
      try forgive(error)
    }
  }

  /// The refusal of one datagram is reported by the next call; for ever refused is an error.
  private func forgive(_ error: SystemError) throws(SystemError) {
    refusals += 1
    if error.errno != .connectionRefused || refusals > 3 && tally.answered == 0 { throw error }
  }

  private func wait() throws(SystemError) {
    var waiting: [(lookup: Lookup, query: Query)] = []
    for lookup in running {
      for query in lookup.queries where query.isOpen { waiting.append((lookup, query)) }
    }
    guard let end = running.map({ $0.limit }).min() else { return }
    let items = waiting.map { (descriptor: $0.query.socket.descriptor, events: Readiness.read) }
    let left = max(0, end.since(clock.monotonic()))
    let ready = try Poll.wait(items, until: Deadline(seconds: left))
    for (index, item) in waiting.enumerated() where !ready[index].isEmpty {
      try receive(item.lookup, item.query.socket)
    }
  }

  private func receive(_ lookup: Lookup, _ socket: Socket) throws(SystemError) {
    while true {
      var count: Int?
      do throws(SystemError) {
        count = try socket.receive(into: &buffer)
      } catch {
        return try forgive(error)
      }
      guard let count else { return }
      let bytes = Array(buffer[..<count])
      guard
        let query = lookup.queries.first(where: {
          $0.isOpen && $0.socket === socket && $0.check.stray(bytes) == nil
        })
      else { continue }
      query.isOpen = false
      let seconds = clock.monotonic().since(lookup.start)
      tally.results[query.type].add(nanoseconds: Int(min(seconds, 1e6) * 1e9))
      tally.results[query.type].codes.add(bytes[3])
    }
  }

  /// Sends again what has no answer; the second time it is lost.
  private func expire(_ lookup: Lookup, _ now: Instant) throws(SystemError) {
    let open = lookup.queries.filter { $0.isOpen }
    if !lookup.isSecond, open.count == 1, lookup.queries.count == 2 { tally.halved += 1 }
    for query in open {
      if lookup.isSecond {
        query.isOpen = false
        tally.results[query.type].lost += 1
      } else {
        tally.results[query.type].resent += 1
        try send(query)
      }
    }
    lookup.isSecond = true
    lookup.limit = now.advanced(by: timeout)
  }
}
