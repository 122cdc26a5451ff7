internal import Accounts
internal import Box
internal import Linux
internal import Netlink

/// The tables of sockets, from `/proc/net`.
final class NetstatSockets {
  private let view: NetstatView
  private let context: Context
  private let files: ProcNet
  private let names: PortNames
  private let hosts: ReverseNames
  private let users: Accounts
  private var owners: SocketOwners
  private let list = SocketList(keepsDetails: false)
  private var unix: [UnixEntry] = []
  private var hasInternet = false
  private var hasUnix = false

  init(_ view: NetstatView, _ context: Context) {
    self.view = view
    self.context = context
    files = ProcNet(context.root)
    names = PortNames(context.root)
    hosts = ReverseNames(context)
    users = Accounts(root: context.root)
    owners = SocketOwners(context.root)
  }

  func load(_ kinds: [SocketKind], _ families: (v4: Bool, v6: Bool), unix wantsUnix: Bool)
    throws(Failure)
  {
    hasInternet = !kinds.isEmpty
    for kind in [SocketKind.tcp, .udp, .raw] where kinds.contains(kind) {
      let name = "\(SocketWords.kind(kind))"
      if families.v4 {
        let bytes = try attempt { () throws(SystemError) in try files.contents(name) }
        bytes.withUnsafeBytes { list.addTable(kind, isV6: false, $0) }
      }
      // A kernel without IPv6 has no such table.
      if families.v6, let bytes = try? files.contents(name + "6") {
        bytes.withUnsafeBytes { list.addTable(kind, isV6: true, $0) }
      }
    }
    list.records = list.records.filter { isShown($0) }
    hasUnix = wantsUnix
    if wantsUnix {
      let bytes = try attempt { () throws(SystemError) in try files.contents("unix") }
      bytes.withUnsafeBytes { all in
        Words.forEachLine(all, skipping: 1) { unix.append(UnixEntry($0)) }
      }
      unix = unix.filter { view.all || $0.isListening == view.listening }
    }
    guard view.programs else { return }
    owners.find(
      Set(
        (list.records.map { $0.inode } + unix.map { UInt32(clamping: $0.inode) })
          .filter { $0 != 0 }))
  }

  /// A TCP socket is a server while it listens; others are while they have no peer.
  private func isShown(_ record: SocketRecord) -> Bool {
    if view.all { return true }
    let isServer =
      record.kind == .tcp
      ? record.state == SocketState.listen : record.state != SocketState.established
    return isServer == view.listening
  }

  func show() {
    if hasInternet { showInternet() }
    if hasUnix { showUnix() }
    context.output.flush()
    owners.noteHidden(context)
  }

  private func showInternet() {
    let output = context.output
    output.line("Active Internet connections (\(view.extent))")
    var title = "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
    if view.extended { title += " User       Inode     " }
    if view.programs { title += " PID/Program name    " }
    if view.timers { title += " Timer" }
    output.line(title)
    let line = TextBuffer(capacity: 256)
    for record in list.records {
      line.removeAll()
      write(record, to: line)
      line.append(UInt8(ascii: "\n"))
      output.write(line.bytes)
    }
  }

  private func write(_ record: SocketRecord, to line: TextBuffer) {
    line.append(SocketWords.kind(record.kind))
    if record.isV6 { line.append(UInt8(ascii: "6")) }
    pad(line, to: 6)
    put(line, record.receiveQueue, width: 6)
    line.append(UInt8(ascii: " "))
    put(line, record.sendQueue, width: 6)
    line.append(UInt8(ascii: " "))
    var start = line.count
    writeEnd(record.local, record.localPort, record, line)
    pad(line, to: start + 23)
    line.append(UInt8(ascii: " "))
    start = line.count
    writeEnd(record.remote, record.remotePort, record, line)
    pad(line, to: start + 23)
    line.append(UInt8(ascii: " "))
    start = line.count
    writeState(record, line)
    pad(line, to: start + 11)
    if view.extended {
      putText(line, user(record.uid), width: 10)
      putText(line, String(record.inode), width: 10)
    }
    if view.programs { putText(line, program(record.inode), width: 19, trailing: true) }
    if view.timers { writeTimer(record, line) }
  }

  private func pad(_ line: TextBuffer, to column: Int) {
    while line.count < column { line.append(UInt8(ascii: " ")) }
  }

  /// A number flush right.
  private func put(_ line: TextBuffer, _ value: UInt32, width: Int) {
    var rest = value
    var digits = 1
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    pad(line, to: line.count + max(0, width - digits))
    _ = line.append(Int(value))
  }

  private func putText(_ line: TextBuffer, _ text: String, width: Int, trailing: Bool = false) {
    line.append(UInt8(ascii: " "))
    let start = line.count
    line.append(text: text)
    pad(line, to: start + width)
    if trailing { line.append(UInt8(ascii: " ")) }
  }

