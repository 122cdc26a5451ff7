internal import CLinux

/// The kernel and the machine, uname(2).
public struct Host: Sendable {
  public let system: String
  public let node: String
  public let release: String
  public let version: String
  public let machine: String

  public init() {
    var raw = utsname()
    uname(&raw)
    system = Self.text(&raw.sysname)
    node = Self.text(&raw.nodename)
    release = Self.text(&raw.release)
    version = Self.text(&raw.version)
    machine = Self.text(&raw.machine)
  }

  private static func text<Field>(_ field: inout Field) -> String {
    withUnsafeBytes(of: &field) { bytes in String(bytes: bytes.prefix { $0 != 0 }) }
  }

  /// CPUs this process may run on, sched_getaffinity(2).
  public static var processors: Int {
    var set = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return 1 }
    return withUnsafeBytes(of: &set) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
  }

  /// CPUs the machine has, in use or not.
  public static var processorsConfigured: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))) }

  /// Addresses others can reach us by: no loopback, no IPv6 link-local ones. getifaddrs(3).
  public static func addresses() throws(SystemError) -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    try check("getifaddrs", "") { Int(getifaddrs(&list)) }
    defer { freeifaddrs(list) }
    var addresses: [String] = []
    var text = [CChar](repeating: 0, count: 64)
    var next = list
    while let entry = next {
      if clinux_address_text(entry, &text, text.count) != 0 {
        addresses.append(String(bytes: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }))
      }
      next = entry.pointee.ifa_next
    }
    return addresses
  }

  /// Clock ticks per second of the times in `/proc`.
  public static var ticksPerSecond: Int { sysconf(Int32(_SC_CLK_TCK)) }
  /// KiB of memory that the kernel has for use, as `MemTotal` of `/proc/meminfo`. sysinfo(2); nil where it fails.
  public static var memoryKiB: Int? {
    let memory = clinux_memory_kib()
    return memory > 0 ? memory : nil
  }
  /// Bytes per page.
  public static var pageSize: Int { sysconf(Int32(_SC_PAGESIZE)) }
}
