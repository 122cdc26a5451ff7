public import Linux

/// The files of `/proc/net`: what the kernel tells of a network namespace as text.
public struct ProcNet: Sendable {
  let root: Root
  private let folder: String

  /// - Parameter pid: a process whose network namespace is meant; nil is ours.
  public init(_ root: Root, pid: Int32? = nil) {
    self.root = root
    folder = pid.map { "/proc/\($0)/net/" } ?? "/proc/net/"
  }

  /// A table of any length.
  public func contents(_ name: String) throws(SystemError) -> [UInt8] {
    try root.contents(folder + name, limit: 1 << 30)
  }

  /// A setting below `/proc/sys/net`, without its newline; nil where there is none.
  public func setting(_ name: String) -> String? {
    guard let bytes = try? root.contents("/proc/sys/net/" + name, limit: 4096) else { return nil }
    return String(bytes: bytes.prefix { $0 != 0x0A })
  }

  /// A setting that is a number.
  public func number(_ name: String) -> Int? { setting(name).flatMap { Int($0) } }

  /// The counters of `snmp`, `netstat` and `snmp6`, in this order.
  public func counters(v6: Bool = true) -> [NetCounter] {
    var all: [NetCounter] = []
    for name in ["snmp", "netstat"] {
      if let bytes = try? contents(name) { all += bytes.withUnsafeBytes { NetCounter.pairs($0) } }
    }
    if v6, let bytes = try? contents("snmp6") {
      all += bytes.withUnsafeBytes { NetCounter.single($0) }
    }
    return all
  }

  public var socketCounts: SocketCounts {
    SocketCounts([(try? contents("sockstat")) ?? [], (try? contents("sockstat6")) ?? []])
  }
}
