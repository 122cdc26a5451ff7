internal import Box
internal import Linux
internal import PacketFilter
internal import Packets

/// The interfaces and what they give.
struct InterfaceList {
  let context: Context

  init(_ context: Context) { self.context = context }

  /// `1.eth0 [Up, Running, Connected]`
  func list() {
    var lines: [String] = []
    var isToldOfAny = false
    let any = "any (Pseudo-device that captures on all interfaces) [Up, Running]"
    for (name, _) in ordered {
      let flags = PacketSocket.interface(name)?.flags ?? 0
      // All of them at once stand behind those that are up and lead anywhere.
      if !isToldOfAny, flags & 0x49 != 0x41 {
        lines.append(any)
        isToldOfAny = true
      }
      lines.append(Sanitize.masked(name) + Self.text(flags))
    }
    if !isToldOfAny { lines.append(any) }
    for (number, line) in lines.enumerated() { context.output.line("\(number + 1)." + line) }
  }

  /// Those that are up first, the loopback after the others.
  private var ordered: [(name: String, index: UInt32)] {
    let all = Interface.all()
    let ranks = all.map { entry in
      let flags = PacketSocket.interface(entry.name)?.flags ?? 0
      return (flags & 1 == 0 ? 4 : 0) + (flags & 0x40 == 0 ? 2 : 0) + (flags & 8 != 0 ? 1 : 0)
    }
    return sortedIndices(all.count) { a, b in (ranks[a], a) < (ranks[b], b) }.map { all[$0] }
  }

  private static func text(_ flags: Int16) -> String {
    var words: [String] = []
    if flags & 1 != 0 { words.append("Up") }
    if flags & 0x40 != 0 { words.append("Running") }
    if flags & 8 != 0 {
      words.append("Loopback")
    } else if flags & 0x40 != 0 {
      words.append("Connected")
    }
    return words.isEmpty ? "" : " [" + words.joined(separator: ", ") + "]"
  }

  func listLinkTypes(_ name: String?) throws(Failure) {
    let device = try CaptureDevice(name ?? "any")
    context.output.line(
      "Data link types for \(Sanitize.masked(device.name)) (use option -y to set):")
    let number = device.linkType.number
    context.output.line(
      "  " + (LinkTypeName.name(number) ?? "?") + " (" + (LinkTypeName.description(number) ?? "?")
        + ")")
  }
}
