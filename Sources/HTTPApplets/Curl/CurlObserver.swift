internal import Box
internal import HTTP
internal import Linux

/// Sees a transfer through: what it shows, writes, and how fast it may be.
final class CurlObserver: TransferObserver {
  private let operation: CurlOperation
  private let context: Context
  private let trace: CurlTrace?
  private let meter: CurlProgress?
  private let sink: CurlSink
  private let headerSink: CurlHeaderFile?
  private let clock = Clock()
  /// What to do with a final head, beside showing it.
  var decide: (ResponseHead) throws(TransferFailure) -> Verdict = { _ in .read }
  private(set) var isMeterRunning = false
  private var isInterim = false
  private var moveStart: Instant
  private var moved = 0
  /// Since when it has been too slow.
  private var slowSince: Instant?
  private var slowMark: (time: Instant, moved: Int)?

  init(
    _ operation: CurlOperation, _ context: Context, _ trace: CurlTrace?, _ meter: CurlProgress?,
    _ sink: CurlSink, _ headerSink: CurlHeaderFile?
  ) {
    self.operation = operation
    self.context = context
    self.trace = trace
    self.meter = meter
    self.sink = sink
    self.headerSink = headerSink
    moveStart = clock.monotonic()
    super.init()
  }

  override var wantsNotes: Bool { trace != nil }
  override var pieceLimit: Int { operation.rateLimit.map { max(1, $0 / 4) } ?? .max }
  override var patience: Double { meter == nil && operation.speedLimit == nil ? 60 : 1 }

  private func show(_ kind: CurlTrace.Kind, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { trace?.show(kind, $0) }
  }

  override func note(_ text: String) { show(.note, text.bytes + [10]) }
  override func sent(secure: UnsafeRawBufferPointer) { trace?.show(.tlsOut, secure) }
  override func received(secure: UnsafeRawBufferPointer) { trace?.show(.tlsIn, secure) }
  override func sent(head: [UInt8]) { if trace != nil { show(.headOut, head) } }
  override func sent(body: UnsafeRawBufferPointer) { trace?.show(.dataOut, body) }

  override func received(line: [UInt8]) throws(TransferFailure) {
    if line.count > 9, line.starts(with: "HTTP/".utf8) { isInterim = line[9] == UInt8(ascii: "1") }
    // The empty line behind a 1xx is not shown.
    if trace != nil, !isInterim || line.count > 2 { show(.headIn, line) }
    try headerSink?.write(line)
    guard operation.includesHeaders || operation.asksForHeadOnly else { return }
    var failure: TransferFailure?
    line.withUnsafeBytes { bytes in
      do throws(TransferFailure) { try sink.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  override func received(head: ResponseHead, isFinal: Bool) throws(TransferFailure) -> Verdict {
    guard isFinal else { return .read }
    let verdict = try decide(head)
    if verdict == .read { expects(try? head.contentLength()) }
    return verdict
  }

  /// - Parameter length: of what will be received, in bytes; nil where that is not known.
  func expects(_ length: Int?) { meter?.expected = length }

  override func received(raw: UnsafeRawBufferPointer) { trace?.show(.dataIn, raw) }

  override func received(body: UnsafeRawBufferPointer) throws(TransferFailure) {
    try sink.write(body)
  }

  // MARK: pace

  func begin() {
    meter?.begin()
    isMeterRunning = meter != nil
    moveStart = clock.monotonic()
    moved = 0
  }

  func end() {
    if isMeterRunning { meter?.end() }
    isMeterRunning = false
  }

  override func idle() throws(TransferFailure) {
    context.output.flush()
    meter?.tick()
    if trace != nil { context.errors.flush() }
    try checkSpeed()
  }

  override func moved(received: Int, sent: Int) throws(TransferFailure) {
    moved += received + sent
    if let meter {
      meter.add(received: received, sent: sent)
      meter.tick()
    }
    if let limit = operation.rateLimit, limit > 0 { slowDown(limit) }
    if operation.speedLimit != nil || operation.speedTime != nil { try checkSpeed() }
  }

  private func slowDown(_ limit: Int) {
    let spent = clock.monotonic().since(moveStart)
    let wanted = Double(moved) / Double(limit)
    if wanted > spent {
      context.output.flush()
      clock.sleep(seconds: wanted - spent)
    }
  }

  private func checkSpeed() throws(TransferFailure) {
    guard operation.speedLimit != nil || operation.speedTime != nil else { return }
    let now = clock.monotonic()
    guard let mark = slowMark else {
      slowMark = (now, moved)
      return
    }
    let spent = now.since(mark.time)
    if spent < 1 { return }
    let limit = operation.speedLimit ?? 1
    slowMark = (now, moved)
    if Double(moved - mark.moved) / spent >= Double(limit) {
      slowSince = nil
      return
    }
    let since = slowSince ?? mark.time
    slowSince = since
    let longest = Double(operation.speedTime ?? 30)
    if now.since(since) >= longest {
      throw TransferFailure(
        .timedOut,
        "Operation too slow. Less than \(limit) bytes/sec transferred the last \(Int(longest)) seconds"
      )
    }
  }
}

/// The file of `-D`, which all transfers of a run write to.
final class CurlHeaderFile {
  private let output: Output
  private let file: CurlSink.OpenFile?

  /// - Parameter file: nil writes to `output`.
  init(_ output: Output, _ file: CurlSink.OpenFile?) {
    self.output = output
    self.file = file
  }

  func write(_ line: [UInt8]) throws(TransferFailure) {
    guard let file else { return output.write(line) }
    var failure: TransferFailure?
    line.withUnsafeBytes { bytes in
      do throws(SystemError) {
        try file.file.write(bytes)
      } catch {
        failure = TransferFailure(.writeError, "Failed writing header: " + error.reason)
      }
    }
    if let failure { throw failure }
  }
}