  /// Address and port in at most 23 columns: the address is cut.
  private func writeEnd(
    _ address: NetAddress, _ port: UInt32, _ record: SocketRecord, _ line: TextBuffer
  ) {
    let tail = portText(port, record)
    let start = line.count
    let plain =
      address.isMapped ? NetAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
    if !view.numericHosts, address.isV6, address.isUnspecified {
      line.append("[::]")
    } else if !view.numericHosts, !address.isUnspecified, !address.isMapped,
      let name = hosts.name(of: plain.address)
    {
      writeCut(Sanitize.escaped(name), tail, line)
    } else if view.wide || !address.isV6 {
      line.append(plain)
    } else {
      writeCut(plain.text, tail, line)
    }
    if line.count == start { line.append(UInt8(ascii: "*")) }
    line.append(UInt8(ascii: ":"))
    line.append(text: tail)
  }

  private func writeCut(_ host: String, _ tail: String, _ line: TextBuffer) {
    let room = max(1, 22 - tail.utf8.count)
    let isCut = !view.wide && host.utf8.count > room
    line.append(text: isCut ? String(bytes: host.bytes.prefix(room)) : host)
  }

  private func portText(_ port: UInt32, _ record: SocketRecord) -> String {
    if port == 0 { return "*" }
    if !view.numericPorts {
      let name =
        record.kind == .raw
        ? names.ipProtocol(port) : names.name(port, isUDP: record.kind == .udp)
      if let name { return Sanitize.escaped(name) }
    }
    return String(port)
  }

  private func writeState(_ record: SocketRecord, _ line: TextBuffer) {
    switch record.kind {
    case .raw: _ = line.append(Int(record.state))
    case .udp: if record.state == SocketState.established { line.append("ESTABLISHED") }
    default: line.append(Self.state(record.state))
    }
  }

  private static func state(_ state: UInt8) -> StaticString {
    switch state {
    case SocketState.established: "ESTABLISHED"
    case SocketState.synSent: "SYN_SENT"
    case SocketState.synReceived: "SYN_RECV"
    case SocketState.finWait1: "FIN_WAIT1"
    case SocketState.finWait2: "FIN_WAIT2"
    case SocketState.timeWait: "TIME_WAIT"
    case SocketState.closed: "CLOSE"
    case SocketState.closeWait: "CLOSE_WAIT"
    case SocketState.lastAck: "LAST_ACK"
    case SocketState.listen: "LISTEN"
    case SocketState.closing: "CLOSING"
    default: "UNKNOWN"
    }
  }

  private func user(_ uid: UInt32) -> String {
    if view.numericUsers { return String(uid) }
    return users.user(uid).map { Sanitize.escaped($0) } ?? String(uid)
  }

  /// `7/nginx`, in at most nineteen columns.
  private func program(_ inode: UInt32) -> String {
    guard let owner = owners[inode].first else { return "-" }
    let text = String(owner.pid) + "/" + Sanitize.escaped(owners.name(of: owner))
    return String(bytes: text.bytes.prefix(19))
  }

  private func writeTimer(_ record: SocketRecord, _ line: TextBuffer) {
    line.append(UInt8(ascii: " "))
    switch record.timer {
    case 0: line.append("off")
    case 1: line.append("on")
    case 2: line.append("keepalive")
    case 3: line.append("timewait")
    case 4: line.append("probe")
    default: line.append("unknown")
    }
    line.append(text: " (" + fixed(Double(record.expires) / 1000, 2))
    line.append(text: "/\(record.retransmits)/\(record.probes))")
  }

  private func showUnix() {
    let output = context.output
    output.line("Active UNIX domain sockets (\(view.extent))")
    var title = "Proto RefCnt Flags       Type       State         I-Node  "
    if view.programs { title += " PID/Program name    " }
    output.line(title + " Path")
    for entry in unix {
      let line = TextBuffer(capacity: 128)
      line.append("unix ")
      putText(line, String(entry.references), width: 6)
      putText(line, Self.flags(entry.flags), width: 11)
      putText(line, Self.type(entry.type), width: 10)
      putText(line, Self.state(entry), width: 13)
      putText(line, String(entry.inode), width: 8)
      if view.programs { putText(line, program(UInt32(clamping: entry.inode)), width: 20) }
      line.append(UInt8(ascii: " "))
      line.append(text: Sanitize.escaped(String(bytes: entry.path)))
      line.append(UInt8(ascii: "\n"))
      output.write(line.bytes)
    }
  }

  /// `[ ACC ]`: accepts, waits for data, waits for space.
  private static func flags(_ flags: UInt32) -> String {
    var text = "[ "
    if flags & 0x10000 != 0 { text += "ACC " }
    if flags & 0x20000 != 0 { text += "W " }
    if flags & 0x40000 != 0 { text += "N " }
    return text + "]"
  }

  private static func type(_ type: UInt8) -> String {
    switch type {
    case 1: "STREAM"
    case 2: "DGRAM"
    case 3: "RAW"
    case 4: "RDM"
    case 5: "SEQPACKET"
    default: "UNKNOWN"
    }
  }

  private static func state(_ entry: UnixEntry) -> String {
    switch entry.state {
    case 0: "FREE"
    case 1: entry.isListening ? "LISTENING" : ""
    case 2: "CONNECTING"
    case 3: "CONNECTED"
    case 4: "DISCONNECTING"
    default: "UNKNOWN"
    }
  }
}
