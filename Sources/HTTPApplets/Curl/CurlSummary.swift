internal import HTTP
internal import Linux

/// What a transfer has come to, over all redirects: the variables of `-w`.
final class CurlSummary {
  let url: String
  let number: Int
  var urlEffective: String
  var redirectURL: String?
  var method = "GET"
  var failure: TransferFailure?
  var fileName: String?
  var redirects = 0
  var retries = 0
  /// The exchange behind the last redirect.
  var record = TransferRecord()

  // Sums over all exchanges; times in seconds.
  var connections = 0
  var headerSize = 0
  var requestSize = 0
  var uploaded = 0
  var redirectTime = 0.0
  var total = 0.0
  /// Size of what came from a file.
  var localSize: Int?
  private(set) var nameLookup = 0.0
  private(set) var connect = 0.0
  private(set) var secure = 0.0
  private(set) var preTransfer = 0.0
  private(set) var startTransfer = 0.0

  init(_ url: String, number: Int) {
    self.url = url
    self.number = number
    urlEffective = url
  }

  /// Before another try.
  func reset() {
    record = TransferRecord()
    redirects = 0
    redirectTime = 0
    redirectURL = nil
    failure = nil
    connections = 0
    headerSize = 0
    requestSize = 0
    uploaded = 0
    (nameLookup, connect, secure, preTransfer, startTransfer) = (0, 0, 0, 0, 0)
  }

  /// Adds the last exchange, which began `offset` seconds after the first.
  func add(startedAt offset: Double) {
    connections += record.connections
    headerSize += record.headerSize
    requestSize += record.requestSize
    uploaded += record.uploaded
    func at(_ time: Double) -> Double { time == 0 ? 0 : time + offset }
    nameLookup = at(record.nameLookup)
    connect = at(record.connect)
    secure = at(record.secure)
    preTransfer = at(record.preTransfer)
    startTransfer = at(record.startTransfer)
  }

  func finish(_ started: Instant, _ clock: Clock) { total = clock.monotonic().since(started) }

  var downloaded: Int { localSize ?? record.downloaded }

  var parsed: URL? { try? URL(urlEffective) }
}
