public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func processApplets() -> [Applet] {
  [
    Applet("free", Free.self),
    Applet("kill", Kill.self),
    Applet("killall", Killall.self),
    Applet("nice", Nice.self),
    Applet("nohup", Nohup.self),
    Applet("pgrep", Pgrep.self),
    Applet("pidof", Pidof.self),
    Applet("pkill", Pkill.self),
    Applet("ps", Ps.self),
    Applet("pstree", Pstree.self),
    Applet("setsid", Setsid.self),
    Applet("timeout", Timeout.self),
    Applet("uptime", Uptime.self),
    Applet("vmstat", Vmstat.self),
  ]
}
