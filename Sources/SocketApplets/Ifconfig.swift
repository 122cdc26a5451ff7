public import Box

/// Shows interfaces in the layout of net-tools; it changes nothing.
public struct Ifconfig: Command {
  var all = false
  var short = false

  public init() {}

  public static var manual: Manual<Ifconfig> {
    Manual(
      "ifconfig", "Show interfaces with addresses and counters", family: .network,
      operands: "[INTERFACE]",
      options: [
        .flag("a", nil, "Interfaces that are down too") { $0.all = true },
        .flag("s", nil, "One line for each, as netstat -i") { $0.short = true },
        .refused("v", nil, "not supported"),
      ],
      examples: [("ifconfig eth0", "Address, MTU and counters of an interface")],
      standard: "net-tools 2.10 ifconfig(8)",
      deviations: ["everything that changes an interface is refused"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.count > 1 {
      throw .usage("\(operands[1]): only shows; a pod's network is changed by its CNI plugin")
    }
    let interfaces = try Interfaces(context)
    if let name = operands.first {
      guard interfaces.show(name: name) else { throw .message("\(name): no such interface") }
    } else if short {
      interfaces.showTable(all: all, isWide: false)
    } else {
      interfaces.showAll(all: all)
    }
  }
}
