/// The parts of a path by its text, as POSIX defines basename(1) and dirname(1).
enum PathText {
  private static let slash = UInt8(ascii: "/")

  /// `b` of `a/b//`; `/` of slashes alone.
  static func base(_ path: [UInt8]) -> ArraySlice<UInt8> {
    let trimmed = withoutSlashes(path[...])
    if trimmed.isEmpty { return path.prefix(1) }
    let slashes = trimmed.lastIndex(of: slash)
    return slashes.map { trimmed[($0 + 1)...] } ?? trimmed
  }

  /// `a` of `a//b/`; `.` where there is no folder.
  static func folder(_ path: [UInt8]) -> [UInt8] {
    let trimmed = withoutSlashes(path[...])
    if trimmed.isEmpty { return path.isEmpty ? [UInt8(ascii: ".")] : [slash] }
    guard let end = trimmed.lastIndex(of: slash) else { return [UInt8(ascii: ".")] }
    let folder = withoutSlashes(trimmed[..<end])
    return folder.isEmpty ? [slash] : Array(folder)
  }

  private static func withoutSlashes(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var path = path
    while path.last == slash { path = path.dropLast() }
    return path
  }
}
