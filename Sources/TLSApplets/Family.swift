public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func tlsApplets() -> [Applet] {
  [
    Applet("openssl", Openssl.self),
    Applet("tls", Tls.self),
  ]
}
