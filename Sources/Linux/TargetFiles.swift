internal import CLinux

/// Removes `name` from the folder open at `folder`, never following a link. unlinkat(2).
public func removeFile(_ name: String, in folder: borrowing File) throws(SystemError) {
  let descriptor = folder.descriptor
  try check("unlink", name) { name.withPath { Int(unlinkat(descriptor, $0, 0)) } }
}

extension File {
  /// Bytes that we could still write to the file system this lies on; fstatfs(2).
  public borrowing func freeSpace() throws(SystemError) -> Int {
    var status = statfs()
    let descriptor = descriptor
    try check("statfs", "") { Int(fstatfs(descriptor, &status)) }
    let (bytes, overflow) = Int(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int(clamping: status.f_bsize))
    return overflow ? .max : bytes
  }
}
