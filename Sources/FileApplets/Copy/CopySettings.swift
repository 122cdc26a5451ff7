internal import Box
internal import Linux

/// How files are copied, as `cp` and `mv` need it.
struct CopySettings {
  enum Existing { case replace, ask, skip, olderOnly }
  enum Reflink { case auto, always, never }
  enum Sparse { case auto, always, never }

  var recurses = false
  var follow: Walker.Follow?
  var keepsMode = false
  var keepsOwner = false
  var keepsTimes = false
  var keepsLinks = false
  var existing = Existing.replace
  /// Removes what cannot be opened for writing.
  var force = false
  /// Removes what is there before it writes.
  var removesFirst = false
  var makesHardLinks = false
  var makesSymbolicLinks = false
  var staysOnDevice = false
  var isVerbose = false
  var reflink = Reflink.auto
  var sparse = Sparse.auto
  var attributesOnly = false
  /// Permissions as if the files were made anew.
  var freshMode = false
  /// Ownership that cannot be kept is no failure.
  var ownerIsWish = true

  /// The words of `--preserve`.
  mutating func preserve(_ list: String, _ value: Bool) throws(Failure) {
    for word in list.split(separator: ",") {
      switch word {
      case "mode": (keepsMode, freshMode) = (value, !value)
      case "ownership": keepsOwner = value
      case "timestamps": keepsTimes = value
      case "links": keepsLinks = value
      case "all": (keepsMode, keepsOwner, keepsTimes, keepsLinks) = (value, value, value, value)
      case "xattr", "context":
        if value { throw .usage("--preserve=\(word): extended attributes are not copied") }
      default:
        throw .usage("--preserve: \(word): must be mode, ownership, timestamps, links or all")
      }
    }
  }

  mutating func archive() {
    (recurses, follow) = (true, .never)
    (keepsMode, keepsOwner, keepsTimes, keepsLinks) = (true, true, true, true)
  }
}
