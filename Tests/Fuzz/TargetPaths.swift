import Linux

@testable import Target

/// A path argument, and the working folder on a second line: a root is always asked for an absolute path.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = UnsafeBufferPointer(start: start, count: count)
  let lines = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
    .map { String(bytes: Array($0)) }
  let folder = lines.count > 1 ? lines[1] : "/"
  switch TargetPath(lines.first ?? "", workingFolder: folder) {
  case .main(let path), .root(_, let path):
    precondition(path.utf8.first == UInt8(ascii: "/"))
  case .own, .folder, .file:
    break
  }
  return 0
}
