internal import Box
internal import Linux
internal import Netlink
internal import Report

/// `ip address`: interfaces with their addresses.
struct IpAddress {
  private let printer: IpPrinter
  private let source: NetSource
  private var links = LinkSelection()
  private var scope: UInt8?
  private var label: String?
  private var network: NetPrefix?
  /// Flags that must be set, and that must not.
  private var wanted: UInt32 = 0
  private var unwanted: UInt32 = 0

  init(_ printer: IpPrinter, _ source: NetSource) {
    self.printer = printer
    self.source = source
  }

  /// IFA_F_*, in the order they are shown.
  private static let flags: [(name: StaticString, bit: UInt32)] = [
    (name: "secondary", bit: 0x01), (name: "nodad", bit: 0x02), (name: "optimistic", bit: 0x04),
    (name: "dadfailed", bit: 0x08), (name: "home", bit: 0x10), (name: "deprecated", bit: 0x20),
    (name: "tentative", bit: 0x40), (name: "permanent", bit: 0x80),
    (name: "mngtmpaddr", bit: 0x100), (name: "noprefixroute", bit: 0x200),
    (name: "autojoin", bit: 0x400), (name: "stable-privacy", bit: 0x800),
  ]
  private static let permanent: UInt32 = 0x80

  mutating func run(_ words: ArraySlice<String>) throws(Failure) {
    var words = IpWords(words, object: "address")
    _ = try words.command()
    while let word = words.next() { try take(word, &words) }
    let style = printer.style
    let isLinkOnly = style.family == IpStyle.packetFamily
    let all = isLinkOnly ? [] : try source.addresses(family: style.family)
    for link in try source.links() where links.accepts(link) {
      let own = all.filter { $0.interface == link.index }
      let shown = own.filter { accepts($0) }
      if shown.isEmpty, !own.isEmpty || network != nil || label != nil { continue }
      if shown.isEmpty, style.family != 0, !isLinkOnly { continue }
      show(link, shown)
    }
  }

  private mutating func take(_ word: String, _ words: inout IpWords) throws(Failure) {
    switch word {
    case "scope": scope = try Self.scope(try words.value(word))
    case "label": label = try words.value(word)
    case "to":
      let text = try words.value(word)
      guard let prefix = NetPrefix(text) else { throw .usage("\(text): not a network") }
      network = prefix
    case "dynamic": unwanted |= Self.permanent
    case "temporary", "primary":
      if word == "primary" { unwanted |= 1 } else { wanted |= 1 }
    default:
      let isNegated = word.hasPrefix("-")
      let name = isNegated ? String(word.dropFirst()) : word
      if let flag = Self.flags.first(where: { "\($0.name)" == name }) {
        if isNegated { unwanted |= flag.bit } else { wanted |= flag.bit }
      } else if try !links.take(word, &words, source) {
        throw words.unknown(word)
      }
    }
  }

  static func scope(_ name: String) throws(Failure) -> UInt8? {
    switch name {
    case "global": return 0
    case "site": return 200
    case "link": return 253
    case "host": return 254
    case "nowhere": return 255
    case "all": return nil
    default:
      guard let number = UInt8(name) else { throw .usage("\(name): no such scope") }
      return number
    }
  }

  private func accepts(_ address: LinkAddress) -> Bool {
    if let scope, address.scope != scope { return false }
    if address.flags & wanted != wanted || address.flags & unwanted != 0 { return false }
    if let label, !ShellPattern(label).matches((address.label ?? "").bytes) { return false }
    if let network {
      guard let local = address.local,
        local.matches(network.address, prefix: network.length), Int(address.prefix) >= 0
      else { return false }
    }
    return true
  }

  private func show(_ link: NetworkLink, _ addresses: [LinkAddress]) {
    let style = printer.style
    let view = LinkView(style, source)
    if style.isOneLine, !style.isJSON, !style.isBrief {
      for address in addresses {
        let record = printer.record()
        record.write("\(link.index): " + Sanitize.escaped(link.name))
        show(address, record)
        printer.add(record)
      }
      return
    }
    let record = printer.record()
    let showsLink = label == nil
    if style.isBrief {
      view.brief(link, record)
    } else if showsLink {
      view.head(link, record, isAddress: true)
      if style.family == 0 || style.family == IpStyle.packetFamily, network == nil {
        view.hardware(link, record)
      }
    }
    var objects: [JSON] = []
    for (index, address) in addresses.enumerated() {
      let part = printer.record()
      if !style.isBrief, showsLink || index > 0 { part.newLine() }
      show(address, part)
      objects.append(.object(part.members))
      record.write(String(bytes: part.text))
    }
    record.member("addr_info", .array(objects))
    if !style.isBrief { view.statistics(link, record) }
    printer.add(record)
  }

  private func show(_ address: LinkAddress, _ record: IpRecord) {
    let isV6 = address.family == NetAddress.v6Family
    let isBrief = printer.style.isBrief
    let colour: IpColour = isV6 ? .v6 : .v4
    if !isBrief {
      let family = isV6 ? "inet6" : "inet"
      record.put("family", .string(family), "    " + family + " ")
    }
    if let local = address.local { record.put("local", .string(local.text), local.text, colour) }
    if let peer = address.peer, peer != address.local {
      record.write(" peer ")
      record.put("address", .string(peer.text), peer.text, colour)
    }
    record.put("prefixlen", .number(Int(address.prefix)), "/\(address.prefix) ")
    if let metric = address.metric { record.put("metric", number: Int(metric), "metric") }
    if isBrief { return }
    if let broadcast = address.broadcast {
      record.write("brd ")
      record.put("broadcast", .string(broadcast.text), broadcast.text + " ", colour)
    }
    if let anycast = address.anycast {
      record.write("any ")
      record.put("anycast", .string(anycast.text), anycast.text + " ", colour)
    }
    record.put("scope", word: RouteNames.scope(address.scope), "scope")
    showFlags(address, isV6, record)
    if let label = address.label { record.put("label", .string(label), Sanitize.escaped(label)) }
    record.newLine()
    record.put(
      "valid_life_time", .number(Int(address.validFor)),
      "       valid_lft " + Self.lifetime(address.validFor) + " ")
    record.put(
      "preferred_life_time", .number(Int(address.preferredFor)),
      "preferred_lft " + Self.lifetime(address.preferredFor))
  }

  private func showFlags(_ address: LinkAddress, _ isV6: Bool, _ record: IpRecord) {
    for flag in Self.flags {
      let isSet = address.flags & flag.bit != 0
      if flag.bit == Self.permanent {
        if !isSet { record.put("dynamic", .flag(true), "dynamic ") }
      } else if isSet {
        let name = flag.bit == 1 && isV6 ? "temporary" : "\(flag.name)"
        record.members.append((key: name, value: .flag(true)))
        record.write(name + " ")
      }
    }
  }

  private static func lifetime(_ seconds: UInt32) -> String {
    seconds == .max ? "forever" : "\(seconds)sec"
  }
}
