internal import CLinux

/// Random bytes of the kernel.
public enum Random {
  /// getrandom(2); at most 256, which never come short.
  public static func bytes(_ count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: min(max(0, count), 256))
    try check("getrandom", "") {
      bytes.withUnsafeMutableBytes { getrandom($0.baseAddress, $0.count, 0) }
    }
    return bytes
  }
}
