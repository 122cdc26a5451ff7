internal import Box
internal import Linux
internal import Netlink

/// Decides which sockets an expression means.
struct SsMatcher {
  private let filter: SsFilter
  private let list: SocketList
  private let automaticPorts: ClosedRange<UInt32>
  private let cgroups: CgroupPaths?

  init(_ filter: SsFilter, _ list: SocketList, _ context: Context) {
    self.filter = filter
    self.list = list
    automaticPorts = portRange(ProcNet(context.root))
    cgroups = filter.needsDetails ? CgroupPaths(context.root) : nil
  }

  func accepts(_ record: SocketRecord) -> Bool {
    if case .all = filter.condition { return true }
    return holds(filter.condition, record)
  }

  private func holds(_ condition: SsCondition, _ record: SocketRecord) -> Bool {
    switch condition {
    case .all: true
    case .not(let inner): !holds(inner, record)
    case .both(let a, let b): holds(a, record) && holds(b, record)
    case .either(let a, let b): holds(a, record) || holds(b, record)
    case .host(let isSource, let pattern): matches(pattern, isSource: isSource, record)
    case .port(let isSource, let comparison, let port):
      record.kind.isInternet
        && comparison.holds(isSource ? record.localPort : record.remotePort, port)
    case .device(let index, let isEqual): (record.interface == index) == isEqual
    case .mark(let value, let mask, let isEqual):
      (attribute(InetAttribute.mark, record) { $0.word(0) & mask == value & mask } ?? false)
        == isEqual
    case .cgroup(let path, let isEqual): inCgroup(path, record) == isEqual
    case .autobound: isAutobound(record)
    }
  }

  private func attribute<Value>(
    _ number: Int, _ record: SocketRecord, _ body: (Fields) -> Value
  ) -> Value? {
    guard record.kind.isInternet else { return nil }
    return list.with(record.details) { bytes in Attributes.first(number, in: bytes).map(body) }
  }

  private func inCgroup(_ path: String, _ record: SocketRecord) -> Bool {
    guard let cgroups, let id = attribute(InetAttribute.cgroup, record, { $0.long(0) }) else {
      return false
    }
    return cgroups.path(id).map { $0.sameBytes(as: path) } ?? false
  }

  private func matches(_ pattern: HostPattern, isSource: Bool, _ record: SocketRecord) -> Bool {
    if let glob = pattern.glob {
      guard record.kind.isUnix, isSource else { return false }
      let name = list.name(of: record)
      return ShellPattern(glob, .ignoreCase).matches(name.bytes)
    }
    guard record.kind.isInternet else { return false }
    if let port = pattern.port, port != (isSource ? record.localPort : record.remotePort) {
      return false
    }
    if pattern.networks.isEmpty { return true }
    let address = isSource ? record.local : record.remote
    return pattern.networks.contains { network in
      let isOther = address.isMapped && !network.address.isV6
      let compared =
        isOther ? NetAddress(v4: UInt32(truncatingIfNeeded: address.low)) : address
      return compared.matches(network.address, prefix: network.prefix)
    }
  }

  private func isAutobound(_ record: SocketRecord) -> Bool {
    if record.kind.isUnix {
      // The kernel makes up names of `@` and five hexadecimal digits.
      let name = list.name(of: record).bytes
      return name.count == 6 && name[0] == UInt8(ascii: "@")
        && name.dropFirst().allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
    return record.kind.isInternet && automaticPorts.contains(record.localPort)
  }
}

/// The ports that the kernel gives to connections of its own choice.
func portRange(_ files: ProcNet) -> ClosedRange<UInt32> {
  let text = files.setting("ipv4/ip_local_port_range") ?? ""
  let numbers = text.bytes.split { $0 == 0x09 || $0 == 0x20 }.map { UInt32(String(bytes: $0)) ?? 0 }
  guard numbers.count == 2, numbers[0] <= numbers[1] else { return 32768...60999 }
  return numbers[0]...numbers[1]
}
