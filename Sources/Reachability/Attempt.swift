internal import ICMP
public import Linux

/// One try to reach a TCP port or a socket in the file system, with the evidence of what stopped it.
public final class Attempt {
  public let address: SocketAddress
  /// nil where there could not even be a socket.
  public private(set) var socket: Socket?
  /// nil: under way.
  public private(set) var verdict: Verdict?
  /// How long it took.
  public private(set) var seconds = 0.0
  private let start: Instant
  private let clock = Clock()

  /// Starts to connect.
  ///
  /// - Parameter prepare: sets options of the socket, and binds it.
  public init(
    _ address: SocketAddress,
    prepare: (Socket) throws(SystemError) -> Void = { (_: Socket) throws(SystemError) in }
  ) {
    self.address = address
    start = clock.monotonic()
    do throws(SystemError) {
      let socket = try Socket(Socket.Domain(address), .stream)
      self.socket = socket
      try prepare(socket)
      if let family = address.endpoint?.address.family { try socket.setReceivesErrors(family) }
      if try socket.startConnecting(to: address) { finish(.open) }
    } catch {
      finish(Verdict(error, socket.flatMap { Self.queuedError($0) }))
    }
  }

  /// Looks what has become of it; to be called when the socket is ready to write, or has an error.
  public func look() {
    guard verdict == nil, let socket else { return }
    let queued = Self.queuedError(socket)
    if let errno = socket.takeError() {
      finish(Verdict(SystemError(errno, "connect", address.description), queued))
    } else if case .unnamed = socket.peerAddress {
      // A remark of the kernel that does not end the attempt.
    } else {
      finish(.open)
    }
  }

  /// Ends what is under way.
  public func giveUp() {
    if verdict == nil { finish(.timeout) }
  }

  /// Waits for the verdict.
  public func wait(until deadline: Deadline) -> Verdict {
    while verdict == nil {
      guard let socket, let ready = try? socket.wait(for: .write, until: deadline),
        !ready.isEmpty
      else {
        giveUp()
        break
      }
      look()
    }
    return verdict ?? .timeout
  }

  /// The connected socket, which no longer minds what routers say.
  public func takeSocket() -> Socket? {
    guard case .open? = verdict, let socket else { return nil }
    self.socket = nil
    if let family = address.endpoint?.address.family {
      try? socket.set(family == .v4 ? .receiveErrors : .receiveErrorsV6, 0)
    }
    return socket
  }

  /// Waits whether a connection that was made is reset before it brings anything.
  ///
  /// - Returns: the first bytes that came.
  public func settle(until deadline: Deadline) -> [UInt8] {
    guard case .open? = verdict, let socket else { return [] }
    var bytes = [UInt8](repeating: 0, count: 1024)
    do throws(SystemError) {
      let count = try socket.receive(into: &bytes, until: deadline) ?? 0
      return Array(bytes[..<count])
    } catch {
      if error.errno == .connectionReset { verdict = .resetAfterAccept }
      return []
    }
  }

  private func finish(_ verdict: Verdict) {
    seconds = clock.monotonic().since(start)
    self.verdict = verdict
    if !verdict.isOpen { socket = nil }
  }

  /// The oldest entry of the error queue.
  static func queuedError(_ socket: Socket) -> ExtendedError? {
    var bytes = [UInt8](repeating: 0, count: 128)
    guard let message = try? socket.receiveMessage(into: &bytes, fromErrors: true) else {
      return nil
    }
    return ExtendedError(record: message.errorRecord)
  }
}
