internal import CLinux

extension Directory {
  /// Calls `body` with each descriptor of a folder `/proc/PID/fd` that is a socket, and the socket's inode.
  ///
  /// - Parameter refused: called where the kernel does not let us read a link.
  public borrowing func forEachSocketLink(
    _ body: (_ descriptor: Int32, _ inode: UInt32) -> Void, refused: () -> Void
  ) throws(SystemError) {
    let folder = descriptor
    let prefix: StaticString = "socket:["
    try forEachName { name, _, _ in
      guard let number = Self.decimal(name, from: 0), let base = name.baseAddress else {
        return true
      }
      // The kernel ends each name with NUL.
      let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { text in
        let length = clinux_readlinkat(
          folder, base.assumingMemoryBound(to: CChar.self), text.baseAddress, 64)
        guard length > prefix.utf8CodeUnitCount else { return Int(length) }
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(text)[..<Int(length)])
        let isSocket = prefix.withUTF8Buffer { wanted in
          wanted.indices.allSatisfy { bytes[$0] == wanted[$0] }
        }
        guard isSocket, let inode = Self.decimal(bytes, from: prefix.utf8CodeUnitCount) else {
          return Int(length)
        }
        body(Int32(clamping: number), UInt32(truncatingIfNeeded: inode))
        return Int(length)
      }
      if count < 0, Errno.last == .denied || Errno.last == .notPermitted {
        refused()
        return false
      }
      return true
    }
  }

  /// The digits from `start` on; nil where there are none.
  private static func decimal(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var value = 0
    var index = start
    while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39, index < start + 18 {
      value = value * 10 + Int(bytes[index] - 0x30)
      index += 1
    }
    return index > start ? value : nil
  }
}
