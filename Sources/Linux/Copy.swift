internal import CLinux

extension Output {
  /// Writes all of `file` from its position on, by the cheapest way there is between the two.
  ///
  /// copy_file_range(2) between regular files, splice(2) into a pipe, else 128 KiB at a time; what a
  /// cheap way refuses, the plain one does. Files of `/proc` claim size 0 and are always read.
  /// - Throws: what reading failed with; `failure` holds what writing failed with.
  public func copy(_ file: borrowing File) throws(SystemError) {
    flush()
    if descriptor >= 0, failure == nil, let source = try? file.status(),
      let sink = try? statusOf(descriptor), source.kind == .regular, source.size > 0
    {
      if sink.kind == .regular { copyRange(file.descriptor) }
      if sink.kind == .fifo { splicePipe(file.descriptor) }
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 131072, alignment: 4096)
    defer { buffer.deallocate() }
    while failure == nil {
      let count = try file.read(into: buffer)
      if count == 0 { return }
      send(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private func copyRange(_ source: Int32) {
    while copy_file_range(source, nil, descriptor, nil, 1 << 30, 0) > 0 {}
  }

  private func splicePipe(_ source: Int32) {
    _ = clinux_fcntl(descriptor, F_SETPIPE_SZ, 1 << 20)
    while splice(source, nil, descriptor, nil, 1 << 20, 0) > 0 {}
  }
}

/// fstat(2).
func statusOf(_ descriptor: Int32) throws(SystemError) -> FileStatus {
  var raw = stat()
  try check("fstat", "") { Int(fstat(descriptor, &raw)) }
  return FileStatus(raw)
}

extension File {
  /// A descriptor of our own for standard input, which stays open when this goes away.
  public static func standardInput() throws(SystemError) -> File {
    let copy = try check("dup", "standard input") { Int(clinux_fcntl(0, F_DUPFD_CLOEXEC, 3)) }
    return File(owning: Int32(copy))
  }
}

extension Output {
  /// Whether this writes to the very file that `file` reads, so that copying would never end.
  public func feeds(_ file: borrowing File) -> Bool {
    guard descriptor >= 0, let source = try? file.status(), let sink = try? statusOf(descriptor),
      source.kind == .regular, sink.isSame(as: source)
    else { return false }
    // Only a position before the end of what is written makes a circle.
    let flags = clinux_fcntl(descriptor, F_GETFL, 0)
    if flags >= 0, flags & O_APPEND != 0 { return source.size > 0 }
    let reading = lseek(file.descriptor, 0, SEEK_CUR)
    let writing = lseek(descriptor, 0, SEEK_CUR)
    return reading >= 0 && writing >= 0 && reading < writing
  }
}
