internal import Box
internal import DNS
internal import Linux
internal import Netlink
internal import Report

/// Writes sockets as rows of a table or as objects.
final class SsReport {
  let list: SocketList
  let rows: [Int]
  let owners: SocketOwners
  let view: SsView
  let names: PortNames
  let context: Context
  private let automaticPorts: ClosedRange<UInt32>
  private var interfaces: [UInt32: String] = [:]
  private var hosts: ReverseNames?
  let cgroups: CgroupPaths

  init(
    _ list: SocketList, _ rows: [Int], _ owners: SocketOwners, _ view: SsView, _ names: PortNames,
    _ context: Context
  ) {
    self.list = list
    self.rows = rows
    self.owners = owners
    self.view = view
    self.names = names
    self.context = context
    automaticPorts = view.isNumeric ? 0...0 : portRange(ProcNet(context.root))
    cgroups = CgroupPaths(context.root)
  }

  // MARK: Table

  func printTable(withKind: Bool, withState: Bool) {
    let table = SsTable(
      withKind: withKind, withState: withState, header: view.header,
      separatesProcess: context.isInteractive)
    table.reserve(rows: rows.count)
    list.records.withUnsafeBufferPointer { records in
      for index in rows { write(records[index], to: table) }
    }
    table.show(on: context.output)
  }

  private func write(_ record: SocketRecord, to table: SsTable) {
    let text = table.text
    if table.hasKind {
      text.append(SocketWords.kind(record.kind))
      table.endCell()
    }
    if table.hasState {
      text.append(SocketWords.state(record.state))
      table.endCell()
    }
    writeQueue(record.receiveQueue, text)
    table.endCell()
    writeQueue(record.sendQueue, text)
    table.endCell()
    if record.kind.isInternet {
      writeAddress(record.local, record, text)
      table.endCell()
      writePort(record.localPort, record, text)
      table.endCell()
      writeAddress(record.remote, record, text)
      table.endCell()
      writePort(record.remotePort, record, text)
    } else {
      writeOther(record, table)
    }
    table.endCell()
    writeDetails(record, text)
    table.endCell()
  }

  /// At least six columns wide, even without a header.
  private func writeQueue(_ value: UInt32, _ text: TextBuffer) {
    var width = text.append(Int(value))
    while width < 6 {
      text.append(UInt8(ascii: " "))
      width += 1
    }
  }

  private func writeAddress(
    _ address: NetAddress, _ record: SocketRecord, _ text: TextBuffer
  ) {
    if address.isV6, address.isUnspecified, record.v6Only != 1 {
      text.append(UInt8(ascii: "*"))
    } else if view.resolves, let name = hostName(address) {
      text.append(text: Sanitize.escaped(name))
    } else if address.isV6 {
      text.append(UInt8(ascii: "["))
      text.append(address)
      text.append(UInt8(ascii: "]"))
    } else {
      text.append(address)
    }
    if record.interface != 0, address == record.local || address.isLinkLocal {
      text.append(UInt8(ascii: "%"))
      text.append(text: interfaceName(record.interface))
    }
  }

  private func writePort(_ port: UInt32, _ record: SocketRecord, _ text: TextBuffer) {
    text.append(UInt8(ascii: ":"))
    if port == 0 {
      text.append(UInt8(ascii: "*"))
    } else if let name = portName(port, record) {
      text.append(text: Sanitize.escaped(name))
    } else {
      _ = text.append(Int(port))
    }
  }

  private func portName(_ port: UInt32, _ record: SocketRecord) -> String? {
    if view.isNumeric { return nil }
    if record.kind == .raw { return names.ipProtocol(port) }
    if automaticPorts.contains(port) { return nil }
    return names.name(port, isUDP: record.kind == .udp)
  }

  /// Unix, netlink and packet sockets.
  private func writeOther(_ record: SocketRecord, _ table: SsTable) {
    let text = table.text
    let local = otherAddress(record)
    text.append(text: local.address)
    table.endCell()
    text.append(text: local.port)
    table.endCell()
    if record.kind.isUnix { text.append(UInt8(ascii: "*")) }
    table.endCell()
    if record.kind.isUnix {
      text.append(UInt8(ascii: " "))
      _ = text.append(Int(record.remotePort))
    } else {
      text.append(UInt8(ascii: "*"))
    }
  }

  /// Address and port, the latter with what stands in front of it.
  private func otherAddress(_ record: SocketRecord) -> (address: String, port: String) {
    if record.kind.isUnix {
      let name = Sanitize.escaped(list.name(of: record))
      return (name.isEmpty ? "*" : name, " " + String(record.localPort))
    }
    if record.kind == .netlink {
      let family =
        view.isNumeric ? String(record.interface) : SocketWords.netlinkFamily(record.interface)
      return (family, ":" + netlinkPort(record.localPort))
    }
    let family =
      SocketWords.ethernetProtocol(record.localPort, isNumeric: view.isNumeric)
    return (family, ":" + (record.interface == 0 ? "*" : interfaceName(record.interface)))
  }

  private func netlinkPort(_ port: UInt32) -> String {
    if view.isNumeric { return String(Int32(bitPattern: port)) }
    if port == 0 { return "kernel" }
    if let pid = Int32(exactly: port),
      let comm = try? context.root.contents("/proc/\(pid)/comm", limit: 64)
    {
      return Sanitize.escaped(String(bytes: comm.prefix { $0 != 0x0A })) + "/" + String(pid)
    }
    return String(Int32(bitPattern: port))
  }

  func interfaceName(_ index: UInt32) -> String {
    if let name = interfaces[index] { return name }
    let name = Interface.name(index).map { Sanitize.escaped($0) } ?? "if\(index)"
    interfaces[index] = name
    return name
  }

  private func hostName(_ address: NetAddress) -> String? {
    if address.isUnspecified { return nil }
    let known = hosts ?? ReverseNames(context)
    hosts = known
    return known.name(of: address.address)
  }

  // MARK: Queues

  /// Says which accept queues are nearly full: connections then wait, or are dropped.
  func noteFullQueues() {
    for index in rows {
      let record = list.records[index]
      guard isNearlyFull(record) else { continue }
      let place =
        record.kind.isInternet ? endpoint(record, isLocal: true) : otherAddress(record).address
      let percent = UInt64(record.receiveQueue) * 100 / UInt64(record.sendQueue)
      context.note(
        "\(place): accept queue holds \(record.receiveQueue) of \(record.sendQueue) (\(percent) %): "
          + "the program accepts too slowly, or listens with too small a backlog")
    }
  }

  func endpoint(_ record: SocketRecord, isLocal: Bool) -> String {
    let text = TextBuffer(capacity: 64)
    writeAddress(isLocal ? record.local : record.remote, record, text)
    text.append(UInt8(ascii: ":"))
    let port = isLocal ? record.localPort : record.remotePort
    if port == 0 { text.append(UInt8(ascii: "*")) } else { _ = text.append(Int(port)) }
    return String(bytes: Array(text.bytes))
  }

  /// The parts of an address for programs.
  func parts(_ record: SocketRecord) -> (local: String, remote: String) {
    if record.kind.isInternet { return (record.local.text, record.remote.text) }
    if record.kind.isUnix { return (list.name(of: record), "") }
    return (otherAddress(record).address, "")
  }
}
