internal import Linux

/// A counter of the kernel: `TcpExtListenDrops`, in the order of its table.
public struct NetCounter: Sendable {
  /// The table it stands in: `TcpExt`.
  public let group: String
  public let field: String
  public let value: Int

  public var name: String { group + field }

  /// `/proc/net/snmp` and `/proc/net/netstat`: a line of names, then a line of values.
  public static func pairs(_ bytes: UnsafeRawBufferPointer) -> [NetCounter] {
    var counters: [NetCounter] = []
    var names: [String] = []
    var group = ""
    Words.forEachLine(bytes) { line in
      var words = Words(line)
      var head = words.text()
      if head.hasSuffix(":") { head.removeLast() }
      if names.isEmpty || !head.sameBytes(as: group) {
        group = head
        names = []
        while names.count < 4096 {
          let name = words.next()
          if name.isEmpty { break }
          names.append(String(bytes: name))
        }
        return
      }
      for name in names {
        let value = words.next()
        if value.isEmpty { break }
        counters.append(NetCounter(group: group, field: name, value: Words.decimal(value)))
      }
      names = []
    }
    return counters
  }

  /// `/proc/net/snmp6`: a name and a value on each line.
  public static func single(_ bytes: UnsafeRawBufferPointer) -> [NetCounter] {
    var counters: [NetCounter] = []
    Words.forEachLine(bytes) { line in
      var words = Words(line)
      let name = words.text()
      let value = words.next()
      if value.isEmpty { return }
      counters.append(NetCounter(group: "", field: name, value: Words.decimal(value)))
    }
    return counters
  }
}

extension [NetCounter] {
  /// The value of `TcpExtListenDrops`; nil where the kernel does not count it.
  public func value(_ name: StaticString) -> Int? {
    let wanted = "\(name)"
    return first { $0.name.sameBytes(as: wanted) }?.value
  }
}

/// A line of `/proc/net/dev`.
public struct DeviceEntry: Sendable {
  public let name: String
  public let statistics: LinkStatistics

  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [DeviceEntry] {
    var entries: [DeviceEntry] = []
    Words.forEachLine(bytes, skipping: 2) { line in
      // A counter may stand right behind the colon, and a name may hold one.
      guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { return }
      var head = Words(UnsafeRawBufferPointer(rebasing: line[..<colon]))
      var words = Words(UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]))
      func counter() -> UInt64 { UInt64(Swift.max(0, words.decimal())) }
      var statistics = LinkStatistics()
      statistics.receivedBytes = counter()
      statistics.receivedPackets = counter()
      statistics.receiveErrors = counter()
      statistics.receiveDropped = counter()
      statistics.receiveFIFOErrors = counter()
      statistics.frameErrors = counter()
      _ = counter()
      statistics.multicast = counter()
      statistics.sentBytes = counter()
      statistics.sentPackets = counter()
      statistics.sendErrors = counter()
      statistics.sendDropped = counter()
      statistics.sendFIFOErrors = counter()
      statistics.collisions = counter()
      statistics.carrierErrors = counter()
      entries.append(DeviceEntry(name: head.text(), statistics: statistics))
    }
    return entries
  }
}

/// What each processor did with packets, `/proc/net/softnet_stat`.
public struct SoftnetEntry: Sendable {
  public let processed: Int
  /// Packets thrown away because the backlog was full.
  public let dropped: Int
  /// How often there was more to do than time.
  public let squeezed: Int

  public static func parse(_ bytes: UnsafeRawBufferPointer) -> [SoftnetEntry] {
    var entries: [SoftnetEntry] = []
    Words.forEachLine(bytes) { line in
      var words = Words(line)
      func number() -> Int { Int(words.hexadecimal() & 0xFFFF_FFFF) }
      entries.append(SoftnetEntry(processed: number(), dropped: number(), squeezed: number()))
    }
    return entries
  }
}

/// How many sockets there are, `/proc/net/sockstat` and `sockstat6`: `TCP: inuse 5 orphan 0`.
public struct SocketCounts: Sendable {
  private var numbers: [(name: String, value: Int)] = []

  public init(_ tables: [[UInt8]]) {
    for table in tables {
      table.withUnsafeBytes { bytes in
        Words.forEachLine(bytes) { line in
          var words = Words(line)
          let head = words.text()
          while numbers.count < 4096 {
            let key = words.next()
            let value = words.next()
            if value.isEmpty { return }
            numbers.append((name: head + String(bytes: key), value: Words.decimal(value)))
          }
        }
      }
    }
  }

  /// The number behind `TCP:` and `inuse`, by the name `TCP:inuse`; 0 where there is none.
  public func value(_ name: StaticString) -> Int {
    let wanted = "\(name)"
    return numbers.first { $0.name.sameBytes(as: wanted) }?.value ?? 0
  }
}
