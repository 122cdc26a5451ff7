internal import CLinux

extension File {
  /// Makes `number` of this process a descriptor for this open file. dup2(2)
  public borrowing func become(_ number: Int32) throws(SystemError) {
    let descriptor = descriptor
    try check("dup2", "") { Int(dup2(descriptor, number)) }
  }
}

extension Child {
  /// Waits for any child. waitpid(2)
  ///
  /// - Returns: nil where there are none.
  public static func waitForAny() throws(SystemError) -> (pid: Int32, reason: ExitReason)? {
    var status: Int32 = 0
    let pid: Int
    do throws(SystemError) {
      pid = try check("waitpid", "") { Int(waitpid(-1, &status, 0)) }
    } catch {
      if error.errno.code == ECHILD { return nil }
      throw error
    }
    if clinux_exited(status) != 0 { return (Int32(pid), .exited(clinux_exit_status(status))) }
    return (Int32(pid), .signalled(clinux_term_signal(status)))
  }
}

extension Output {
  /// Closes the descriptor; nothing may be written any more.
  public func close() { if descriptor >= 0 { _ = CLinux.close(descriptor) } }
}
