public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func dotnetApplets() -> [Applet] {
  [
    Applet("dotnet-counters", DotnetCounters.self),
    Applet("dotnet-dump", DotnetDump.self),
    Applet("dotnet-gcdump", DotnetGcdump.self),
    Applet("dotnet-ps", DotnetPs.self),
    Applet("dotnet-stack", DotnetStack.self),
    Applet("dotnet-trace", DotnetTrace.self),
  ]
}
