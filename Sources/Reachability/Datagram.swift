internal import ICMP
public import Linux

/// One datagram to a UDP port, and what came back.
public enum DatagramProbe {
  /// Sends `payload` and waits for a reply, or for somebody to say that there is no way.
  ///
  /// - Returns: the reply; `timeout` where nothing came: the port is open and silent, or it was dropped.
  public static func ask(
    _ endpoint: Endpoint, _ payload: [UInt8], until deadline: Deadline,
    prepare: (Socket) throws(SystemError) -> Void = { (_: Socket) throws(SystemError) in }
  ) -> (verdict: Verdict, reply: [UInt8], seconds: Double) {
    let clock = Clock()
    let start = clock.monotonic()
    var queued: ExtendedError?
    do throws(SystemError) {
      let socket = try Socket(Socket.Domain(endpoint.address.family), .datagram)
      try prepare(socket)
      try socket.setReceivesErrors(endpoint.address.family)
      _ = try socket.startConnecting(to: .ip(endpoint))
      _ = try socket.send(payload)
      var bytes = [UInt8](repeating: 0, count: 65536)
      while true {
        let ready = try socket.wait(for: .read, until: deadline)
        let seconds = clock.monotonic().since(start)
        if ready.isEmpty { return (.timeout, [], seconds) }
        queued = Attempt.queuedError(socket) ?? queued
        if let count = try socket.receive(into: &bytes) {
          return (.open, Array(bytes[..<count]), seconds)
        }
        if let queued, queued.complaint != nil {
          return (Verdict(SystemError(queued.errno, "send", ""), queued), [], seconds)
        }
      }
    } catch {
      return (Verdict(error, queued), [], clock.monotonic().since(start))
    }
  }
}
