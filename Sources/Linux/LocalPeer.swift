internal import CLinux

extension LocalSocket {
  public var descriptor: Int32 { file.descriptor }

  /// Who listens at the other end, SO_PEERCRED of unix(7); the PID is 0 where it is in no namespace of ours.
  public func peer() throws(SystemError) -> (pid: Int32, uid: UInt32) {
    var pid: pid_t = 0
    var uid: uid_t = 0
    let descriptor = file.descriptor
    try check("getsockopt", "") { Int(clinux_peer(descriptor, &pid, &uid)) }
    return (pid, uid)
  }

  /// Receives once into `buffer`; 0 is the end.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try file.read(into: buffer)
  }
}
