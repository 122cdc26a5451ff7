public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func systemApplets() -> [Applet] {
  [
    Applet("date", Date.self),
    Applet("dmesg", Dmesg.self),
    Applet("hostname", Hostname.self),
    Applet("id", Id.self),
    Applet("nproc", Nproc.self),
    Applet("sysctl", Sysctl.self),
    Applet("uname", Uname.self),
    Applet("whoami", Whoami.self),
  ]
}
