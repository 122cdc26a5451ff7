internal import CLinux

extension File {
  /// A second descriptor for one that belongs to the process: standard input or output, which stay open.
  public static func duplicate(of descriptor: Int32) throws(SystemError) -> File {
    let copy = try check("dup", "") { Int(clinux_fcntl(descriptor, F_DUPFD_CLOEXEC, 3)) }
    return File(owning: Int32(copy))
  }
}
