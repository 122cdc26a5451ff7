internal import Box
internal import Linux
internal import Netlink
internal import Report

/// Writes a route in the words of ip-route(8).
struct RouteView {
  private let style: IpStyle
  private let source: NetSource

  init(_ style: IpStyle, _ source: NetSource) {
    self.style = style
    self.source = source
  }

  /// - Parameter selection: what was asked for by name is not said again.
  func show(_ route: Route, _ record: IpRecord, hiding selection: RouteSelection) {
    let isV6 = route.family == NetAddress.v6Family
    if route.type != 1 || style.details {
      let type = RouteNames.type(route.type)
      record.put("type", .string(type), type + " ")
    }
    showDestination(route, isV6, record)
    if let object = route.hopObject { record.put("nhid", number: Int(object), "nhid") }
    if let gateway = route.hop.gateway, route.hops.isEmpty, selection.gateway == nil {
      showGateway(gateway, isV6, record)
    }
    if let interface = route.hop.interface, route.hops.isEmpty, selection.device == nil {
      showDevice(interface, record)
    }
    if route.flags & Route.isCloned == 0 || route.table != 254 {
      showTable(route, record, selection)
    }
    if route.flags & Route.isCloned == 0 || isV6 {
      if route.origin != 3 || style.details, route.origin != 0, selection.origin == nil {
        record.put("protocol", word: RouteNames.origin(route.origin), "proto")
      }
      if !isV6 || style.details, route.scope != 0 || style.details, selection.scope == nil {
        record.put("scope", word: RouteNames.scope(route.scope), "scope")
      }
    }
    if let preferred = route.preferredSource {
      record.write("src ")
      record.put("prefsrc", .string(preferred.text), preferred.text + " ", isV6 ? .v6 : .v4)
    }
    if let metric = route.metric { record.put("metric", number: Int(metric), "metric") }
    showFlags(route.flags & 0xFF, record)
    if let mark = route.mark, mark != 0 {
      let text = mark >= 16 ? "0x" + String(mark, radix: 16) : String(mark)
      record.put("mark", word: text, "mark")
    }
    if let uid = route.uid { record.put("uid", number: Int(uid), "uid") }
    showCache(route, isV6, record)
    showMetrics(route, record)
    if let input = route.inputInterface {
      record.put("iif", word: source.name(of: input), "iif")
    }
    if let preference = route.preference {
      let name = RouteNames.preference(preference)
      record.put("pref", .string(name), "pref " + name)
    }
    showHops(route, isV6, record)
  }

  private func showDestination(_ route: Route, _ isV6: Bool, _ record: IpRecord) {
    let text = Self.prefix(route.destination, Int(route.prefix), isV6: isV6)
    record.put("dst", .string(text), text + " ", text == "default" ? .plain : isV6 ? .v6 : .v4)
    if let from = route.source {
      let text = Self.prefix(from, Int(route.sourcePrefix), isV6: isV6, isSource: true)
      record.write("from ")
      record.put("from", .string(text), text + " ", isV6 ? .v6 : .v4)
    } else if route.sourcePrefix > 0 {
      record.put("from", .string("0/\(route.sourcePrefix)"), "from 0/\(route.sourcePrefix) ")
    }
    if route.service != 0 {
      let text = "0x" + (route.service < 16 ? "0" : "") + String(route.service, radix: 16)
      record.put("tos", word: text, "tos")
    }
  }

  /// An address with its length, unless that is all of it; `default` for none at all.
  private static func prefix(
    _ address: NetAddress?, _ length: Int, isV6: Bool, isSource: Bool = false
  ) -> String {
    guard let address else { return length == 0 ? "default" : "0/\(length)" }
    if length == address.width || (isSource && length == 0) { return address.text }
    if length == 0, address.isUnspecified { return "default" }
    return address.text + "/\(length)"
  }

  private func showGateway(_ gateway: NetAddress, _ isV6: Bool, _ record: IpRecord) {
    let text = gateway.text
    guard gateway.isV6 == isV6 else {
      let family = gateway.isV6 ? "inet6" : "inet"
      record.member(
        "via",
        .object([(key: "family", value: .string(family)), (key: "host", value: .string(text))]))
      record.write("via " + family + " ")
      return record.write(text + " ", gateway.isV6 ? .v6 : .v4)
    }
    record.write("via ")
    record.put("gateway", .string(text), text + " ", isV6 ? .v6 : .v4)
  }

