public import Linux

/// The ids of a target, taken for one change of its files.
public struct ActingAs: Sendable {
  public let uid: UInt32
  public let gid: UInt32

  public init(uid: UInt32, gid: UInt32) {
    self.uid = uid
    self.gid = gid
  }

  /// Removes `name` from `folder` of `root` with the target's rights, else with ours.
  ///
  /// - Throws: the error of the last try; that the file is not there is none.
  public func remove(_ name: String, from folder: String, in root: Root) throws(SystemError) {
    let place = try root.open(folder, [.path, .directory])
    let attempt: () -> SystemError? = {
      do throws(SystemError) {
        try removeFile(name, in: place)
        return nil
      } catch {
        return error.errno == .noEntry ? nil : error
      }
    }
    guard let adopted = Credentials.adopting(uid: uid, gid: gid, attempt) else {
      if let error = attempt() { throw error }
      return
    }
    if adopted != nil, let error = attempt() { throw error }
  }
}
