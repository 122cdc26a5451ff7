public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func shellApplets() -> [Applet] {
  [
    Applet("[", Test.self),
    Applet("ash", Sh.self),
    Applet("basename", Basename.self),
    Applet("bash", Sh.self),
    Applet("dash", Sh.self),
    Applet("dirname", Dirname.self),
    Applet("echo", Echo.self),
    Applet("false", False.self),
    Applet("printenv", Printenv.self),
    Applet("printf", Printf.self),
    Applet("pwd", Pwd.self),
    Applet("seq", Seq.self),
    Applet("sh", Sh.self),
    Applet("sleep", Sleep.self),
    Applet("sync", Sync.self),
    Applet("test", Test.self),
    Applet("true", True.self),
    Applet("tty", Tty.self),
    Applet("which", Which.self),
    Applet("yes", Yes.self),
    Applet("zsh", Sh.self),
  ]
}
