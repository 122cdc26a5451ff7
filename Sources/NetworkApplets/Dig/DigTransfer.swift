internal import Box
internal import DNS
internal import Linux

/// A zone transfer, RFC 5936 and RFC 1995: messages until the SOA comes again.
struct DigTransfer {
  let session: DigSession
  let lookup: DigLookup
  let servers: [NamedServer]
  /// Shows a record in place of dig's own way.
  let showsRecord: ((Record) -> Void)?
  /// Where the zone comes over TLS, RFC 9103.
  var security: (any ChannelSecurity)?

  init(
    _ session: DigSession, _ lookup: DigLookup, _ servers: [NamedServer],
    showsRecord: ((Record) -> Void)? = nil
  ) {
    self.session = session
    self.lookup = lookup
    self.servers = servers
    self.showsRecord = showsRecord
  }

  private enum Ending {
    case complete
    case refused(Message)
    case failed(ChannelError)
    case damaged(WireError, [UInt8])
  }

  /// - Returns: whether the zone came.
  @discardableResult
  func run(_ name: DomainName) -> Bool {
    for server in servers {
      var state = State(lookup)
      let start = Clock().monotonic()
      switch transfer(name, server, &state) {
      case .complete:
        showTotals(state, server, Clock().monotonic().since(start))
        return true
      case .refused(let message):
        session.flushGreeting(lookup, servers.count)
        if showsRecord != nil, message.code != .noError {
          session.output.line(
            "Host \(name.relative) not found: \(message.code.code)(\(message.code.description))")
        }
        session.output.line("; Transfer failed.")
        return false
      case .damaged(let error, let bytes):
        session.flushGreeting(lookup, servers.count)
        session.output.line(";; Got bad packet: \(error.description)")
        session.output.write(hexDump(bytes))
        return false
      case .failed(let error):
        let asked = name.relative
        session.output.line(
          ";; Connection to \(server.label) for \(asked) failed: \(error.description).")
      }
    }
    session.status = max(session.status, 9)
    session.flushGreeting(lookup, servers.count)
    session.output.line(";; no servers could be reached")
    return false
  }

  private func transfer(_ name: DomainName, _ server: NamedServer, _ state: inout State) -> Ending {
    let query = lookup.query(name)
    let timeout = lookup.timeout ?? 5
    var bytes: [UInt8] = []
    do throws(ChannelError) {
      let channel = try Channel(
        to: server.endpoint, isTCP: true, from: lookup.source, security: security,
        until: Deadline(seconds: timeout))
      if lookup.showsQuery {
        session.showQuery(query.message, query.bytes.count, lookup, server)
      }
      try channel.send(query.bytes, until: Deadline(seconds: timeout))
      while !state.isComplete {
        // Each message has its own limit: a zone may be long, a pause may not.
        bytes = try channel.receive(until: Deadline(seconds: max(timeout, 10)))
        guard let message = try? Message(bytes) else { return .damaged(.truncated, bytes) }
        if let damage = message.damage { return .damaged(damage, bytes) }
        if message.id != query.id || message.code != .noError || message.answers.isEmpty {
          return .refused(message)
        }
        if state.messages == 0 { session.flushGreeting(lookup, servers.count) }
        state.bytes += bytes.count
        state.messages += 1
        for record in message.answers where state.take(record) { show(record) }
      }
    } catch {
      return .failed(error)
    }
    return .complete
  }

  private func show(_ record: Record) {
    let style = lookup.style.records
    if let showsRecord {
      showsRecord(record)
    } else if lookup.isShort {
      session.output.write(record.dataText(style))
      session.output.write(UInt8(10))
    } else if lookup.showsAnswer {
      session.output.write(record.line(style))
    }
  }

  private func showTotals(_ state: State, _ server: NamedServer, _ seconds: Double) {
    guard lookup.showsStatistics else { return }
    let footer = DigFooter(
      lookup: lookup, server: server, transport: lookup.tls.isOn ? "TLS" : "TCP", seconds: seconds,
      now: session.context.clock.now())
    session.output.write(footer.lines)
    session.output.line(
      ";; XFR size: \(state.records) records (messages \(state.messages), bytes \(state.bytes))\n")
  }

  /// How far the transfer is.
  private struct State {
    var messages = 0
    var records = 0
    var bytes = 0
    var isComplete = false
    private let lookup: DigLookup
    private var serial: [UInt8]?
    private var isIncremental = false
    private var soas = 0

    init(_ lookup: DigLookup) { self.lookup = lookup }

    /// Counts a record; returns whether it is shown.
    mutating func take(_ record: Record) -> Bool {
      if isComplete { return false }
      records += 1
      guard record.type == .soa else { return true }
      soas += 1
      guard let first = serial else {
        serial = record.data
        // The server has nothing newer: one SOA is all there is.
        if lookup.type == .ixfr, isNotNewer(record) { isComplete = true }
        return true
      }
      if records == 2, lookup.type == .ixfr { isIncremental = true }
      // Differences hold the new SOA once per change, and once more at the end.
      if record.data == first, !isIncremental || soas % 2 == 0 && soas > 2 { isComplete = true }
      return !(lookup.onlyOneSOA && !isIncremental)
    }

    private func isNotNewer(_ record: Record) -> Bool {
      guard record.data.count >= 20 else { return true }
      var current: UInt32 = 0
      for byte in record.data[(record.data.count - 20)..<(record.data.count - 16)] {
        current = current << 8 | UInt32(byte)
      }
      return Int32(bitPattern: current &- (lookup.serial ?? 0)) <= 0
    }
  }
}
