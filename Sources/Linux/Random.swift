internal import CLinux

/// Bytes that nobody can foretell, getrandom(2).
public enum Random {
  /// At most 256, which come whole once the kernel's pool is ready.
  public static func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, min(count, 256)))
    while getrandom(&bytes, bytes.count, 0) < 0, Errno.last == .interrupted {}
    return bytes
  }

  public static func number16() -> UInt16 {
    let bytes = bytes(2)
    return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
  }
}

/// Numbers that nobody can foretell, getentropy(3).
public struct Entropy {
  private var pool: [UInt64] = []

  public init() {}

  /// A number from 0 up to, not including, `bound`; each is as likely.
  public mutating func below(_ bound: UInt64) -> UInt64 {
    guard bound > 1 else { return 0 }
    // Numbers of the last, incomplete round would be more likely: they are drawn again.
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let value = next()
      if value < limit { return value % bound }
    }
  }

  private mutating func next() -> UInt64 {
    if let value = pool.popLast() { return value }
    pool = [UInt64](repeating: 0, count: 32)
    _ = pool.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) }
    return pool.removeLast()
  }
}
