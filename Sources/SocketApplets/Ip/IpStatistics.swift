internal import Linux
internal import Netlink
internal import Report

// The counters of an interface, `ip -s`.
extension LinkView {
  /// A counter and what it is called in the table and in JSON.
  private typealias Counter = (title: StaticString, key: StaticString, value: UInt64)

  func statistics(_ link: NetworkLink, _ record: IpRecord) {
    guard counts > 0, let counters = link.statistics else { return }
    let received: [Counter] = [
      (title: "bytes", key: "bytes", value: counters.receivedBytes),
      (title: "packets", key: "packets", value: counters.receivedPackets),
      (title: "errors", key: "errors", value: counters.receiveErrors),
      (title: "dropped", key: "dropped", value: counters.receiveDropped),
      (title: "missed", key: "over_errors", value: counters.missedErrors),
      (title: "mcast", key: "multicast", value: counters.multicast),
    ]
    let sent: [Counter] = [
      (title: "bytes", key: "bytes", value: counters.sentBytes),
      (title: "packets", key: "packets", value: counters.sentPackets),
      (title: "errors", key: "errors", value: counters.sendErrors),
      (title: "dropped", key: "dropped", value: counters.sendDropped),
      (title: "carrier", key: "carrier_errors", value: counters.carrierErrors),
      (title: "collsns", key: "collisions", value: counters.collisions),
    ]
    let receiveErrors: [Counter] = [
      (title: "length", key: "length_errors", value: counters.lengthErrors),
      (title: "crc", key: "crc_errors", value: counters.checksumErrors),
      (title: "frame", key: "frame_errors", value: counters.frameErrors),
      (title: "fifo", key: "fifo_errors", value: counters.receiveFIFOErrors),
      (title: "overrun", key: "missed_errors", value: counters.overrunErrors),
    ]
    let sendErrors: [Counter] = [
      (title: "aborted", key: "aborted_errors", value: counters.abortedErrors),
      (title: "fifo", key: "fifo_errors", value: counters.sendFIFOErrors),
      (title: "window", key: "window_errors", value: counters.windowErrors),
      (title: "heartbt", key: "heartbeat_errors", value: counters.heartbeatErrors),
      (title: "transns", key: "carrier_changes", value: UInt64(link.carrierChanges ?? 0)),
    ]
    let isDetailed = counts > 1
    record.member(
      "stats64",
      .object([
        (key: "rx", value: Self.object(received + (isDetailed ? receiveErrors : []))),
        (key: "tx", value: Self.object(sent + (isDetailed ? sendErrors : []))),
      ]))
    var widths = [10, 7, 6, 7, 7, 7]
    for group in [received, sent] {
      for (index, counter) in group.enumerated() {
        widths[index] = max(widths[index], String(counter.value).utf8.count)
      }
    }
    if isDetailed {
      for group in [receiveErrors, sendErrors] {
        for (index, counter) in group.enumerated() {
          widths[index + 1] = max(widths[index + 1], String(counter.value).utf8.count)
        }
      }
    }
    table("RX:", received, widths, record)
    if isDetailed { errors("RX errors:", receiveErrors, widths, record) }
    table("TX:", sent, widths, record)
    if isDetailed { errors("TX errors:", sendErrors, widths, record) }
  }

  private static func object(_ counters: [Counter]) -> JSON {
    .object(counters.map { (key: "\($0.key)", value: .number(Int(clamping: $0.value))) })
  }

  private func table(
    _ name: StaticString, _ counters: [Counter], _ widths: [Int], _ record: IpRecord
  ) {
    record.newLine()
    var titles = "    \(name)"
    var values = "    "
    for (index, counter) in counters.enumerated() {
      let width = widths[index]
      titles +=
        index == 0
        ? Self.right("\(counter.title)", width - 3) : " " + Self.right("\(counter.title)", width)
      values += Self.right(String(counter.value), width) + " "
    }
    // The column of compressed packets, which no interface has today.
    record.write(titles + String(repeating: " ", count: 11))
    record.newLine()
    record.write(values)
  }

  private func errors(
    _ name: StaticString, _ counters: [Counter], _ widths: [Int], _ record: IpRecord
  ) {
    record.newLine()
    var titles = "    " + "\(name)" + String(repeating: " ", count: max(0, widths[0] - 10))
    var values = "    " + String(repeating: " ", count: widths[0]) + " "
    for (index, counter) in counters.enumerated() {
      let width = widths[index + 1]
      titles += " " + Self.right("\(counter.title)", width)
      values += Self.right(String(counter.value), width) + " "
    }
    record.write(titles)
    record.newLine()
    record.write(values)
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
}
