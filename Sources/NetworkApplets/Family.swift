public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func networkApplets() -> [Applet] {
  [
    Applet("dig", Dig.self),
    Applet("dns", Dns.self),
    Applet("getent", Getent.self),
    Applet("host", Host.self),
    Applet("nslookup", Nslookup.self),
  ]
}
