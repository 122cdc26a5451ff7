internal import Box
internal import Linux
internal import Netlink
internal import Report

/// `ip route`: the routes of a table, or the way to one destination.
struct IpRoute {
  private let printer: IpPrinter
  private let source: NetSource
  private let view: RouteView
  private var selection = RouteSelection()
  private var wantsCache = false

  init(_ printer: IpPrinter, _ source: NetSource) {
    self.printer = printer
    self.source = source
    view = RouteView(printer.style, source)
  }

  mutating func run(_ words: ArraySlice<String>) throws(Failure) {
    var words = IpWords(words, object: "route")
    switch try words.command(hasGet: true) {
    case .show: try show(&words)
    case .get: try get(&words)
    }
  }

  private mutating func show(_ words: inout IpWords) throws(Failure) {
    while let word = words.next() { try take(word, &words) }
    let family = printer.style.family
    var routes: [Route] = []
    if family != 0 {
      routes = try source.routes(family: family, cached: wantsCache)
    } else {
      routes = try source.routes(family: NetAddress.v4Family, cached: wantsCache)
      if selection.isAllTables || selection.isV6 {
        routes += try source.routes(family: NetAddress.v6Family, cached: wantsCache)
      }
    }
    for route in routes where selection.accepts(route) {
      let record = printer.record()
      view.show(route, record, hiding: selection)
      printer.add(record)
    }
  }

  private mutating func take(_ word: String, _ words: inout IpWords) throws(Failure) {
    switch word {
    case "table": try selection.setTable(try words.value(word), &wantsCache)
    case "cache", "cached", "cloned": wantsCache = true
    case "dev", "oif": selection.device = try words.device(word, in: source)
    case "via":
      var text = try words.value(word)
      if text == "inet" || text == "inet6" { text = try words.value(text) }
      guard let prefix = NetPrefix(text) else { throw .usage("\(text): not an address") }
      selection.gateway = prefix
    case "src":
      let text = try words.value(word)
      guard let prefix = NetPrefix(text) else { throw .usage("\(text): not an address") }
      selection.preferredSource = prefix
    case "scope": selection.scope = try IpAddress.scope(try words.value(word))
    case "proto", "protocol": selection.origin = try words.value(word)
    case "type": selection.type = try words.value(word)
    case "metric", "preference", "priority":
      let text = try words.value(word)
      guard let metric = UInt32(text) else { throw .usage("\(text): not a metric") }
      selection.metric = metric
    case "root", "match", "exact":
      try selection.setPrefix(try words.value(word), word, family: printer.style.family)
    case "to":
      let next = try words.value(word)
      if next == "root" || next == "match" || next == "exact" {
        try selection.setPrefix(try words.value(next), next, family: printer.style.family)
      } else {
        try selection.setPrefix(next, "exact", family: printer.style.family)
      }
    default:
      if RouteSelection.isType(word) {
        selection.type = word
      } else {
        try selection.setPrefix(word, "exact", family: printer.style.family)
      }
    }
  }

  private func get(_ words: inout IpWords) throws(Failure) {
    var inquiry: Route.Inquiry?
    var from: NetAddress?
    var extras = Route.Inquiry(.anyV4)
    while let word = words.next() {
      switch word {
      case "from": from = try address(try words.value(word))
      case "iif": extras.input = try words.device(word, in: source)
      case "oif", "dev": extras.output = try words.device(word, in: source)
      case "mark": extras.mark = try number(try words.value(word))
      case "uid": extras.uid = try number(try words.value(word))
      case "tos", "dsfield":
        extras.service = UInt8(clamping: try number(try words.value(word)))
      case "sport": extras.sourcePort = UInt16(clamping: try number(try words.value(word)))
      case "dport": extras.destinationPort = UInt16(clamping: try number(try words.value(word)))
      case "ipproto": extras.ipProtocol = try ipProtocol(try words.value(word))
      case "fibmatch": extras.wantsMatch = true
      case "to": inquiry = Route.Inquiry(try address(try words.value(word)))
      default:
        guard inquiry == nil else { throw .usage("route get \(word): unknown or unsupported") }
        inquiry = Route.Inquiry(try address(word))
      }
    }
    guard let target = inquiry?.destination else { throw .usage("route get: needs an address") }
    extras.destination = target
    extras.source = from
    try decide(extras)
  }

