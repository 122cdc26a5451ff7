public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func probeApplets() -> [Applet] {
  [
    Applet("fping", Fping.self),
    Applet("mtr", Mtr.self),
    Applet("nc", Nc.self),
    Applet("ncat", Nc.self),
    Applet("netcat", Nc.self),
    Applet("ping", Ping.self),
    Applet("ping6", Ping.self),
    Applet("probe", Probe.self),
    Applet("telnet", Telnet.self),
    Applet("tracepath", Tracepath.self),
    Applet("traceroute", Traceroute.self),
    Applet("traceroute6", Traceroute.self),
  ]
}
