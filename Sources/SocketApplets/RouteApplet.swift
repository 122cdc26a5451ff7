public import Box

/// Shows the routing table in the layout of net-tools; it changes nothing.
public struct RouteApplet: Command {
  var numeric = false
  var extend = 0
  var v6 = false

  public init() {}

  public static var manual: Manual<RouteApplet> {
    Manual(
      "route", "Show the routing table", family: .network,
      options: [
        .flag("n", "numeric", "Addresses as numbers") { $0.numeric = true },
        .flag("e", "extend", "Show MSS, window and round trip; twice with all the rest") {
          $0.extend += 1
        },
        .flag("4", "inet", "The IPv4 table, the default") { $0.v6 = false },
        .flag("6", "inet6", "The IPv6 table") { $0.v6 = true },
        .parsed("A", "af", "FAMILY", "One of inet, inet6") {
          (options: inout RouteApplet, name) throws(Failure) in
          guard name == "inet" || name == "inet6" else { throw .usage("\(name): no such family") }
          options.v6 = name == "inet6"
        },
        .flag("F", "fib", "The table, as ever") { _ in },
        .refused("C", "cache", "kernels have no routing cache any more"),
        .refused("v", "verbose", "not supported"),
      ],
      examples: [("route -n", "Which way do packets go?"), ("route -6 -n", "And with IPv6?")],
      standard: "net-tools 2.10 route(8)",
      deviations: ["add, del and flush are refused", "names of networks are not looked up"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let word = operands.first {
      throw .usage("\(word): only shows; a pod's network is changed by its CNI plugin")
    }
    let table = RouteTable(context, numeric: numeric)
    if v6 {
      try table.showV6(title: true)
    } else {
      try table.showV4(extend == 0 ? .plain : extend == 1 ? .statistics : .wide)
    }
  }
}