  private func decide(_ inquiry: Route.Inquiry) throws(Failure) {
    let subject = inquiry.destination.text
    let found: Route?
    do throws(Failure) {
      found = try source.route(inquiry)
    } catch {
      throw Failure(
        "\(subject): " + (error.errno?.description ?? "no route"), status: 2, errno: error.errno)
    }
    guard let route = found else {
      throw .message("\(subject): the kernel cannot be asked; ip route shows the table", status: 2)
    }
    let record = printer.record()
    view.show(route, record, hiding: RouteSelection(allTables: true))
    printer.add(record)
  }

  private func address(_ text: String) throws(Failure) -> NetAddress {
    guard let prefix = NetPrefix(text), prefix.length == prefix.address.width else {
      throw .usage("\(text): not an address")
    }
    return prefix.address
  }

  private func number(_ text: String) throws(Failure) -> UInt32 {
    guard let number = cNumber(text) else { throw .usage("\(text): not a number") }
    return number
  }

  private func ipProtocol(_ name: String) throws(Failure) -> UInt8 {
    switch name {
    case "icmp": return 1
    case "tcp": return 6
    case "udp": return 17
    case "ipv6-icmp", "icmpv6": return 58
    default:
      guard let number = UInt8(name) else { throw .usage("\(name): no such protocol") }
      return number
    }
  }
}

/// Which routes are meant.
struct RouteSelection {
  var device: UInt32?
  var gateway: NetPrefix?
  var preferredSource: NetPrefix?
  var scope: UInt8?
  var origin: String?
  var type: String?
  var metric: UInt32?
  private(set) var table: UInt32? = 254
  private var prefix: NetPrefix?
  private var relation = ""
  /// Whether an IPv6 address was named.
  private(set) var isV6 = false

  init(allTables: Bool = false) { if allTables { table = nil } }

  var isAllTables: Bool { table == nil }

  mutating func setTable(_ name: String, _ wantsCache: inout Bool) throws(Failure) {
    switch name {
    case "all": table = nil
    case "cache":
      wantsCache = true
      table = nil
    case "main": table = 254
    case "local": table = 255
    case "default": table = 253
    default:
      guard let number = cNumber(name) else { throw .usage("\(name): no such table") }
      table = number
    }
  }

  mutating func setPrefix(_ text: String, _ relation: String, family: Int) throws(Failure) {
    self.relation = relation
    if text == "default" || text == "any" || text == "all" {
      prefix = NetPrefix(family == NetAddress.v6Family ? "::/0" : "0.0.0.0/0")
      return
    }
    guard let parsed = NetPrefix(text) else {
      throw .usage("\(text): not a network, and no selector that is supported")
    }
    prefix = parsed
    isV6 = parsed.address.isV6
  }

  static func isType(_ word: String) -> Bool {
    [
      "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable",
      "prohibit", "throw",
    ].contains(word)
  }

  func accepts(_ route: Route) -> Bool {
    if let table, route.table != table { return false }
    if let device, route.hop.interface != device,
      !route.hops.contains(where: { $0.interface == device })
    {
      return false
    }
    if device != nil, !route.hops.isEmpty { return false }
    if let gateway,
      route.hop.gateway.map({ $0.matches(gateway.address, prefix: gateway.length) }) != true
    {
      return false
    }
    if let preferredSource,
      route.preferredSource.map({
        $0.matches(preferredSource.address, prefix: preferredSource.length)
      }) != true
    {
      return false
    }
    if let scope, route.scope != scope { return false }
    if let origin, RouteNames.origin(route.origin) != origin, String(route.origin) != origin {
      return false
    }
    if let type, RouteNames.type(route.type) != type { return false }
    if let metric, (route.metric ?? 0) != metric { return false }
    return hasPrefix(route)
  }

  private func hasPrefix(_ route: Route) -> Bool {
    guard let prefix else { return true }
    let isV6 = route.family == NetAddress.v6Family
    guard prefix.address.isV6 == isV6 else { return false }
    let destination = route.destination ?? (isV6 ? .anyV6 : .anyV4)
    let length = Int(route.prefix)
    switch relation {
    case "root":
      return length >= prefix.length && destination.matches(prefix.address, prefix: prefix.length)
    case "match":
      return length <= prefix.length && destination.matches(prefix.address, prefix: length)
    default:
      return length == prefix.length && destination.matches(prefix.address, prefix: length)
    }
  }
}
