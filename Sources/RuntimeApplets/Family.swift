public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func runtimeApplets() -> [Applet] {
  [
    Applet("go-info", GoInfo.self),
    Applet("go-pprof", GoPprof.self),
    Applet("node-inspect", NodeInspect.self),
    Applet("py-spy", PySpy.self),
    Applet("pystack", Pystack.self),
    Applet("runtimes", RuntimesCommand.self),
  ]
}
