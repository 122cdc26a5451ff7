internal import Linux
internal import Netlink
internal import Report

/// How many sockets there are, from the kernel's own counters: nothing is listed for it.
struct SsSummary {
  private let counts: SocketCounts
  private let established: Int

  init(_ files: ProcNet) {
    counts = files.socketCounts
    established = files.counters(v6: false).value("TcpCurrEstab") ?? 0
  }

  private var rows: [(name: StaticString, v4: Int, v6: Int)] {
    let raw = (counts.value("RAW:inuse"), counts.value("RAW6:inuse"))
    let udp = (counts.value("UDP:inuse"), counts.value("UDP6:inuse"))
    let tcp = (counts.value("TCP:inuse"), counts.value("TCP6:inuse"))
    return [
      (name: "RAW", v4: raw.0, v6: raw.1), (name: "UDP", v4: udp.0, v6: udp.1),
      (name: "TCP", v4: tcp.0, v6: tcp.1),
      (name: "INET", v4: raw.0 + udp.0 + tcp.0, v6: raw.1 + udp.1 + tcp.1),
      (name: "FRAG", v4: counts.value("FRAG:inuse"), v6: counts.value("FRAG6:inuse")),
    ]
  }

  func show(on output: Output, json: Bool) {
    let waiting = counts.value("TCP:tw")
    let total = counts.value("TCP:alloc") + waiting
    let closed = total - counts.value("TCP:inuse") - counts.value("TCP6:inuse")
    let orphaned = counts.value("TCP:orphan")
    if json {
      let transports = rows.map { row in
        JSON.object([
          (key: "transport", value: .string("\(row.name)")), (key: "ip", value: .number(row.v4)),
          (key: "ipv6", value: .number(row.v6)),
        ])
      }
      output.line(
        JSON.object([
          (key: "total", value: .number(counts.value("sockets:used"))),
          (key: "tcp", value: .number(total)), (key: "established", value: .number(established)),
          (key: "closed", value: .number(closed)), (key: "orphaned", value: .number(orphaned)),
          (key: "timewait", value: .number(waiting)),
          (key: "transports", value: .array(transports)),
        ]).text)
      return
    }
    output.line("Total: \(counts.value("sockets:used"))")
    output.line(
      "TCP:   \(total) (estab \(established), closed \(closed), orphaned \(orphaned), "
        + "timewait \(waiting))")
    output.line("")
    output.line("Transport Total     IP        IPv6")
    for row in rows {
      let numbers = [row.v4 + row.v6, row.v4, row.v6].map { Self.cell($0) }.joined(separator: " ")
      output.line("\(row.name)\t  " + numbers)
    }
    output.line("")
  }

  private static func cell(_ number: Int) -> String {
    let text = String(number)
    return text + String(repeating: " ", count: max(0, 9 - text.utf8.count))
  }
}
