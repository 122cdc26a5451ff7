internal import Box
internal import Linux
internal import Netlink

/// The routing tables in the layout of net-tools, from `/proc/net`.
struct RouteTable {
  private let context: Context
  private let files: ProcNet
  private let names: ReverseNames?

  init(_ context: Context, numeric: Bool) {
    self.context = context
    files = ProcNet(context.root)
    names = numeric ? nil : ReverseNames(context)
  }

  enum Layout {
    /// `route`, `netstat -re`.
    case plain
    /// `route -e`, `netstat -r`.
    case statistics
    /// `route -ee`.
    case wide
  }

  func showV4(_ layout: Layout) throws(Failure) {
    let bytes = try attempt { () throws(SystemError) in try files.contents("route") }
    let output = context.output
    output.line("Kernel IP routing table")
    output.line(
      layout == .statistics
        ? "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface"
        : layout == .plain
          ? "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface"
          : "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface"
            + "    MSS   Window irtt")
    for entry in bytes.withUnsafeBytes({ RouteEntry.parse($0) })
    where entry.flags & (RouteEntry.isUp | RouteEntry.isReject) != 0 {
      output.line(line(entry, layout))
    }
  }

  private func line(_ entry: RouteEntry, _ layout: Layout) -> String {
    let isRejected = entry.flags & RouteEntry.isReject != 0
    let gateway = isRejected ? "-" : host(entry.gateway)
    let head =
      left(destination(entry), 15) + " " + left(gateway, 15) + " " + left(entry.mask.text, 15) + " "
    let device = isRejected ? "-" : Sanitize.escaped(entry.interface)
    func value(_ number: Int) -> String { isRejected ? "-" : String(number) }
    switch layout {
    case .statistics:
      return head + left(flags(entry), 6) + right(value(entry.mtu), 5) + " "
        + left(value(entry.window), 5) + " " + right(value(entry.roundTrip), 6) + " " + device
    case .plain, .wide:
      let middle =
        head + left(flags(entry), 5) + " " + left(String(entry.metric), 6) + " "
        + left(value(entry.references), 2) + " " + right(String(entry.use), 7) + " "
      if layout == .plain { return middle + device }
      return middle + left(device, 8) + " " + left(value(entry.mtu), 5) + " "
        + left(value(entry.window), 6) + " " + value(entry.roundTrip)
    }
  }

  private func destination(_ entry: RouteEntry) -> String {
    if names != nil, entry.destination.isUnspecified, entry.mask.isUnspecified { return "default" }
    return entry.flags & RouteEntry.isHost != 0 ? host(entry.destination) : entry.destination.text
  }

  private func host(_ address: NetAddress) -> String {
    if address.isUnspecified { return address.text }
    guard let name = names?.name(of: address.address) else { return address.text }
    return String(bytes: Sanitize.escaped(name).bytes.prefix(15))
  }

  private func flags(_ entry: RouteEntry) -> String {
    // RTF_*.
    let isRejected = entry.flags & RouteEntry.isReject != 0
    var text = isRejected ? "!" : "U"
    let known: [(bit: UInt32, letter: StaticString)] = [
      (bit: 0x2, letter: "G"), (bit: 0x4, letter: "H"), (bit: 0x8, letter: "R"),
      (bit: 0x10, letter: "D"), (bit: 0x20, letter: "M"),
    ]
    for flag in known where entry.flags & flag.bit != 0 { text += "\(flag.letter)" }
    return text
  }

  func showV6(title: Bool) throws(Failure) {
    let bytes = try attempt { () throws(SystemError) in try files.contents("ipv6_route") }
    let output = context.output
    output.line("Kernel IPv6 routing table")
    output.line("Destination                    Next Hop                   Flag Met Ref  Use If")
    for entry in bytes.withUnsafeBytes({ RouteEntryV6.parse($0) }) {
      output.line(
        left(hostV6(entry.destination) + "/\(entry.prefix)", 30) + " "
          + left(hostV6(entry.gateway), 26) + " " + left(flagsV6(entry.flags), 4) + " "
          + left(String(Int32(bitPattern: entry.metric)), 3) + " "
          + left(String(entry.references), 3)
          + right(String(entry.use), 5) + " " + Sanitize.escaped(entry.interface))
    }
  }

  private func hostV6(_ address: NetAddress) -> String {
    guard let names else { return address.text }
    if address.isUnspecified { return "[::]" }
    return names.name(of: address.address).map { Sanitize.escaped($0) } ?? address.text
  }

  private func flagsV6(_ flags: UInt32) -> String {
    // RTF_*, `linux/ipv6_route.h`.
    var text = flags & RouteEntry.isReject != 0 ? "!" : flags & RouteEntry.isUp != 0 ? "U" : ""
    let known: [(bit: UInt32, letter: StaticString)] = [
      (bit: 0x2, letter: "G"), (bit: 0x4, letter: "H"), (bit: 0x10000, letter: "D"),
      (bit: 0x40000, letter: "A"), (bit: 0x100_0000, letter: "C"), (bit: 0x20000, letter: "a"),
      (bit: 0x40_0000, letter: "e"), (bit: 0x80_0000, letter: "m"), (bit: 0x20_0000, letter: "n"),
      (bit: 0x200_0000, letter: "f"),
    ]
    for flag in known where flags & flag.bit != 0 { text += "\(flag.letter)" }
    return text
  }
}

/// `text` with blanks behind it.
func left(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.utf8.count))
}

/// `text` with blanks in front of it.
func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.utf8.count)) + text
}
