internal import Box
internal import DNS
internal import Linux
internal import Netlink

/// How two numbers are compared.
enum Comparison {
  case equal, unequal, less, lessOrEqual, greater, greaterOrEqual

  init?(_ text: String) {
    switch text {
    case "=", "==", "eq": self = .equal
    case "!=", "ne", "neq": self = .unequal
    case "<", "lt": self = .less
    case "<=", "le", "leq": self = .lessOrEqual
    case ">", "gt": self = .greater
    case ">=", "ge", "geq": self = .greaterOrEqual
    default: return nil
    }
  }

  func holds(_ a: UInt32, _ b: UInt32) -> Bool {
    switch self {
    case .equal: a == b
    case .unequal: a != b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    }
  }
}

/// A condition on one end of a socket.
struct HostPattern {
  /// Networks of which one must match; all addresses where empty.
  var networks: [(address: NetAddress, prefix: Int)] = []
  var port: UInt32?
  /// A pattern for the names of unix sockets.
  var glob: String?
}

/// An expression of ss(8).
indirect enum SsCondition {
  case all
  case not(SsCondition)
  case both(SsCondition, SsCondition)
  case either(SsCondition, SsCondition)
  case host(isSource: Bool, HostPattern)
  case port(isSource: Bool, Comparison, UInt32)
  case device(UInt32, isEqual: Bool)
  case mark(UInt32, mask: UInt32, isEqual: Bool)
  case cgroup(String, isEqual: Bool)
  case autobound
}

/// The states and the expression behind the options.
struct SsFilter {
  var condition = SsCondition.all
  private(set) var states = StateSet()
  private var hasStates = false
  /// Whether details of each socket decide.
  private(set) var needsDetails = false
  /// Whether only internet sockets can match.
  private(set) var isAboutInternet = false

  init(_ operands: [String], _ context: Context, isNumeric: Bool) throws(Failure) {
    var parser = SsFilterParser(operands, context)
    while let word = parser.peek(), word == "state" || word == "exclude" {
      parser.advance()
      guard let name = parser.next() else { throw .usage("\(word): needs a state") }
      guard let set = Self.states(named: name) else { throw .usage("\(name): no such state") }
      if word == "state" {
        states = hasStates ? states.union(set) : set
      } else {
        states = hasStates ? states.subtracting(set) : StateSet.all.subtracting(set)
      }
      hasStates = true
    }
    condition = try parser.condition()
    needsDetails = parser.needsDetails
    isAboutInternet = parser.isAboutInternet
  }

  /// Chooses the states that `-a`, `-l` or neither means, where none are named.
  mutating func settle(all: Bool, listening: Bool, onlyUnconnected: Bool) {
    if hasStates { return }
    if all {
      states = .all
    } else if onlyUnconnected {
      states = .closed
    } else if listening {
      states = [.listen, .closed]
    } else {
      states = StateSet.all.subtracting([.listen, .closed, .timeWait, .synReceived])
    }
  }

  private static func states(named name: String) -> StateSet? {
    switch name {
    case "all": .all
    case "connected": StateSet.all.subtracting([.listen, .closed])
    case "synchronized":
      StateSet.all.subtracting([.listen, .closed, StateSet(SocketState.synSent)])
    case "bucket": [.synReceived, .timeWait]
    case "big": StateSet.all.subtracting([.synReceived, .timeWait])
    case "established", "estab": .established
    case "syn-sent": StateSet(SocketState.synSent)
    case "syn-recv": .synReceived
    case "fin-wait-1": StateSet(SocketState.finWait1)
    case "fin-wait-2": StateSet(SocketState.finWait2)
    case "time-wait": .timeWait
    case "closed", "unconnected": .closed
    case "close-wait": StateSet(SocketState.closeWait)
    case "last-ack": StateSet(SocketState.lastAck)
    case "listen", "listening": .listen
    case "closing": StateSet(SocketState.closing)
    default: nil
    }
  }
}
