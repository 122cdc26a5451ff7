internal import Box
internal import Linux
internal import Netlink
internal import Report

/// `ip link`: interfaces.
struct IpLink {
  private let printer: IpPrinter
  private let source: NetSource

  init(_ printer: IpPrinter, _ source: NetSource) {
    self.printer = printer
    self.source = source
  }

  func run(_ words: ArraySlice<String>) throws(Failure) {
    var words = IpWords(words, object: "link")
    _ = try words.command()
    let selection = try LinkSelection(&words, source)
    let view = LinkView(printer.style, source)
    for link in try source.links() where selection.accepts(link) {
      let record = printer.record()
      if printer.style.isBrief {
        view.brief(link, record)
        if !link.address.isEmpty {
          let address = hardwareText(link.address)
          record.put("address", .string(address), address + " ", .hardware)
        }
        view.flags(link, record)
      } else {
        view.head(link, record, isAddress: false)
        view.hardware(link, record)
        view.names(link, record)
        view.statistics(link, record)
      }
      printer.add(record)
    }
  }
}

/// Which interfaces are meant.
struct LinkSelection {
  var device: UInt32?
  private var isUp = false
  private var master: UInt32?
  private var hasNoMaster = false
  private var kind: String?
  private var group: UInt32?

  init() {}

  init(_ words: inout IpWords, _ source: NetSource) throws(Failure) {
    while let word = words.next() {
      guard try take(word, &words, source) else { throw words.unknown(word) }
    }
  }

  /// Takes one selector; false where it is none.
  mutating func take(_ word: String, _ words: inout IpWords, _ source: NetSource) throws(Failure)
    -> Bool
  {
    switch word {
    case "up": isUp = true
    case "dev": device = try words.device(word, in: source)
    case "master": master = try words.device(word, in: source)
    case "nomaster": hasNoMaster = true
    case "type": kind = try words.value(word)
    case "group":
      let name = try words.value(word)
      guard let number = name == "default" ? 0 : UInt32(name) else {
        throw .usage("\(name): not a number of a group")
      }
      group = number
    default:
      guard device == nil else { return false }
      guard let index = source.index(of: word) else {
        throw .message("\(word): no such interface")
      }
      device = index
    }
    return true
  }

  func accepts(_ link: NetworkLink) -> Bool {
    if let device, device != link.index { return false }
    if isUp, link.flags & NetworkLink.isUp == 0 { return false }
    if let master, link.master != master { return false }
    if hasNoMaster, link.master != nil { return false }
    if let kind, !(link.kind ?? "").sameBytes(as: kind) { return false }
    if let group, link.group != group { return false }
    return true
  }
}

/// Writes an interface in the words of ip-link(8).
struct LinkView {
  private let style: IpStyle
  private let source: NetSource

  init(_ style: IpStyle, _ source: NetSource) {
    self.style = style
    self.source = source
  }

  /// `2: eth0@if9: <UP> mtu 1500 …`, the first line.
  func head(_ link: NetworkLink, _ record: IpRecord, isAddress: Bool) {
    // For IPv6 alone the kernel tells less of an interface.
    let isShort = style.family == NetAddress.v6Family
    record.put("ifindex", .number(Int(link.index)), "\(link.index): ")
    name(link, record, suffix: ": ")
    flags(link, record)
    if let mtu = link.mtu { record.put("mtu", number: Int(mtu), "mtu") }
    if !isShort {
      if let discipline = link.queueDiscipline { record.put("qdisc", word: discipline, "qdisc") }
      if let master = link.master {
        record.put("master", word: source.name(of: master), "master")
      }
    }
    let state = Self.state(link.state)
    record.write("state ")
    record.put("operstate", .string(state), state + " ", Self.colour(state))
    if !isShort {
      if !isAddress {
        record.put(
          "linkmode",
          word: link.mode == 0 ? "DEFAULT" : link.mode == 1 ? "DORMANT" : String(link.mode), "mode")
      }
      if let group = link.group {
        record.put("group", word: group == 0 ? "default" : String(group), "group")
      }
    }
    if let length = link.queueLength, length > 0 {
      record.put("txqlen", .number(Int(length)), "qlen \(length)")
    }
  }

