internal import Capabilities
public import Linux
public import ProcFS

/// By which means the kernel let us at what it guards.
public enum Means: Equatable, Sendable {
  /// An ordinary open.
  case plain
  /// With the target's ids for the moment of the open.
  case adopted(uid: UInt32, gid: UInt32)
  /// With a capability that is permitted and was raised for the open.
  case capability
}

/// A guarded file that could be opened, and how.
public struct Opening: ~Copyable {
  public let file: File
  public let means: Means

  /// The file alone.
  public consuming func take() -> File { file }
}

/// Opens the files of `/proc/PID` that the kernel guards by the ptrace access check (ptrace(2)):
/// `root`, `cwd`, `exe`, `environ`, `maps`, `fd`, `ns`.
///
/// The check is made at open: what is opened as the target can be read as ourselves. So we adopt
/// the target's ids, open, and are ourselves again.
public struct Doorway {
  let processes: ProcFS

  public init(_ processes: ProcFS) { self.processes = processes }

  /// Opens `/proc/PID/name`, by the first means that works.
  public func open(_ pid: Int32, _ name: String, _ mode: OpenMode)
    throws(SystemError) -> Opening
  {
    let path = "\(pid)/" + name
    let subject = "/proc/" + path
    let descriptor = processes.descriptor
    do throws(SystemError) {
      return Opening(file: try File.open(at: descriptor, path, mode), means: .plain)
    } catch {
      guard error.errno == .denied || error.errno == .notPermitted else {
        throw error.about(subject)
      }
      let adopted = adopting(pid, path, mode)
      if let adopted {
        return Opening(file: File(owning: adopted.descriptor), means: adopted.means)
      }
      let raised = Privilege.raising(.sysPtrace) { Self.attempt(descriptor, path, mode) }
      if let raised, raised >= 0 {
        return Opening(file: File(owning: raised), means: .capability)
      }
      throw error.about(subject)
    }
  }

  /// The text of the link `/proc/PID/name`, by the same means.
  public func link(_ pid: Int32, _ name: String) throws(SystemError) -> String {
    let descriptor = processes.descriptor
    let path = "\(pid)/" + name
    let read: () -> String? = { try? readLink(at: descriptor, path) }
    do throws(SystemError) {
      return try readLink(at: descriptor, path)
    } catch {
      guard error.errno == .denied || error.errno == .notPermitted else {
        throw error.about("/proc/" + path)
      }
      if let ids = ids(of: pid),
        let text = Credentials.adopting(uid: ids.uid, gid: ids.gid, read) ?? nil
      {
        return text
      }
      if let text = Privilege.raising(.sysPtrace, read) ?? nil { return text }
      throw error.about("/proc/" + path)
    }
  }

  private func adopting(_ pid: Int32, _ path: String, _ mode: OpenMode) -> (
    descriptor: Int32, means: Means
  )? {
    guard let ids = ids(of: pid) else { return nil }
    let descriptor = processes.descriptor
    let opened = Credentials.adopting(uid: ids.uid, gid: ids.gid) {
      Self.attempt(descriptor, path, mode)
    }
    guard let opened, opened >= 0 else { return nil }
    return (opened, .adopted(uid: ids.uid, gid: ids.gid))
  }

  /// The target's effective ids, where they are not ours already.
  private func ids(of pid: Int32) -> (uid: UInt32, gid: UInt32)? {
    guard let status = try? processes.status(of: pid), let uid = status.effectiveUID,
      let gid = status.effectiveGID
    else { return nil }
    if uid == Credentials.effectiveUID, gid == Credentials.effectiveGID { return nil }
    return (uid, gid)
  }

  private static func attempt(_ descriptor: Int32, _ path: String, _ mode: OpenMode) -> Int32 {
    guard let file = try? File.open(at: descriptor, path, mode) else { return -1 }
    return file.release()
  }
}
