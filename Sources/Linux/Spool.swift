internal import CLinux

extension File {
  /// A file without a name, in memory. memfd_create(2).
  public static func anonymous(_ name: String) throws(SystemError) -> File {
    let descriptor = try check("memfd_create", name) {
      Int(memfd_create(name, UInt32(MFD_CLOEXEC)))
    }
    return File(owning: Int32(descriptor))
  }
}

extension File {
  /// Writes all of `bytes`.
  public borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
    let descriptor = descriptor
    var failure: SystemError?
    bytes.withUnsafeBytes { raw in
      do throws(SystemError) {
        try writeAll(raw, to: descriptor)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }
}
