import Linux
import Netlink

/// Datagrams and tables from a kernel, or from what says it is one, are read to their end or refused.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  bytes.withUnsafeBytes { all in
    readMessages(all)
    readSockets(all)
    readTables(all)
  }
  _ = try? NetlinkTransport(replaying: [bytes, bytes]).exchange(
    NetlinkRequest(18, isDump: true)
  ) { _ in }
  return 0
}

private func readMessages(_ all: UnsafeRawBufferPointer) {
  NetlinkMessage.forEach(in: all) { message in
    readRoutes(message.payload)
    return true
  }
  readRoutes(all)
}

private func readRoutes(_ payload: UnsafeRawBufferPointer) {
  if let link = NetworkLink(payload) { precondition(link.alternativeNames.count <= 64) }
  if let address = LinkAddress(payload) { _ = address.local?.text }
  if let route = Route(payload) {
    precondition(route.hops.count <= payload.count / 8)
    for metric in route.metrics { _ = RouteNames.metric(metric.kind) }
    _ = route.destination?.text
  }
  if let neighbour = Neighbour(payload) { precondition(neighbour.hardwareAddress.count <= 32) }
  if let rule = Rule(payload) { _ = rule.uids?.count }
}

private func readSockets(_ all: UnsafeRawBufferPointer) {
  let list = SocketList(keepsDetails: true)
  list.addInternet(.tcp, all)
  list.addUnix(all)
  list.addTable(.tcp, isV6: false, all)
  list.addTable(.udp, isV6: true, all)
  list.addUnixTable(all)
  list.addNetlinkTable(all)
  list.addPacketTable(all)
  for record in list.records {
    _ = list.name(of: record)
    let text = record.local.text
    precondition(IPAddress(text) != nil)
    list.with(record.details) { details in
      guard let fields = Attributes.first(InetAttribute.info, in: details) else { return }
      let info = TCPInfo(fields)
      _ = info.sendWindow &+ info.pathMTU
    }
  }
}

private func readTables(_ all: UnsafeRawBufferPointer) {
  for route in RouteEntry.parse(all) { precondition(route.prefix <= 32) }
  for route in RouteEntryV6.parse(all) { precondition(route.prefix <= 255) }
  _ = ArpEntry.parse(all).count
  _ = AddressEntryV6.parse(all).count
  _ = NetCounter.pairs(all).count
  _ = NetCounter.single(all).count
  _ = DeviceEntry.parse(all).count
  _ = SoftnetEntry.parse(all).count
  _ = SocketCounts([Array(all)]).value("TCP:inuse")
}
