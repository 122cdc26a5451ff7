internal import CLinux

/// Numbers that nobody can guess, getrandom(2).
public enum Random {
  public static func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, min(count, 256)))
    // Up to 256 bytes come whole once the kernel's pool is ready.
    while getrandom(&bytes, bytes.count, 0) < 0, Errno.last == .interrupted {}
    return bytes
  }

  public static func number16() -> UInt16 {
    let bytes = bytes(2)
    return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
  }
}
