public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func httpApplets() -> [Applet] {
  [
    Applet("curl", Curl.self),
    Applet("grpc-health-probe", GrpcHealthProbe.self),
    Applet("grpc_health_probe", GrpcHealthProbe.self),
    Applet("grpcurl", Grpcurl.self),
    Applet("http", Http.self),
    Applet("httpstat", Http.self),
    Applet("wget", Wget.self),
  ]
}
