public import Linux

/// Why no answer came.
public enum ChannelError: Error, Equatable, Sendable, CustomStringConvertible {
  case timedOut
  /// The server closed the connection in the middle.
  case ended
  case system(SystemError)
  /// TLS came to nothing, in words.
  case insecure(String)
  /// The server's certificate cannot be believed, in OpenSSL's words.
  case untrusted(String)

  public var description: String {
    switch self {
    case .timedOut: return "timed out"
    case .ended: return "end of file"
    case .insecure(let reason), .untrusted(let reason): return reason
    case .system(let error):
      switch error.errno {
      case .connectionRefused: return "connection refused"
      case .networkUnreachable: return "network unreachable"
      case .hostUnreachable: return "host unreachable"
      case .connectionReset: return "connection reset"
      case .timedOut: return "timed out"
      default: return error.reason.asciiLowercased
      }
    }
  }
}

/// What makes a TCP connection a secure one: TLS, of which this module knows nothing.
public protocol ChannelSecurity: AnyObject, Sendable {
  /// - Parameter server: whom `socket` is connected to.
  func secure(_ socket: Socket, to server: Endpoint, until deadline: Deadline) throws(ChannelError)
    -> any SecureStream
}

/// A secure connection; bytes in, bytes out.
public protocol SecureStream: AnyObject {
  func send(_ bytes: [UInt8], until deadline: Deadline) throws(ChannelError)
  /// At least one byte into `buffer`; 0 at the end.
  func receive(into buffer: inout [UInt8], until deadline: Deadline) throws(ChannelError) -> Int
}

/// A way to one server: a connected UDP socket, so that only the server's datagrams come in, or a
/// TCP connection with a length before each message (RFC 1035 section 4.2.2).
public final class Channel {
  public let server: Endpoint
  public let isTCP: Bool
  public let socket: Socket
  private var stream: (any SecureStream)?
  /// What of a TCP stream has come and not been taken.
  private var received: [UInt8] = []
  private var buffer: [UInt8]

  /// - Parameters:
  ///   - source: where to send from; any address or port 0 is the kernel's choice.
  ///   - security: over TCP alone, RFC 7858.
  public init(
    to server: Endpoint, isTCP: Bool = false, from source: Endpoint? = nil,
    security: (any ChannelSecurity)? = nil, until deadline: Deadline
  ) throws(ChannelError) {
    self.server = server
    self.isTCP = isTCP
    buffer = [UInt8](repeating: 0, count: isTCP ? 16384 : Message.largest)
    do throws(SystemError) {
      socket = try Socket(Socket.Domain(server.address.family), isTCP ? .stream : .datagram)
      if let source {
        if isTCP { try socket.set(.reuseAddress) }
        try socket.bind(to: .ip(source))
      }
      if isTCP {
        try socket.connect(to: .ip(server), until: deadline)
        try socket.set(.noDelay)
      } else {
        _ = try socket.startConnecting(to: .ip(server))
      }
    } catch {
      throw error.errno == .timedOut ? .timedOut : .system(error)
    }
    if let security { stream = try security.secure(socket, to: server, until: deadline) }
  }

  public var isSecure: Bool { stream != nil }

  public func send(_ message: [UInt8], until deadline: Deadline) throws(ChannelError) {
    if let stream {
      let length = UInt16(truncatingIfNeeded: message.count)
      let prefix = [UInt8(length >> 8), UInt8(length & 0xFF)]
      return try stream.send(prefix + message, until: deadline)
    }
    do throws(SystemError) {
      if isTCP {
        let length = UInt16(truncatingIfNeeded: message.count)
        try socket.sendAll([UInt8(length >> 8), UInt8(length & 0xFF)] + message, until: deadline)
      } else {
        try socket.sendAll(message, until: deadline)
      }
    } catch {
      throw error.errno == .timedOut ? .timedOut : .system(error)
    }
  }

  /// The next message; `deadline` bounds it as a whole, however slowly its bytes come.
  public func receive(until deadline: Deadline) throws(ChannelError) -> [UInt8] {
    while true {
      if isTCP, let message = takeMessage() { return message }
      let count = try receiveOnce(until: deadline)
      if !isTCP { return Array(buffer[..<count]) }
      if count == 0 { throw .ended }
      received += buffer[..<count]
      // A trickle of bytes never lets the wait above time out.
      if deadline.hasPassed { throw .timedOut }
    }
  }

  private func receiveOnce(until deadline: Deadline) throws(ChannelError) -> Int {
    if let stream { return try stream.receive(into: &buffer, until: deadline) }
    var count: Int?
    do throws(SystemError) {
      count = try socket.receive(into: &buffer, until: deadline)
    } catch {
      throw .system(error)
    }
    guard let count else { throw .timedOut }
    return count
  }

  private func takeMessage() -> [UInt8]? {
    guard received.count >= 2 else { return nil }
    let end = 2 + (Int(received[0]) << 8 | Int(received[1]))
    guard received.count >= end else { return nil }
    let message = Array(received[2..<end])
    received.removeFirst(end)
    return message
  }
}
