public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func jvmApplets() -> [Applet] {
  [
    Applet("jattach", Jattach.self),
    Applet("jcmd", Jcmd.self),
    Applet("jfr", Jfr.self),
    Applet("jinfo", Jinfo.self),
    Applet("jmap", Jmap.self),
    Applet("jps", Jps.self),
    Applet("jstack", Jstack.self),
    Applet("jstat", Jstat.self),
  ]
}
