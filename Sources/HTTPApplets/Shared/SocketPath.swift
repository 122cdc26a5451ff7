internal import Box
internal import HTTP
internal import Linux
internal import Target

/// Connects to Unix sockets through the funnel of paths, in targets too.
enum SocketPath {
  static func connect(_ path: String, _ paths: Paths, seconds: Double) throws(TransferFailure)
    -> Socket
  {
    do throws(Failure) {
      if path.hasPrefix("@"), !path.hasPrefix("@/"), !isTarget(path) {
        return try connect(.unix(path), seconds)
      }
      let place = try paths.location(path)
      let handle = try place.open([.path])
      do throws(Failure) {
        return try connect(.unix("/proc/self/fd/\(handle.descriptor)"), seconds)
      } catch {
        throw Failure(
          path + ": " + (error.errno?.description ?? error.text ?? ""), errno: error.errno)
      }
    } catch {
      throw TransferFailure(.cannotConnect, error.text ?? path, errno: error.errno)
    }
  }

  /// `@7:/…`: a path in a target, and no abstract name.
  private static func isTarget(_ path: String) -> Bool {
    let digits = path.utf8.dropFirst().prefix { Bytes.isDigit($0) }
    return !digits.isEmpty && path.utf8.dropFirst(1 + digits.count).first == UInt8(ascii: ":")
  }

  private static func connect(_ address: SocketAddress, _ seconds: Double) throws(Failure)
    -> Socket
  {
    try attempt { () throws(SystemError) in
      try Socket.connected(to: address, until: Deadline(seconds: seconds))
    }
  }
}