  private func showDevice(
    _ index: UInt32, _ record: IpRecord, _ colour: IpColour = .interface
  ) {
    let name = source.name(of: index)
    record.write("dev ")
    record.put("dev", .string(name), Sanitize.escaped(name) + " ", colour)
  }

  private func showTable(_ route: Route, _ record: IpRecord, _ selection: RouteSelection) {
    guard selection.isAllTables, route.table != 0, route.table != 254 || style.details else {
      return
    }
    record.put("table", word: RouteNames.table(route.table), "table")
  }

  /// RTNH_F_*.
  private func showFlags(_ flags: UInt32, _ record: IpRecord) {
    let known: [(bit: UInt32, name: StaticString)] = [
      (bit: 1, name: "dead"), (bit: 4, name: "onlink"), (bit: 2, name: "pervasive"),
      (bit: 8, name: "offload"), (bit: 64, name: "trap"), (bit: 16, name: "linkdown"),
      (bit: 32, name: "unresolved"),
    ]
    let set = known.filter { flags & $0.bit != 0 }
    record.put(
      "flags", .array(set.map { .string("\($0.name)") }), set.map { "\($0.name) " }.joined())
  }

  private func showCache(_ route: Route, _ isV6: Bool, _ record: IpRecord) {
    let ticks = Int32(Host.ticksPerSecond)
    if route.flags & Route.isCloned != 0, !isV6 {
      record.newLine()
      // RTCF_*, the bits from 16 on.
      let known: [(bit: UInt32, name: StaticString)] = [
        (bit: 0x8000_0000, name: "local"), (bit: 0x4000_0000, name: "reject"),
        (bit: 0x2000_0000, name: "mc"), (bit: 0x1000_0000, name: "brd"),
        (bit: 0x0800_0000, name: "dst-nat"), (bit: 0x0400_0000, name: "src-nat"),
        (bit: 0x0200_0000, name: "masq"), (bit: 0x0010_0000, name: "dst-direct"),
        (bit: 0x0004_0000, name: "redirected"), (bit: 0x0001_0000, name: "notify"),
        (bit: 0x0020_0000, name: "src-direct"),
      ]
      let set = known.filter { route.flags & $0.bit != 0 }
      record.put(
        "cache", .array(set.map { .string("\($0.name)") }),
        "    cache "
          + (set.isEmpty ? "" : "<" + set.map { "\($0.name)" }.joined(separator: ",") + "> "))
    }
    if let expires = route.expires, expires != 0 {
      record.put("expires", .number(Int(expires / ticks)), "expires \(expires / ticks)sec ")
    }
    if isV6, let error = route.error, error != 0 {
      record.put("error", number: Int(error), "error")
    }
  }

  private func showMetrics(_ route: Route, _ record: IpRecord) {
    guard !route.metrics.isEmpty || route.congestion != nil else { return }
    let locked = route.metrics.first { $0.kind == 1 }?.value ?? 0
    var members: [(key: String, value: JSON)] = []
    for metric in route.metrics where metric.kind > 1 {
      let name = RouteNames.metric(metric.kind)
      let isLocked = metric.kind < 32 && locked >> UInt32(metric.kind) & 1 != 0
      var text = name + (isLocked ? " lock " : " ")
      var value = Int(metric.value)
      switch name {
      case "rtt", "rttvar":
        // Stored in eighths and quarters of a millisecond.
        value /= name == "rtt" ? 8 : 4
        text += "\(value)ms "
      case "rto_min": text += "\(value)ms "
      case "features": text += value & 1 != 0 ? "ecn " : "0x" + String(value, radix: 16) + " "
      default: text += "\(value) "
      }
      members.append((key: name, value: .number(value)))
      record.write(text)
    }
    if let congestion = route.congestion {
      members.append((key: "congctl", value: .string(congestion)))
      record.write("congctl " + Sanitize.escaped(congestion) + " ")
    }
    record.member("metrics", .array([.object(members)]))
  }

  private func showHops(_ route: Route, _ isV6: Bool, _ record: IpRecord) {
    guard !route.hops.isEmpty else { return }
    var objects: [JSON] = []
    for hop in route.hops {
      let part = IpRecord(style)
      part.newLine()
      part.write("\tnexthop ")
      if let gateway = hop.gateway { showGateway(gateway, isV6, part) }
      if let interface = hop.interface { showDevice(interface, part, .plain) }
      part.put("weight", number: hop.weight, "weight")
      showFlags(hop.flags, part)
      objects.append(.object(part.members))
      record.write(String(bytes: part.text))
    }
    record.member("nexthops", .array(objects))
  }
}
