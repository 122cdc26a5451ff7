internal import DNS
internal import HTTP
internal import Linux

/// One request, and what was seen of it.
final class HttpHop {
  enum Phase: Int, CaseIterable {
    case dns, tcp, tls, request, wait, transfer

    var name: StaticString {
      switch self {
      case .dns: "dns"
      case .tcp: "tcp"
      case .tls: "tls"
      case .request: "request"
      case .wait: "wait"
      case .transfer: "transfer"
      }
    }
  }

  let url: URL
  let record: TransferRecord
  var steps: [ResolverStep] = []
  var attempts: [(place: Endpoint, failure: Errno?)] = []
  var failure: TransferFailure?

  init(_ url: URL) {
    self.url = url
    record = TransferRecord()
  }

  /// Begin and end of a phase, in seconds from the start of the request; nil where it has not come to it.
  func span(_ phase: Phase) -> (start: Double, end: Double)? {
    let connected = record.secure > 0 ? record.secure : record.connect
    switch phase {
    case .dns:
      if record.nameLookup > 0 { return (0, record.nameLookup) }
      return failure == nil ? nil : (0, record.total)
    case .tcp:
      guard record.nameLookup > 0 else { return nil }
      let end = record.connect > 0 ? record.connect : record.total
      return (record.nameLookup, end)
    case .tls:
      guard url.isSecure, record.connect > 0 else { return nil }
      return (record.connect, record.secure > 0 ? record.secure : record.total)
    case .request:
      guard record.preTransfer > 0, connected > 0 else { return nil }
      return (connected, record.requestSent > 0 ? record.requestSent : record.total)
    case .wait:
      guard record.requestSent > 0 else { return nil }
      return (record.requestSent, record.startTransfer > 0 ? record.startTransfer : record.total)
    case .transfer:
      guard record.startTransfer > 0 else { return nil }
      return (record.startTransfer, record.total)
    }
  }

  func seconds(_ phase: Phase) -> Double? { span(phase).map { max(0, $0.end - $0.start) } }

  /// The phase that the request ended in, or took longest.
  var slowest: Phase? {
    var best: Phase?
    for phase in Phase.allCases {
      guard let seconds = seconds(phase) else { continue }
      if seconds > best.flatMap({ self.seconds($0) }) ?? -1 { best = phase }
    }
    return best
  }

  /// One word for how it went, and what it means.
  var verdict: (word: String, text: String) {
    guard let failure else {
      let status = record.head?.status ?? 0
      return (
        "OPEN",
        "HTTP \(status)" + (record.head.map { $0.reason.isEmpty ? "" : " " + $0.reason } ?? "")
      )
    }
    switch failure.code {
    case .hostNotFound, .proxyNotFound: return ("DNS", failure.text)
    case .cannotConnect:
      switch failure.errno {
      case .some(.connectionRefused):
        return ("REFUSED", "the host answered with RST: nothing listens there")
      case .some(.networkUnreachable), .some(.hostUnreachable):
        return ("UNREACHABLE", failure.errno?.description ?? "")
      default: return ("OTHER", failure.text)
      }
    case .timedOut:
      if record.nameLookup == 0 { return ("DNS", "no name server answered in time") }
      if record.connect == 0 {
        return (
          "TIMEOUT", "no answer to SYN: dropped on the way (a NetworkPolicy?), or no such host"
        )
      }
      if url.isSecure, record.secure == 0 {
        return ("TIMEOUT", "connected, and TLS was never answered")
      }
      return (
        "TIMEOUT",
        record.startTransfer == 0 ? "connected, and the request was never answered" : failure.text
      )
    case .emptyReply: return ("RESET-AFTER-ACCEPT", "the connection was closed without an answer")
    case .receiveError, .sendError:
      return failure.errno == .connectionReset
        ? ("RESET-AFTER-ACCEPT", "the connection was reset") : ("OTHER", failure.text)
    case .peerNotVerified, .tlsHandshake, .certificateProblem, .pinMismatch:
      return ("TLS", failure.text)
    default: return ("OTHER", failure.text)
    }
  }
}

/// Notes what happens to a hop.
final class HttpObserver: TransferObserver {
  private let hop: HttpHop
  /// Holds Ctrl-C back, where there is something to say at the end.
  private let interruption: Interruption?
  private(set) var location: String?
  private(set) var isInterrupted = false

  init(_ hop: HttpHop, _ interruption: Interruption?) {
    self.hop = hop
    self.interruption = interruption
    super.init()
  }

  override var patience: Double { 0.1 }

  override func idle() throws(TransferFailure) {
    guard let interruption, interruption.pause(seconds: 0) != nil else { return }
    isInterrupted = true
    throw TransferFailure(.timedOut, "interrupted")
  }

  override func connecting(to place: Endpoint, of host: String) {
    hop.attempts.append((place, nil))
  }

  override func connectionFailed(_ errno: Errno) {
    if let last = hop.attempts.indices.last { hop.attempts[last].failure = errno }
  }

  override func received(head: ResponseHead, isFinal: Bool) throws(TransferFailure) -> Verdict {
    if isFinal, (300..<400).contains(head.status) { location = head.value("location") }
    return .read
  }
}
