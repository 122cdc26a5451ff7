public import Box
internal import Linux
internal import Netlink

/// Shows interfaces, addresses, routes, neighbours and rules; it changes nothing.
public struct Ip: Command {
  public init() {}

  public static var manual: Manual<Ip> {
    Manual(
      "ip", "Show interfaces, addresses, routes, neighbours and rules", family: .network,
      operands: "[OPTION]... OBJECT [show|get] [SELECTOR]...", grammar: .own,
      options: [
        .word("4", "", "Only IPv4"), .word("6", "", "Only IPv6"),
        .word("brief br", "", "One short line for each"),
        .word("json j", "", "Print JSON"), .word("pretty p", "", "Indent the JSON"),
        .word("statistics stats s", "", "Show counters; twice shows errors too"),
        .word("details d", "", "Show more"), .word("oneline o", "", "One line for each"),
        .word("color c", "", "Colour, always; -c=auto on a terminal, -c=never"),
        .word("family f", "FAMILY", "One of inet, inet6, link"),
        .word("numeric N", "", "Nothing: numbers with a known name are named"),
      ],
      examples: [
        ("ip -br a", "Which addresses does the pod have?"),
        ("ip r get 10.96.0.1", "Which way goes a packet to there?"),
        ("ip -s link show eth0", "What has passed, and what was lost?"),
        ("ip n", "Which neighbours are known?"),
        ("ip route show table all", "Every route of every table"),
      ],
      standard: "iproute2 6.1 ip(8)",
      deviations: [
        "objects: address, link, route, neighbour, rule; commands that change anything are refused",
        "details of the kinds of interfaces (-d of bridges, VLANs, tunnels) are not shown",
        "errors have our own form",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var arguments = operands[...]
    let style = try IpStyle(&arguments, isTerminal: context.wantsColour)
    guard let object = arguments.popFirst() else {
      throw .usage("which object? address, link, route, neighbour or rule")
    }
    let printer = IpPrinter(style, context)
    let source = NetSource(context)
    switch try Self.object(object) {
    case .address:
      var command = IpAddress(printer, source)
      try command.run(arguments)
    case .link: try IpLink(printer, source).run(arguments)
    case .route:
      var command = IpRoute(printer, source)
      try command.run(arguments)
    case .neighbour:
      var command = IpNeighbour(printer, source)
      try command.run(arguments)
    case .rule:
      var command = IpRule(printer, source)
      try command.run(arguments)
    }
    printer.finish()
  }

  private enum Object { case address, link, route, neighbour, rule }

  private static func object(_ word: String) throws(Failure) -> Object {
    // The first that starts so is meant, in this order.
    let known: [(name: StaticString, object: Object?)] = [
      (name: "address", object: .address), (name: "addrlabel", object: nil),
      (name: "maddress", object: nil), (name: "route", object: .route),
      (name: "rule", object: .rule), (name: "neighbor", object: .neighbour),
      (name: "neighbour", object: .neighbour), (name: "ntable", object: nil),
      (name: "ntbl", object: nil), (name: "link", object: .link), (name: "l2tp", object: nil),
      (name: "fou", object: nil), (name: "ila", object: nil), (name: "macsec", object: nil),
      (name: "tunnel", object: nil), (name: "tunl", object: nil), (name: "tuntap", object: nil),
      (name: "tap", object: nil), (name: "token", object: nil), (name: "tcpmetrics", object: nil),
      (name: "monitor", object: nil), (name: "xfrm", object: nil), (name: "mroute", object: nil),
      (name: "mrule", object: nil), (name: "netns", object: nil), (name: "netconf", object: nil),
      (name: "vrf", object: nil), (name: "sr", object: nil), (name: "nexthop", object: nil),
      (name: "mptcp", object: nil), (name: "ioam", object: nil), (name: "stats", object: nil),
    ]
    guard let found = known.first(where: { "\($0.name)".hasPrefix(word) }), !word.isEmpty else {
      throw .usage("\(word): no such object; there are address, link, route, neighbour and rule")
    }
    guard let object = found.object else {
      throw .usage("\(found.name): this object is not supported")
    }
    return object
  }
}

/// How the output is to look.
struct IpStyle {
  /// AF_INET, AF_INET6 or AF_PACKET; 0 is all.
  var family = 0
  var isBrief = false
  var isJSON = false
  var isPretty = false
  var isOneLine = false
  var details = false
  var statistics = 0
  var colours = false

  static let packetFamily = 17

  /// Takes the options from the front of `arguments`.
  init(_ arguments: inout ArraySlice<String>, isTerminal: Bool) throws(Failure) {
    while let word = arguments.first, word.hasPrefix("-"), word.utf8.count > 1 {
      arguments.removeFirst()
      if word == "--" { break }
      let isDouble = word.hasPrefix("--")
      let body = String(word.dropFirst(isDouble ? 2 : 1))
      let parts = body.split(separator: "=", maxSplits: 1).map { String($0) }
      let name = parts.first ?? ""
      let value = parts.count > 1 ? parts[1] : nil
      try take(name, value, word, &arguments, isTerminal: isTerminal)
    }
  }

  private mutating func take(
    _ name: String, _ value: String?, _ word: String, _ arguments: inout ArraySlice<String>,
    isTerminal: Bool
  ) throws(Failure) {
    func means(_ long: StaticString, from least: Int = 1) -> Bool {
      name.utf8.count >= least && "\(long)".hasPrefix(name)
    }
    if name == "4" {
      family = NetAddress.v4Family
    } else if name == "6" {
      family = NetAddress.v6Family
    } else if name == "0" {
      family = Self.packetFamily
    } else if means("brief", from: 2) {
      isBrief = true
    } else if means("json") {
      isJSON = true
    } else if means("pretty") {
      isPretty = true
    } else if means("oneline") {
      isOneLine = true
    } else if means("details") {
      details = true
    } else if means("stats") || means("statistics") {
      statistics += 1
    } else if means("color") || means("colour") {
      colours = value == "auto" ? isTerminal : value != "never"
    } else if means("family") {
      try choose(arguments.popFirst() ?? value ?? "")
    } else if name == "N" || means("Numeric") || means("numeric", from: 2) {
      return
    } else {
      throw .usage("\(word): unknown or unsupported option; --help lists them")
    }
  }

  private mutating func choose(_ name: String) throws(Failure) {
    switch name {
    case "inet": family = NetAddress.v4Family
    case "inet6": family = NetAddress.v6Family
    case "link": family = Self.packetFamily
    default: throw .usage("\(name): no such family; there are inet, inet6 and link")
    }
  }
}

/// The words behind an object: which command it is, and what is to be shown.
struct IpWords {
  private var rest: ArraySlice<String>
  private let object: StaticString

  init(_ words: ArraySlice<String>, object: StaticString) {
    rest = words
    self.object = object
  }

  enum Command { case show, get }

  /// Takes the command; `show` is the one where there is none.
  mutating func command(hasGet: Bool = false) throws(Failure) -> Command {
    guard let word = rest.first else { return .show }
    for name in ["show", "list", "lst", "ls"] where name.hasPrefix(word) {
      rest.removeFirst()
      return .show
    }
    if hasGet, "get".hasPrefix(word), word.utf8.count > 0 {
      rest.removeFirst()
      return .get
    }
    for name in [
      "add", "delete", "del", "change", "chg", "replace", "append", "prepend", "flush", "set",
      "save", "restore", "showdump", "property", "test", "afstats", "xstats", "get",
    ] where name.hasPrefix(word) {
      throw .usage("\(object) \(word): only shows; a pod's network is changed by its CNI plugin")
    }
    throw .usage("\(object) \(word): unknown command; there is show\(hasGet ? " and get" : "")")
  }

  mutating func next() -> String? { rest.popFirst() }

  /// The value behind the word `name`.
  mutating func value(_ name: String) throws(Failure) -> String {
    guard let value = rest.popFirst() else { throw .usage("\(object) \(name): needs a value") }
    return value
  }

  /// The interface behind the word `name`.
  mutating func device(_ name: String, in source: NetSource) throws(Failure) -> UInt32 {
    let device = try value(name)
    guard let index = source.index(of: device) else {
      throw .message("\(device): no such interface")
    }
    return index
  }

  func unknown(_ word: String) -> Failure {
    .usage("\(object) show \(word): unknown or unsupported selector")
  }
}
