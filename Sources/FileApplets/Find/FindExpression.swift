internal import Linux
internal import Patterns

/// A number as find's tests take it: `N`, `+N`, `-N`.
struct FindNumber: Equatable {
  enum Comparison { case equal, more, less }

  var comparison = Comparison.equal
  var value = 0

  func matches(_ other: Int) -> Bool {
    switch comparison {
    case .equal: other == value
    case .more: other > value
    case .less: other < value
    }
  }
}

/// One of the times of a file.
enum FindTime { case accessed, changed, modified, born }

/// A user or group that a name stands for in the root that is walked.
final class FindOwner {
  let name: String
  let isGroup: Bool
  var id: UInt32?

  init(_ name: String, isGroup: Bool) {
    self.name = name
    self.isGroup = isGroup
  }
}

/// What an entry is asked, or done to it.
enum FindTest {
  case constant(Bool)
  case name(ShellPattern)
  case path(ShellPattern)
  case linkName(ShellPattern)
  case regex(Pattern)
  case type(Set<UInt8>)
  case xtype(Set<UInt8>)
  case size(FindNumber, unit: Int)
  case age(FindTime, FindNumber, value: Double, unit: Double)
  case newer(FindTime, Instant)
  case used(FindNumber, value: Double)
  case permissions(UInt32, kind: UInt8)
  case owner(FindOwner)
  case ownerNumber(FindNumber, isGroup: Bool)
  case hasNoOwner(isGroup: Bool)
  case links(FindNumber)
  case inode(FindNumber)
  case sameFile(device: UInt64, inode: UInt64)
  case empty
  case permits(Root.Access)
  case fileSystem(String)
  case write(FindOutput, end: UInt8)
  case format(FindOutput, FindFormat)
  case list(FindOutput)
  case execute(FindCommand)
  case delete, prune, quit
}

/// An expression, operators resolved.
indirect enum FindExpression {
  case test(FindTest)
  case not(FindExpression)
  case all([FindExpression])
  case any([FindExpression])
  /// `,`: all are evaluated, the last one counts.
  case each([FindExpression])
}

/// Where an action writes: standard output or a file of `-fprint` and its like.
final class FindOutput {
  let output: Output
  let path: String?
  /// Whether unprintable characters are masked.
  let isTerminal: Bool
  private let file: File?

  init(_ output: Output, isTerminal: Bool) {
    self.output = output
    self.isTerminal = isTerminal
    path = nil
    file = nil
  }

  init(_ file: consuming File, path: String) {
    output = Output(file: file.descriptor)
    self.file = consume file
    self.path = path
    isTerminal = false
  }
}

/// The command of `-exec` and its like.
final class FindCommand {
  let words: [String]
  /// `+`: as many paths as fit.
  let isBatch: Bool
  /// In the folder of the entry.
  let inFolder: Bool
  /// Asks before it runs.
  let asks: Bool
  /// What a batch holds so far.
  var pending: [String] = []
  var pendingBytes = 0
  /// The folder that a batch of `-execdir` is for.
  var folder: FindFolder?

  init(_ words: [String], isBatch: Bool, inFolder: Bool, asks: Bool) {
    self.words = words
    self.isBatch = isBatch
    self.inFolder = inFolder
    self.asks = asks
  }
}

/// A folder held open for a command.
final class FindFolder {
  let file: File
  let path: [UInt8]

  init(_ file: consuming File, _ path: [UInt8]) {
    self.file = file
    self.path = path
  }
}

/// What the whole run is told by options among the tests.
struct FindSettings {
  var mostDepth = Int.max
  var leastDepth = 0
  var isDepthFirst = false
  var staysOnDevice = false
  var follow = Walker.Follow.never
  var startsFromDay = false
  var startList: String?
  var ignoresRaces = false
  var hasAction = false
  var needsBirth = false
}
