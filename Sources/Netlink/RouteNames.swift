/// The names that ip-route(8) gives to the kernel's numbers.
public enum RouteNames {
  public static func scope(_ number: UInt8) -> String {
    switch number {
    case 0: "global"
    case 200: "site"
    case 253: "link"
    case 254: "host"
    case 255: "nowhere"
    default: String(number)
    }
  }

  public static func table(_ number: UInt32) -> String {
    switch number {
    case 253: "default"
    case 254: "main"
    case 255: "local"
    default: String(number)
    }
  }

  public static func origin(_ number: UInt8) -> String {
    switch number {
    case 0: "unspec"
    case 1: "redirect"
    case 2: "kernel"
    case 3: "boot"
    case 4: "static"
    case 8: "gated"
    case 9: "ra"
    case 10: "mrt"
    case 11: "zebra"
    case 12: "bird"
    case 13: "dnrouted"
    case 14: "xorp"
    case 15: "ntk"
    case 16: "dhcp"
    case 18: "keepalived"
    case 42: "babel"
    case 186: "bgp"
    case 187: "isis"
    case 188: "ospf"
    case 189: "rip"
    case 192: "eigrp"
    default: String(number)
    }
  }

  public static func type(_ number: UInt8) -> String {
    switch number {
    case 0: "none"
    case 1: "unicast"
    case 2: "local"
    case 3: "broadcast"
    case 4: "anycast"
    case 5: "multicast"
    case 6: "blackhole"
    case 7: "unreachable"
    case 8: "prohibit"
    case 9: "throw"
    case 10: "nat"
    case 11: "xresolve"
    default: String(number)
    }
  }

  /// RTAX_*.
  public static func metric(_ kind: Int) -> String {
    let names: [StaticString] = [
      "", "lock", "mtu", "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering",
      "hoplimit", "initcwnd", "features", "rto_min", "initrwnd", "quickack", "congctl",
      "fastopen_no_cookie",
    ]
    return kind > 0 && kind < names.count ? "\(names[kind])" : "metric_\(kind)"
  }

  public static func preference(_ number: UInt8) -> String {
    switch number {
    case 0: "medium"
    case 1: "high"
    case 3: "low"
    default: String(number)
    }
  }
}
