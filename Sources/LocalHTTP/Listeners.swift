public import Linux

/// A socket of TCP that waits for connections, as `/proc/net/tcp` lists it.
public struct Listener: Equatable, Sendable {
  public let endpoint: Endpoint
  public let uid: UInt32
  public let inode: UInt64

  /// Where to connect to: all addresses of the machine are reached by the loopback.
  public var reachable: Endpoint {
    guard endpoint.address.isUnspecified else { return endpoint }
    return Endpoint(
      endpoint.address.family == .v4 ? .loopbackV4 : .loopbackV6, port: endpoint.port)
  }

  /// The listening ones of `/proc/net/tcp` or `/proc/net/tcp6`, proc(5).
  public static func parse(_ text: [UInt8]) -> [Listener] {
    var found: [Listener] = []
    for line in text.split(separator: 10) {
      let words = line.split(separator: 0x20, maxSplits: 12, omittingEmptySubsequences: true)
      // State 0A is LISTEN.
      guard words.count > 9, words[3].elementsEqual("0A".utf8), let endpoint = endpoint(words[1]),
        let uid = UInt32(String(bytes: words[7])), let inode = UInt64(String(bytes: words[9]))
      else { continue }
      found.append(Listener(endpoint: endpoint, uid: uid, inode: inode))
    }
    return found
  }

  /// `0100007F:1F90`: words in the byte order of the machine, and the port.
  private static func endpoint(_ text: ArraySlice<UInt8>) -> Endpoint? {
    let parts = text.split(separator: UInt8(ascii: ":"))
    guard parts.count == 2, parts[0].count == 8 || parts[0].count == 32,
      let port = UInt16(String(bytes: parts[1]), radix: 16)
    else { return nil }
    var bytes: [UInt8] = []
    var start = parts[0].startIndex
    while start < parts[0].endIndex {
      guard let word = UInt32(String(bytes: parts[0][start..<start + 8]), radix: 16) else {
        return nil
      }
      withUnsafeBytes(of: word) { bytes += $0 }
      start += 8
    }
    guard let address = IPAddress(bytes: bytes) else { return nil }
    return Endpoint(address.unmapped, port: port)
  }
}
