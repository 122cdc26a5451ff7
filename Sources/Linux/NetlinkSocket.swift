internal import CLinux

/// A netlink(7) socket of the network namespace we are in: requests to the kernel, and its datagrams.
public final class NetlinkSocket {
  public enum Family: Sendable {
    /// Interfaces, addresses, routes, neighbours, rules: rtnetlink(7).
    case route
    /// Sockets: sock_diag(7).
    case sockets
    /// Connection tracking and packet filters.
    case netfilter

    var rawValue: Int32 {
      switch self {
      case .route: NETLINK_ROUTE
      case .sockets: NETLINK_SOCK_DIAG
      case .netfilter: NETLINK_NETFILTER
      }
    }
  }

  private let descriptor: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: NetlinkSocket.room, alignment: 16)

  /// What one datagram may hold. The kernel fills a dump up to 32 KiB a piece.
  static let room = 256 * 1024

  public init(_ family: Family) throws(SystemError) {
    descriptor = Int32(
      try check("socket", "netlink") { Int(clinux_netlink(family.rawValue)) })
  }

  deinit {
    _ = close(descriptor)
    buffer.deallocate()
  }

  public func send(_ request: [UInt8]) throws(SystemError) {
    try check("send", "netlink") {
      request.withUnsafeBytes { CLinux.send(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  /// The next datagram, valid until the next call; ETIMEDOUT where none comes for seconds.
  public func receive() throws(SystemError) -> UnsafeRawBufferPointer {
    do throws(SystemError) {
      let count = try check("recv", "netlink") {
        recv(descriptor, buffer.baseAddress, buffer.count, 0)
      }
      return UnsafeRawBufferPointer(rebasing: buffer[..<min(count, buffer.count)])
    } catch {
      throw error.errno == .wouldBlock ? SystemError(.timedOut, "recv", "netlink") : error
    }
  }
}
