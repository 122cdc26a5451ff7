internal import Capabilities
internal import Linux

/// Why this process may or may not send echo requests: icmp(7), capabilities(7).
public struct ICMPAccess: Sendable {
  /// The two numbers of net.ipv4.ping_group_range; empty where they cannot be read.
  public let groupRange: String
  public let isInRange: Bool
  public let hasRaw: Bool
  /// CAP_NET_RAW was granted to the container, but does not reach our user.
  public let isRawInactive: Bool

  public init() {
    let file = try? File.open("/proc/sys/net/ipv4/ping_group_range", .read)
    var text = ""
    if let file, let bytes = try? file.contents(limit: 256) { text = String(bytes: bytes) }
    let numbers = text.split { $0 == "\t" || $0 == " " || $0 == "\n" }
      .compactMap { UInt32(String($0)) }
    groupRange = numbers.map { String($0) }.joined(separator: " ")
    let groups = [Credentials.effectiveGID] + Credentials.groups
    isInRange =
      numbers.count == 2 && groups.contains { numbers[0] <= $0 && $0 <= numbers[1] }
    let state = CapabilityState(pid: 0)
    hasRaw = state?.permitted.contains(.netRaw) ?? false
    isRawInactive = !hasRaw && (CapabilityState.own()?.bounding.contains(.netRaw) ?? false)
  }

  /// `ping_group_range is "1 0", no CAP_NET_RAW`.
  public var reason: String {
    let range =
      groupRange.isEmpty
      ? "ping_group_range is unknown"
      : "ping_group_range is \"" + groupRange + "\""
    return range + ", " + rawReason
  }

  private var rawReason: String {
    if hasRaw { return "CAP_NET_RAW is there" }
    if isRawInactive {
      return "CAP_NET_RAW is granted to the container but inactive for uid "
        + String(Credentials.effectiveUID)
    }
    return "no CAP_NET_RAW"
  }

  public var advice: String {
    isRawInactive
      ? "--custom with runAsUser: 0, or sysctl net.ipv4.ping_group_range"
      : "--profile=netadmin, or sysctl net.ipv4.ping_group_range"
  }
}