  /// The name, with the other end of a pair behind `@`.
  private func name(_ link: NetworkLink, _ record: IpRecord, suffix: String, width: Int = 0) {
    let name = Sanitize.escaped(link.name)
    var text = name
    if let other = link.linkedTo {
      if other == 0 {
        text += "@NONE"
        record.member("link", .null)
      } else if link.linkedNamespace != nil {
        text += "@if\(other)"
        record.member("link_index", .number(Int(other)))
      } else {
        let otherName = source.name(of: other)
        text += "@" + Sanitize.escaped(otherName)
        record.member("link", .string(otherName))
      }
    }
    text += suffix
    text += String(repeating: " ", count: max(0, width - text.utf8.count))
    record.put("ifname", .string(link.name), text, .interface)
  }

  /// How often the counters were asked for.
  var counts: Int { style.statistics }

  func flags(_ link: NetworkLink, _ record: IpRecord) {
    let names = flagNames(link)
    record.put(
      "flags", .array(names.map { .string($0) }), "<" + names.joined(separator: ",") + "> ")
  }

  private func flagNames(_ link: NetworkLink) -> [String] {
    var names: [String] = []
    if link.flags & NetworkLink.isUp != 0, link.flags & NetworkLink.isRunning == 0 {
      names.append("NO-CARRIER")
    }
    let known: [(bit: UInt32, name: StaticString)] = [
      (bit: 3, name: "LOOPBACK"), (bit: 1, name: "BROADCAST"), (bit: 4, name: "POINTOPOINT"),
      (bit: 12, name: "MULTICAST"), (bit: 7, name: "NOARP"), (bit: 9, name: "ALLMULTI"),
      (bit: 8, name: "PROMISC"), (bit: 10, name: "MASTER"), (bit: 11, name: "SLAVE"),
      (bit: 2, name: "DEBUG"), (bit: 15, name: "DYNAMIC"), (bit: 14, name: "AUTOMEDIA"),
      (bit: 13, name: "PORTSEL"), (bit: 5, name: "NOTRAILERS"), (bit: 0, name: "UP"),
      (bit: 16, name: "LOWER_UP"), (bit: 17, name: "DORMANT"), (bit: 18, name: "ECHO"),
    ]
    var rest = link.flags & ~NetworkLink.isRunning
    for flag in known where rest >> flag.bit & 1 != 0 {
      names.append("\(flag.name)")
      rest &= ~(1 << flag.bit)
    }
    if rest != 0 { names.append(String(rest, radix: 16)) }
    if let other = link.linkedTo, link.linkedNamespace == nil, other != 0,
      let lower = try? source.links().first(where: { $0.index == other }),
      lower.flags & NetworkLink.isUp == 0
    {
      names.append("M-DOWN")
    }
    return names
  }

  static func state(_ number: UInt8) -> String {
    let names: [StaticString] = [
      "UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP",
    ]
    return Int(number) < names.count ? "\(names[Int(number)])" : String(number)
  }

  private static func colour(_ state: String) -> IpColour {
    state == "UP" ? .good : state == "DOWN" ? .bad : .plain
  }

  /// `    link/ether 02:42:… brd ff:…`, and with `-d` what else there is.
  func hardware(_ link: NetworkLink, _ record: IpRecord) {
    record.newLine()
    let kind = Self.hardwareName(link.hardware)
    record.put("link_type", .string(kind), "    link/" + kind + " ")
    if !link.address.isEmpty {
      let text = addressText(link.address, link.hardware)
      record.put("address", .string(text), text, .hardware)
    }
    if !link.broadcast.isEmpty {
      let text = addressText(link.broadcast, link.hardware)
      if link.flags & NetworkLink.isPointToPoint != 0 {
        record.member("link_pointtopoint", .flag(true))
        record.write(" peer ")
      } else {
        record.write(" brd ")
      }
      record.put("broadcast", .string(text), text, .hardware)
    }
    if let namespace = link.linkedNamespace {
      record.put("link_netnsid", .number(Int(namespace)), " link-netnsid \(namespace)")
    }
    if style.details { details(link, record) }
  }

