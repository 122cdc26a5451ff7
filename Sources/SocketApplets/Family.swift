public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func socketApplets() -> [Applet] {
  [
    Applet("arp", Arp.self),
    Applet("ifconfig", Ifconfig.self),
    Applet("ip", Ip.self),
    Applet("netcheck", Netcheck.self),
    Applet("netstat", Netstat.self),
    Applet("nstat", Nstat.self),
    Applet("route", RouteApplet.self),
    Applet("ss", Ss.self),
  ]
}
