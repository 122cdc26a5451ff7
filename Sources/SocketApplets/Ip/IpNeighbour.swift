internal import Box
internal import Linux
internal import Netlink
internal import Report

/// `ip neighbour`: who was seen on the links.
struct IpNeighbour {
  private let printer: IpPrinter
  private let source: NetSource
  private var device: UInt32?
  private var network: NetPrefix?
  private var proxies = false
  private var unused = false
  /// NUD_* that are shown: all but those that need no resolution, and none.
  private var states: UInt16 = 0xBF
  private var hasStates = false

  init(_ printer: IpPrinter, _ source: NetSource) {
    self.printer = printer
    self.source = source
  }

  private static let states: [(name: StaticString, bit: UInt16)] = [
    (name: "INCOMPLETE", bit: Neighbour.incomplete), (name: "REACHABLE", bit: Neighbour.reachable),
    (name: "STALE", bit: Neighbour.stale), (name: "DELAY", bit: Neighbour.delay),
    (name: "PROBE", bit: Neighbour.probe), (name: "FAILED", bit: Neighbour.failed),
    (name: "NOARP", bit: Neighbour.noARP), (name: "PERMANENT", bit: Neighbour.permanent),
  ]

  mutating func run(_ words: ArraySlice<String>) throws(Failure) {
    var words = IpWords(words, object: "neighbour")
    _ = try words.command()
    while let word = words.next() {
      switch word {
      case "dev": device = try words.device(word, in: source)
      case "proxy": proxies = true
      case "unused": unused = true
      case "nud": try addState(try words.value(word))
      default:
        let text = word == "to" ? try words.value(word) : word
        guard let prefix = NetPrefix(text) else { throw words.unknown(text) }
        network = prefix
      }
    }
    let family = printer.style.family
    for neighbour in try source.neighbours(family: family, proxies: proxies)
    where accepts(neighbour) {
      let record = printer.record()
      if printer.style.isBrief { brief(neighbour, record) } else { show(neighbour, record) }
      printer.add(record)
    }
  }

  private mutating func addState(_ name: String) throws(Failure) {
    if !hasStates { states = 0 }
    hasStates = true
    if name == "all" {
      states = .max
    } else if let state = Self.states.first(where: { "\($0.name)".asciiLowercased == name }) {
      states |= state.bit
    } else {
      throw .usage("\(name): no such state")
    }
  }

  private func accepts(_ neighbour: Neighbour) -> Bool {
    guard let address = neighbour.address,
      neighbour.family == NetAddress.v4Family || neighbour.family == NetAddress.v6Family
    else { return false }
    if let device, neighbour.interface != device { return false }
    if !proxies, neighbour.state & states == 0, states != .max { return false }
    // Broadcast and multicast are no neighbours.
    if neighbour.type == 5 || neighbour.type == 3, !hasStates { return false }
    if unused, neighbour.references > 0 { return false }
    if let network { return address.matches(network.address, prefix: network.length) }
    return true
  }

  private func show(_ neighbour: Neighbour, _ record: IpRecord) {
    let isV6 = neighbour.family == NetAddress.v6Family
    if let address = neighbour.address {
      record.put("dst", .string(address.text), address.text + " ", isV6 ? .v6 : .v4)
    }
    if device == nil {
      let name = source.name(of: neighbour.interface)
      record.write("dev ")
      record.put("dev", .string(name), Sanitize.escaped(name) + " ", .interface)
    }
    if !neighbour.hardwareAddress.isEmpty {
      let text = hardwareText(neighbour.hardwareAddress)
      record.write("lladdr ")
      record.put("lladdr", .string(text), text + " ", .hardware)
    }
    if neighbour.flags & Neighbour.isRouter != 0 { record.put("router", .null, "router ") }
    if neighbour.flags & Neighbour.isProxy != 0 { record.put("proxy", .null, "proxy ") }
    if printer.style.statistics > 0 { showUse(neighbour, record) }
    let names = Self.states.filter { neighbour.state & $0.bit != 0 }
    if !names.isEmpty {
      record.put(
        "state", .array(names.map { .string("\($0.name)") }),
        names.map { "\($0.name) " }.joined())
    }
  }

  private func showUse(_ neighbour: Neighbour, _ record: IpRecord) {
    let ticks = UInt32(clamping: max(1, Host.ticksPerSecond))
    if let confirmed = neighbour.confirmed {
      if neighbour.references > 0 {
        record.put("refcnt", .number(Int(neighbour.references)), " ref \(neighbour.references)")
      }
      record.member("used", .number(Int(neighbour.used / ticks)))
      record.member("confirmed", .number(Int(confirmed / ticks)))
      record.member("updated", .number(Int(neighbour.updated / ticks)))
      record.write(
        " used \(neighbour.used / ticks)/\(confirmed / ticks)/\(neighbour.updated / ticks)")
    }
    if let probes = neighbour.probes { record.put("probes", number: Int(probes), "probes") }
  }

  private func brief(_ neighbour: Neighbour, _ record: IpRecord) {
    let address = neighbour.address?.text ?? ""
    let name = source.name(of: neighbour.interface)
    record.member("dst", .string(address))
    record.member("dev", .string(name))
    record.pad(address, 40)
    record.pad(Sanitize.escaped(name), 17)
    if neighbour.hardwareAddress.isEmpty { return }
    record.put(
      "lladdr", .string(hardwareText(neighbour.hardwareAddress)),
      hardwareText(neighbour.hardwareAddress))
  }
}