  private func addressText(_ bytes: [UInt8], _ hardware: UInt16) -> String {
    switch (hardware, bytes.count) {
    case (768, 4), (776, 4), (778, 4), (769, 16), (823, 16):
      bytes.withUnsafeBytes { NetAddress(Fields($0), at: 0, isV6: bytes.count == 16).text }
    default: hardwareText(bytes)
    }
  }

  private func details(_ link: NetworkLink, _ record: IpRecord) {
    if let value = link.promiscuity {
      record.put("promiscuity", .number(Int(value)), " promiscuity \(value) ")
    }
    if let value = link.allMulticast {
      record.put("allmulti", .number(Int(value)), " allmulti \(value) ")
    }
    if let value = link.leastMTU { record.put("min_mtu", number: Int(value), "minmtu") }
    if let value = link.greatestMTU { record.put("max_mtu", number: Int(value), "maxmtu") }
    if let kind = link.kind {
      record.member("linkinfo", .object([(key: "info_kind", value: .string(kind))]))
      record.newLine()
      record.write("    " + Sanitize.escaped(kind) + " ")
    }
    if let mode = link.addressMode {
      let names: [StaticString] = ["eui64", "none", "stable_secret", "random"]
      let text = Int(mode) < names.count ? "\(names[Int(mode)])" : String(mode)
      record.put("inet6_addr_gen_mode", word: text, "addrgenmode")
    }
    let numbers: [(key: StaticString, name: StaticString, value: UInt32?)] = [
      (key: "num_tx_queues", name: "numtxqueues", value: link.sendQueues),
      (key: "num_rx_queues", name: "numrxqueues", value: link.receiveQueues),
      (key: "gso_max_size", name: "gso_max_size", value: link.segmentationSize),
      (key: "gso_max_segs", name: "gso_max_segs", value: link.segmentationCount),
      (key: "tso_max_size", name: "tso_max_size", value: link.tcpSegmentationSize),
      (key: "tso_max_segs", name: "tso_max_segs", value: link.tcpSegmentationCount),
      (key: "gro_max_size", name: "gro_max_size", value: link.receiveOffloadSize),
    ]
    for number in numbers {
      if let value = number.value { record.put(number.key, number: Int(value), number.name) }
    }
    if let bus = link.parentBus { record.put("parentbus", word: bus, "parentbus") }
    if let device = link.parentDevice { record.put("parentdev", word: device, "parentdev") }
  }

  /// The alias and the other names, a line each.
  func names(_ link: NetworkLink, _ record: IpRecord) {
    if let alias = link.alias {
      record.newLine()
      record.put("ifalias", .string(alias), "    alias " + Sanitize.escaped(alias))
    }
    if link.alternativeNames.isEmpty { return }
    record.member("altnames", .array(link.alternativeNames.map { .string($0) }))
    for name in link.alternativeNames {
      record.newLine()
      record.write("    altname " + Sanitize.escaped(name))
    }
  }

  /// Name and state, the first two columns with `-br`.
  func brief(_ link: NetworkLink, _ record: IpRecord) {
    name(link, record, suffix: "", width: 17)
    let state = Self.state(link.state)
    record.member("operstate", .string(state))
    record.pad(state, 15, Self.colour(state))
  }

  static func hardwareName(_ number: UInt16) -> String {
    switch number {
    case 0: "netrom"
    case 1: "ether"
    case 32: "infiniband"
    case 512: "ppp"
    case 768: "ipip"
    case 769: "tunnel6"
    case 772: "loopback"
    case 776: "sit"
    case 778: "gre"
    case 801: "ieee802.11"
    case 803: "ieee802.11/radiotap"
    case 823: "gre6"
    case 824: "netlink"
    case 65534: "none"
    default: "[\(number)]"
    }
  }
}
