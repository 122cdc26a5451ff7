public import Box
public import Linux

extension Location {
  /// The name and the open folder it is in, for calls that change files: the last component is not followed.
  public func spot() throws(Failure) -> Spot {
    guard let root else { throw .message("\(display): files of /proc are not changed") }
    let path = path
    return try told { () throws(SystemError) in try root.spot(path) }
  }
}
