public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func targetApplets() -> [Applet] {
  [
    Applet("capsh", Capsh.self),
    Applet("chroot", Chroot.self),
    Applet("enter", Enter.self),
    Applet("env", Env.self),
    Applet("getpcaps", Getpcaps.self),
    Applet("ls-proc-root", LsProcRoot.self),
    Applet("nsenter", Nsenter.self),
    Applet("penv", Penv.self),
    Applet("self-check", SelfCheck.self),
    Applet("setpriv", Setpriv.self),
    Applet("why", Why.self),
  ]
}
