/// Why a trace cannot be read.
public enum NettraceError: Error, Equatable {
  /// It does not begin as a trace does.
  case foreign
  /// A length, a tag or an index leads out of its block.
  case damaged
  /// A block is larger than what is read at once.
  case tooLarge
  /// A version of the format that is not read.
  case unsupported
  /// It ends within an object.
  case truncated

  public var words: StaticString {
    switch self {
    case .foreign: "is no .nettrace file"
    case .damaged: "is damaged"
    case .tooLarge: "has a block that is too large to read"
    case .unsupported: "is of a version that is not supported"
    case .truncated: "ends in the middle of a block"
    }
  }
}
