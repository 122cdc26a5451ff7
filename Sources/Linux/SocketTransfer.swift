internal import CLinux

extension Socket {
  /// Sends once; nil where it would block. A datagram goes whole or not at all.
  public func send(_ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int? {
    try unlessBlocking { () throws(SystemError) in
      try check("send", "") {
        CLinux.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      }
    }
  }

  /// Sends once what follows index `start`; nil where it would block.
  public func send(_ bytes: [UInt8], from start: Int = 0) throws(SystemError) -> Int? {
    try unlessBlocking { () throws(SystemError) in
      try check("send", "") {
        bytes.withUnsafeBytes { all in
          let rest = UnsafeRawBufferPointer(rebasing: all[min(start, all.count)...])
          return CLinux.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
      }
    }
  }

  /// Sends a datagram; false where it would block.
  public func send(_ bytes: [UInt8], to address: SocketAddress) throws(SystemError) -> Bool {
    var isSent = false
    try address.withRaw { (raw, size) throws(SystemError) in
      let count = try unlessBlocking { () throws(SystemError) in
        try check("sendto", address.description) {
          bytes.withUnsafeBytes {
            clinux_send_to(descriptor, $0.baseAddress, $0.count, raw, size)
          }
        }
      }
      isSent = count != nil
    }
    return isSent
  }

  /// Sends all of `bytes`, or fails with ETIMEDOUT after `deadline`.
  public func sendAll(_ bytes: [UInt8], until deadline: Deadline) throws(SystemError) {
    var sent = 0
    while sent < bytes.count {
      if let count = try send(bytes, from: sent) {
        sent += count
      } else if try wait(for: .write, until: deadline).isEmpty {
        throw SystemError(.timedOut, "send", "")
      }
    }
  }

  /// Receives once; nil where nothing is there, 0 at the end of a stream.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    try unlessBlocking { () throws(SystemError) in
      try check("recv", "") { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }
  }

  /// Receives once into `bytes` from index `start` on.
  public func receive(into bytes: inout [UInt8], from start: Int = 0) throws(SystemError) -> Int? {
    try unlessBlocking { () throws(SystemError) in
      try check("recv", "") {
        bytes.withUnsafeMutableBytes { all in
          let rest = UnsafeMutableRawBufferPointer(rebasing: all[min(start, all.count)...])
          return recv(descriptor, rest.baseAddress, rest.count, 0)
        }
      }
    }
  }

  /// Receives once, waiting for it; nil after `deadline`, 0 at the end of a stream.
  public func receive(
    into bytes: inout [UInt8], from start: Int = 0, until deadline: Deadline
  ) throws(SystemError) -> Int? {
    while true {
      if let count = try receive(into: &bytes, from: start) { return count }
      if try wait(for: .read, until: deadline).isEmpty { return nil }
    }
  }

  /// Receives a datagram; nil where nothing is there.
  public func receiveDatagram(into bytes: inout [UInt8]) throws(SystemError)
    -> (count: Int, source: SocketAddress)?
  {
    var raw = sockaddr_storage()
    var size: socklen_t = 0
    let count = try unlessBlocking { () throws(SystemError) in
      try check("recvfrom", "") {
        bytes.withUnsafeMutableBytes {
          clinux_receive_from(descriptor, $0.baseAddress, $0.count, &raw, &size)
        }
      }
    }
    guard let count else { return nil }
    return (count, SocketAddress(&raw, size))
  }
}
