public import ICMP
public import Linux

/// Who or what said no.
public struct Evidence: Sendable {
  /// The ICMP message, where one came.
  public let complaint: Complaint?
  /// Who sent it.
  public let source: IPAddress?

  public init(_ complaint: Complaint?, from source: IPAddress?) {
    self.complaint = complaint
    self.source = source
  }
}

/// What came of trying to reach a port, in words that say who has to be asked next.
public enum Verdict: Sendable {
  case open
  /// A reset came back, or the destination says by ICMP that nothing listens.
  case refused(Evidence?)
  /// Nothing came back.
  case timeout
  /// A router or our own machine says that there is no way.
  case unreachable(Evidence?, Errno)
  /// The name has no address: why.
  case unresolved(String)
  /// The connection was made, and reset before it brought anything.
  case resetAfterAccept
  /// Something else, on our own side.
  case failed(SystemError)

  /// The vocabulary of nc, probe and telnet, a superset of `agnhost connect`'s.
  public var word: String {
    switch self {
    case .open: "OPEN"
    case .refused: "REFUSED"
    case .timeout: "TIMEOUT"
    case .unreachable: "UNREACHABLE"
    case .unresolved: "DNS"
    case .resetAfterAccept: "RESET-AFTER-ACCEPT"
    case .failed: "OTHER"
    }
  }

  public var isOpen: Bool { if case .open = self { true } else { false } }

  /// The kernel's error, in the words of strerror(3), for those who look for them.
  public var systemReason: String {
    switch self {
    case .open: "Success"
    case .refused: Errno.connectionRefused.description
    case .timeout: Errno.timedOut.description
    case .unreachable(_, let errno): errno.description
    case .unresolved(let reason): reason
    case .resetAfterAccept: Errno.connectionReset.description
    case .failed(let error): error.reason
    }
  }

  /// What is behind the word: "host unreachable, says 192.0.2.1".
  public var reason: String {
    switch self {
    case .open: return ""
    case .refused(let evidence?): return Self.told(evidence)
    case .refused(nil): return "a reset came back: nothing listens, or a firewall rejects"
    case .timeout: return "nothing came back: dropped on the way, or the host is down"
    case .unreachable(let evidence?, _): return Self.told(evidence)
    case .unreachable(nil, .networkUnreachable): return "this machine has no route to it"
    case .unreachable(nil, .hostUnreachable):
      return "no neighbour answers for it, or a route here says so"
    case .unreachable(nil, let errno):
      return errno.description.asciiLowercased + ", says this machine"
    case .unresolved(let reason): return reason
    case .resetAfterAccept: return "accepted, then reset before any data: a proxy, or a full server"
    case .failed(let error): return error.reason.asciiLowercased
    }
  }

  /// Who sent the ICMP message.
  public var source: IPAddress? {
    switch self {
    case .refused(let evidence): evidence?.source
    case .unreachable(let evidence, _): evidence?.source
    default: nil
    }
  }

  public var complaint: Complaint? {
    switch self {
    case .refused(let evidence): evidence?.complaint
    case .unreachable(let evidence, _): evidence?.complaint
    default: nil
    }
  }

  private static func told(_ evidence: Evidence) -> String {
    let words = evidence.complaint?.words ?? "unreachable"
    guard let source = evidence.source else { return words }
    return words + ", says " + source.description
  }

  /// Judges why connecting or sending failed.
  public init(_ error: SystemError, _ queued: ExtendedError?) {
    var evidence: Evidence?
    if let complaint = queued?.complaint {
      evidence = Evidence(complaint, from: queued?.offender)
    }
    switch error.errno {
    case .connectionRefused: self = .refused(evidence)
    case .timedOut: self = .timeout
    case .connectionReset: self = .resetAfterAccept
    case .networkUnreachable, .hostUnreachable: self = .unreachable(evidence, error.errno)
    default: self = evidence != nil ? .unreachable(evidence, error.errno) : .failed(error)
    }
  }
}
