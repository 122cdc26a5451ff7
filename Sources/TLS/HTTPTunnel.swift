public import Linux

/// A way through an HTTP proxy, by CONNECT. RFC 9110 section 9.3.6.
public struct HTTPTunnel {
  private let socket: Socket

  public init(_ socket: Socket) { self.socket = socket }

  public func open(host: String, port: UInt16, until deadline: Deadline) throws(StartTLSFailure) {
    let name = IPAddress(host)?.family == .v6 ? "[\(host)]" : host
    let talk = Talk(socket, deadline)
    try talk.say("CONNECT \(name):\(port) HTTP/1.1\r\nHost: \(name):\(port)\r\n\r\n")
    let status = try talk.nextLine()
    let parts = status.split(separator: 0x20)
    guard Talk.has(status, "HTTP/1."), parts.count >= 2, let first = parts[1].first else {
      throw .unexpected(status)
    }
    guard first == UInt8(ascii: "2") else {
      throw .refused("the proxy refused: \(String(bytes: status))")
    }
    for _ in 0..<Talk.lineCount where try talk.nextLine().isEmpty { return }
    throw .refused("the proxy does not stop talking")
  }
}
