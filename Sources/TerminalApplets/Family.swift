public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func terminalApplets() -> [Applet] {
  [
    Applet("clear", Clear.self),
    Applet("less", Less.self),
    Applet("more", Less.self),
    Applet("reset", Reset.self),
    Applet("script", Script.self),
    Applet("stty", Stty.self),
    Applet("time", Time.self),
    Applet("watch", Watch.self),
  ]
}
