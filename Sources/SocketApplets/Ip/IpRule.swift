internal import Box
internal import Linux
internal import Netlink
internal import Report

/// `ip rule`: which table decides for what.
struct IpRule {
  private let printer: IpPrinter
  private let source: NetSource
  private var table: UInt32?
  private var priority: UInt32?

  init(_ printer: IpPrinter, _ source: NetSource) {
    self.printer = printer
    self.source = source
  }

  mutating func run(_ words: ArraySlice<String>) throws(Failure) {
    var words = IpWords(words, object: "rule")
    _ = try words.command()
    while let word = words.next() {
      switch word {
      case "table", "lookup":
        var selection = RouteSelection()
        var wantsCache = false
        try selection.setTable(try words.value(word), &wantsCache)
        table = selection.table
      case "pref", "priority", "preference", "order":
        let text = try words.value(word)
        guard let number = cNumber(text) else { throw .usage("\(text): not a priority") }
        priority = number
      default: throw words.unknown(word)
      }
    }
    let family = printer.style.family == 0 ? NetAddress.v4Family : printer.style.family
    guard let rules = try source.rules(family: family) else {
      throw .message("rules: only rtnetlink tells them, and it is refused here")
    }
    for rule in rules where accepts(rule) {
      let record = printer.record()
      show(rule, record)
      printer.add(record)
    }
  }

  private func accepts(_ rule: Rule) -> Bool {
    if let table, rule.table != table { return false }
    if let priority, rule.priority != priority { return false }
    return true
  }

  private func show(_ rule: Rule, _ record: IpRecord) {
    record.put("priority", .number(Int(rule.priority)), "\(rule.priority):\t")
    if rule.flags & Rule.isInverted != 0 { record.put("not", .null, "not ") }
    record.write("from ")
    showNetwork(rule.source, rule.sourcePrefix, "src", "srclen", record)
    if rule.destination != nil || rule.destinationPrefix > 0 {
      record.write(" to ")
      showNetwork(rule.destination, rule.destinationPrefix, "dst", "dstlen", record)
    }
    if rule.service != 0 {
      let text = "0x" + String(rule.service, radix: 16)
      record.put("tos", .string(text), " tos " + text)
    }
    showMark(rule, record)
    showInterfaces(rule, record)
    if rule.masterOnly { record.put("l3mdev", .null, " lookup [l3mdev-table]") }
    showTraffic(rule, record)
    showAction(rule, record)
    if let origin = rule.origin, origin != 0, printer.style.details {
      record.put(
        "protocol", .string(RouteNames.origin(origin)), " proto " + RouteNames.origin(origin))
    }
  }

  private func showNetwork(
    _ address: NetAddress?, _ length: UInt8, _ key: StaticString, _ lengthKey: StaticString,
    _ record: IpRecord
  ) {
    guard let address else {
      if length == 0 { return record.put(key, .string("all"), "all") }
      record.put(key, .string("0"), "0")
      return record.put(lengthKey, .number(Int(length)), "/\(length)")
    }
    record.put(key, .string(address.text), address.text, address.isV6 ? .v6 : .v4)
    if Int(length) != address.width {
      record.put(lengthKey, .number(Int(length)), "/\(length)")
    }
  }

  private func showMark(_ rule: Rule, _ record: IpRecord) {
    guard rule.mark != nil || rule.markMask != nil else { return }
    let mark = "0x" + String(rule.mark ?? 0, radix: 16)
    record.put("fwmark", .string(mark), " fwmark " + mark)
    if let mask = rule.markMask, mask != .max {
      record.put("fwmask", .string("0x" + String(mask, radix: 16)), "/0x" + String(mask, radix: 16))
    }
  }

  private func showInterfaces(_ rule: Rule, _ record: IpRecord) {
    if let input = rule.input {
      record.put("iif", .string(input), " iif " + Sanitize.escaped(input))
      if rule.flags & Rule.isInputDetached != 0 {
        record.put("iif_detached", .null, " [detached]")
      }
    }
    if let output = rule.output {
      record.put("oif", .string(output), " oif " + Sanitize.escaped(output))
      if rule.flags & Rule.isOutputDetached != 0 {
        record.put("oif_detached", .null, " [detached]")
      }
    }
  }

  private func showTraffic(_ rule: Rule, _ record: IpRecord) {
    if let uids = rule.uids {
      record.member("uid_start", .number(Int(uids.lowerBound)))
      record.member("uid_end", .number(Int(uids.upperBound)))
      record.write(" uidrange \(uids.lowerBound)-\(uids.upperBound)")
    }
    if let number = rule.ipProtocol {
      let name =
        number == 6 ? "tcp" : number == 17 ? "udp" : number == 1 ? "icmp" : "ipproto-\(number)"
      record.put("ipproto", .string(name), " ipproto " + name)
    }
    if let ports = rule.sourcePorts { showPorts(ports, "sport", record) }
    if let ports = rule.destinationPorts { showPorts(ports, "dport", record) }
    if let tunnel = rule.tunnel, tunnel != 0 {
      record.put("tun_id", .number(Int(clamping: tunnel)), " tun_id \(tunnel)")
    }
  }

  private func showPorts(_ ports: ClosedRange<UInt16>, _ key: StaticString, _ record: IpRecord) {
    let isOne = ports.lowerBound == ports.upperBound
    let text = isOne ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    if isOne {
      record.put(key, .number(Int(ports.lowerBound)), " \(key) " + text)
    } else {
      record.members.append((key: "\(key)_start", value: .number(Int(ports.lowerBound))))
      record.members.append((key: "\(key)_end", value: .number(Int(ports.upperBound))))
      record.write(" \(key) " + text)
    }
  }

  private func showAction(_ rule: Rule, _ record: IpRecord) {
    switch rule.action {
    case 2:
      let target = rule.target.map { String($0) } ?? "none"
      record.put("goto", .string(target), " goto " + target)
      if rule.flags & Rule.isUnresolved != 0 { record.put("unresolved", .null, " [unresolved]") }
    case 3: record.put("nop", .null, " nop")
    case 6, 7, 8:
      let name = RouteNames.type(rule.action)
      record.put("action", .string(name), " " + name)
    default:
      if rule.table == 0 { return }
      let name = RouteNames.table(rule.table)
      record.put("table", .string(name), " lookup " + name)
      if let length = rule.suppressPrefix, length != .max {
        record.put("suppress_prefixlen", .number(Int(length)), " suppress_prefixlength \(length)")
      }
      if let group = rule.suppressGroup, group != .max {
        record.put("suppress_ifgroup", .number(Int(group)), " suppress_ifgroup \(group)")
      }
    }
  }
}
