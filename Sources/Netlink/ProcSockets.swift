internal import Linux

// The kernel's tables of sockets as text, proc(5): `/proc/net/tcp`, `udp`, `raw`, their IPv6 kin, `unix`, `netlink`.
extension SocketList {
  /// Appends the sockets of a table of internet sockets.
  public func addTable(
    _ kind: SocketKind, isV6: Bool, states: StateSet = .all, _ bytes: UnsafeRawBufferPointer
  ) {
    Words.forEachLine(bytes, skipping: 1) { line in
      guard let record = Self.record(kind, isV6: isV6, line),
        states.contains(StateSet(record.state))
      else { return }
      records.append(record)
    }
  }

  private static func record(_ kind: SocketKind, isV6: Bool, _ line: UnsafeRawBufferPointer)
    -> SocketRecord?
  {
    var words = Words(line)
    words.skip(1)
    guard let local = endpoint(words.next(), isV6), let remote = endpoint(words.next(), isV6) else {
      return nil
    }
    let state = UInt8(truncatingIfNeeded: words.hexadecimal() & 15)
    var record = SocketRecord(
      kind, state: state == SocketState.newSynReceived ? SocketState.synReceived : state)
    (record.local, record.localPort) = local
    (record.remote, record.remotePort) = remote
    (record.sendQueue, record.receiveQueue) = pair(words.next())
    let (timer, ticks) = pair(words.next())
    record.timer = UInt8(truncatingIfNeeded: timer)
    // Ticks of a hundredth of a second.
    record.expires = ticks.multipliedReportingOverflow(by: 10).partialValue
    record.retransmits = UInt8(clamping: words.hexadecimal())
    record.uid = UInt32(clamping: words.decimal())
    record.probes = UInt8(clamping: words.decimal())
    record.inode = UInt32(clamping: words.decimal())
    return record
  }

  /// `0100007F:1F90`: words of the address in the machine's order, each as hexadecimal.
  private static func endpoint(_ word: UnsafeRawBufferPointer, _ isV6: Bool) -> (
    NetAddress, UInt32
  )? {
    let length = isV6 ? 32 : 8
    guard word.count > length, word[length] == UInt8(ascii: ":") else { return nil }
    func group(_ index: Int) -> UInt64 {
      let digits = UnsafeRawBufferPointer(rebasing: word[(index * 8)..<(index * 8 + 8)])
      return UInt64(UInt32(truncatingIfNeeded: Words.hexadecimal(digits)).byteSwapped)
    }
    let port = UnsafeRawBufferPointer(rebasing: word[(length + 1)...])
    let number = UInt32(truncatingIfNeeded: Words.hexadecimal(port) & 0xFFFF)
    if !isV6 { return (NetAddress(v4: UInt32(group(0))), number) }
    let address = NetAddress(high: group(0) << 32 | group(1), low: group(2) << 32 | group(3))
    return (address, number)
  }

  /// `00000000:0000001F`.
  private static func pair(_ word: UnsafeRawBufferPointer) -> (UInt32, UInt32) {
    guard let colon = word.firstIndex(of: UInt8(ascii: ":")) else { return (0, 0) }
    let first = Words.hexadecimal(UnsafeRawBufferPointer(rebasing: word[..<colon]))
    let second = Words.hexadecimal(UnsafeRawBufferPointer(rebasing: word[(colon + 1)...]))
    return (UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: second))
  }

  /// Appends the sockets of `/proc/net/unix`.
  public func addUnixTable(states: StateSet = .all, _ bytes: UnsafeRawBufferPointer) {
    Words.forEachLine(bytes, skipping: 1) { line in
      let socket = UnixEntry(line)
      var record = SocketRecord(Self.unixKind(socket.type), state: socket.diagnosticState)
      guard states.contains(StateSet(record.state)) else { return }
      record.localPort = UInt32(clamping: socket.inode)
      record.inode = record.localPort
      socket.path.withUnsafeBytes { record.name = keep($0) }
      records.append(record)
    }
  }

  /// Appends the sockets of `/proc/net/netlink`.
  public func addNetlinkTable(_ bytes: UnsafeRawBufferPointer) {
    Words.forEachLine(bytes, skipping: 1) { line in
      var words = Words(line)
      words.skip(1)
      var record = SocketRecord(.netlink, state: SocketState.closed)
      record.interface = UInt32(clamping: words.decimal())
      record.localPort = UInt32(clamping: words.decimal())
      words.skip(1)
      record.receiveQueue = UInt32(clamping: words.decimal())
      record.sendQueue = UInt32(clamping: words.decimal())
      words.skip(3)
      record.inode = UInt32(clamping: words.decimal())
      records.append(record)
    }
  }
}

/// A line of `/proc/net/unix`.
public struct UnixEntry: Sendable {
  public let references: Int
  public let flags: UInt32
  /// SOCK_*.
  public let type: UInt8
  /// 1 free, 2 connecting, 3 connected, 4 disconnecting.
  public let state: UInt8
  public let inode: Int
  public let path: [UInt8]

  /// Whether it takes connections.
  public var isListening: Bool { flags & 0x10000 != 0 }

  public init(_ line: UnsafeRawBufferPointer) {
    var words = Words(line)
    words.skip(1)
    references = Int(truncatingIfNeeded: words.hexadecimal() & 0xFFFF_FFFF)
    words.skip(1)
    flags = UInt32(truncatingIfNeeded: words.hexadecimal())
    type = UInt8(truncatingIfNeeded: words.hexadecimal())
    state = UInt8(truncatingIfNeeded: words.hexadecimal())
    inode = words.decimal()
    path = Array(words.rest())
  }

  /// The state as sock_diag(7) tells it.
  var diagnosticState: UInt8 {
    isListening
      ? SocketState.listen
      : state == 3 ? SocketState.established : state == 2 ? SocketState.synSent : SocketState.closed
  }
}

extension SocketList {
  /// Appends the sockets of `/proc/net/packet`.
  public func addPacketTable(_ bytes: UnsafeRawBufferPointer) {
    Words.forEachLine(bytes, skipping: 1) { line in
      var words = Words(line)
      words.skip(2)
      let isRaw = words.decimal() == 3
      var record = SocketRecord(
        isRaw ? .packetRaw : .packetDatagram, state: SocketState.closed)
      record.localPort = UInt32(truncatingIfNeeded: words.hexadecimal() & 0xFFFF)
      record.interface = UInt32(clamping: words.decimal())
      words.skip(1)
      record.receiveQueue = UInt32(clamping: words.decimal())
      record.uid = UInt32(clamping: words.decimal())
      record.inode = UInt32(clamping: words.decimal())
      records.append(record)
    }
  }
}
