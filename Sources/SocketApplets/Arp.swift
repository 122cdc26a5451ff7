public import Box
internal import Linux
internal import Netlink

/// Shows the ARP cache in the layouts of net-tools; it changes nothing.
public struct Arp: Command {
  var numeric = false
  var isBSD = false
  var verbose = false
  var interface: String?

  public init() {}

  public static var manual: Manual<Arp> {
    Manual(
      "arp", "Show the ARP cache", family: .network, operands: "[HOST]",
      options: [
        .flag("n", "numeric", "Addresses as numbers") { $0.numeric = true },
        .flag("a", "all", "In the style of BSD") { $0.isBSD = true },
        .flag("e", nil, "In the style of Linux, the default") { $0.isBSD = false },
        .flag("v", "verbose", "Count the entries") { $0.verbose = true },
        .value("i", "device", "INTERFACE", "Only the entries of an interface") {
          $0.interface = $1
        },
        .refused("d", "delete", "only shows; nothing is changed"),
        .refused("s", "set", "only shows; nothing is changed"),
        .refused("f", "file", "only shows; nothing is changed"),
        .refused("D", "use-device", "only shows; nothing is changed"),
        .refused("H", "hw-type", "there is only Ethernet in /proc/net/arp"),
        .refused("A", "protocol", "there is only IPv4; ip neigh shows IPv6"),
        .refused("p", nil, "there is only IPv4; ip neigh shows IPv6"),
      ],
      examples: [("arp -n", "Which neighbours have been seen?")],
      standard: "net-tools 2.10 arp(8)",
      deviations: ["entries cannot be changed"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.count > 1 { throw .usage("\(operands[1]): one host only") }
    let files = ProcNet(context.root)
    let bytes = try attempt { () throws(SystemError) in try files.contents("arp") }
    let names = numeric ? nil : ReverseNames(context)
    var wanted: IPAddress?
    if let host = operands.first { wanted = try address(of: host, context) }
    let all = bytes.withUnsafeBytes { ArpEntry.parse($0) }
    let shown = all.filter { entry in
      if let interface, !interface.sameBytes(as: entry.interface) { return false }
      return wanted == nil || wanted == IPAddress(entry.address)
    }
    if !isBSD, !shown.isEmpty {
      context.output.line(
        "Address                  HWtype  HWaddress           Flags Mask            Iface")
    }
    for entry in shown {
      let name = IPAddress(entry.address).flatMap { names?.name(of: $0) }.map {
        Sanitize.escaped($0)
      }
      context.output.line(isBSD ? bsdLine(entry, name) : line(entry, name))
    }
    if verbose {
      context.output.line(
        "Entries: \(all.count)\tSkipped: \(all.count - shown.count)\tFound: \(shown.count)")
    }
    if shown.isEmpty, let host = operands.first {
      context.output.line("\(host) (\(wanted?.description ?? host)) -- no entry")
    }
  }

  private func address(of host: String, _ context: Context) throws(Failure) -> IPAddress {
    if let address = IPAddress(host) { return address }
    return try hostAddress(host, context)
  }

  /// Complete, permanent, published.
  private func flags(_ entry: ArpEntry) -> String {
    (entry.flags & 2 != 0 ? "C" : "") + (entry.flags & 4 != 0 ? "M" : "")
      + (entry.flags & 8 != 0 ? "P" : "")
  }

  private func isProxy(_ entry: ArpEntry) -> Bool {
    entry.flags & 8 != 0 && entry.flags & 2 == 0
  }

  private func line(_ entry: ArpEntry, _ name: String?) -> String {
    let head = left(name ?? entry.address, 23) + "  "
    let tail = left("", 16) + Sanitize.escaped(entry.interface)
    if isProxy(entry) {
      return head + left("*", 8) + left("<from_interface>", 20) + left(flags(entry), 6) + tail
    }
    if entry.flags & 2 == 0 {
      return head + left("", 8) + left("(incomplete)", 20) + left("", 6) + tail
    }
    return head + left(hardwareName(entry), 8) + left(hardwareAddress(entry), 20)
      + left(flags(entry), 6) + tail
  }

  private func bsdLine(_ entry: ArpEntry, _ name: String?) -> String {
    var text = (name ?? "?") + " (" + entry.address + ") at "
    if isProxy(entry) {
      text += "<from_interface> "
    } else if entry.flags & 2 == 0 {
      text += "<incomplete> "
    } else {
      text += hardwareAddress(entry) + " [" + hardwareName(entry) + "] "
    }
    if entry.flags & 4 != 0 { text += "PERM " }
    if entry.flags & 8 != 0 { text += "PUB " }
    return text + "on " + Sanitize.escaped(entry.interface)
  }

  private func hardwareName(_ entry: ArpEntry) -> String {
    LinkView.hardwareName(UInt16(clamping: entry.hardware))
  }

  private func hardwareAddress(_ entry: ArpEntry) -> String {
    Sanitize.escaped(entry.hardwareAddress)
  }
}
