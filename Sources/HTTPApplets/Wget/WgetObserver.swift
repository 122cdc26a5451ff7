internal import Box
internal import HTTP
internal import Linux
internal import Target

/// Tells what happens in wget's words, and writes the document.
final class WgetObserver: TransferObserver {
  private let session: WgetSession
  private let url: URL
  private let clock = Clock()
  var onHead: (ResponseHead) throws(TransferFailure) -> Bool = { _ in false }
  var record = TransferRecord()
  /// Bytes of the file that were there before.
  var offset = 0
  private(set) var status = 0
  private(set) var location: String?
  private var head: ResponseHead?
  private var progress: WgetProgress?
  private var path: String?
  private var file: CurlSink.OpenFile?
  private var written = 0
  private var began: Instant
  private var isWhole = false
  private var lastMove: Instant
  private var savedHead: [UInt8] = []
  private var isComplete = false

  init(_ session: WgetSession, _ url: URL) {
    self.session = session
    self.url = url
    began = clock.monotonic()
    lastMove = began
    super.init()
  }

  private var settings: WgetSettings { session.settings }

  func prepareAgain() {
    head = nil
    written = 0
    lastMove = clock.monotonic()
  }

  // MARK: connecting

  override func looked(up host: String, _ addresses: [IPAddress]) {
    let list = addresses.prefix(3).map { $0.description }.joined(separator: ", ")
    session.tell(
      "Resolving \(host) (\(host))... \(list)\(addresses.count > 3 ? ", ..." : "")\n")
  }

  override func connecting(to place: Endpoint, of host: String) {
    let isName = IPAddress(host) == nil
    let text = place.address.description
    session.tell(
      "Connecting to "
        + (isName ? "\(host) (\(host))|\(text)|:\(place.port)... " : "\(place)... "))
  }

  override func connected() { session.tell("connected.\n") }
  override func connectionFailed(_ errno: Errno) {
    session.tell("failed: \(errno.description).\n")
  }
  override func reused(_ host: String, port: UInt16) {
    session.tell("Reusing existing connection to \(host):\(port).\n")
  }

  override func sent(head: [UInt8]) {
    session.tell("HTTP request sent, awaiting response... ")
    lastMove = clock.monotonic()
  }

  // MARK: heads

  override func received(line: [UInt8]) throws(TransferFailure) {
    if settings.savesHeaders { savedHead += line }
    guard settings.showsServerResponse else { return }
    if !savedFirst, settings.verbosity == .verbose { session.write("\n") }
    savedFirst = true
    let text = Bytes.trimmed(line[...])
    if text.isEmpty {
      savedFirst = false
    } else if settings.verbosity != .quiet {
      session.write("  " + String(bytes: text) + "\n")
    }
  }

  private var savedFirst = false

  override func received(head: ResponseHead, isFinal: Bool) throws(TransferFailure) -> Verdict {
    guard isFinal else { return .read }
    self.head = head
    status = head.status
    location = head.value("location")
    session.jar.take(head, from: url, now: clock.now().seconds)
    if !settings.showsServerResponse {
      session.tell("\(head.status)\(head.reason.isEmpty ? "" : " " + head.reason)\n")
    }
    if try onHead(head) { return .ignore }
    if head.status == 416, offset > 0 {
      isComplete = true
      session.tell("\n    The file is already fully retrieved; nothing to do.\n\n")
      return .ignore
    }
    guard (200..<300).contains(head.status) else { return .ignore }
    let length = (try? head.contentLength()) ?? nil
    if offset > 0, head.status != 206 {
      if offset == length {
        isComplete = true
        session.tell("\n    The file is already fully retrieved; nothing to do.\n\n")
        return .stop
      }
      offset = 0
    }
    tellLength(head, length)
    if settings.isSpider { return .stop }
    try open()
    began = clock.monotonic()
    lastMove = began
    let shows = settings.showsProgress ?? (settings.verbosity == .verbose)
    if shows {
      progress = WgetProgress(
        session.log, isBar: session.isLogTerminal, name: path ?? "STDOUT",
        expected: length.map { $0 + offset }, offset: offset)
    }
    return .read
  }

  private func tellLength(_ head: ResponseHead, _ length: Int?) {
    var text = "Length: "
    if let length {
      let whole = length + offset
      text += String(whole)
      if whole >= 1024 { text += " (\(WgetProgress.human(whole)))" }
      if offset > 0 {
        text += ", \(length)"
        if length >= 1024 { text += " (\(WgetProgress.human(length)))" }
        text += " remaining"
      }
    } else {
      text += "unspecified"
    }
    if let type = head.value("content-type") {
      let plain = type.bytes.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
      text += " [" + String(bytes: plain) + "]"
    }
    session.tell(text + "\n")
  }

  // MARK: files

  private var fileName: String {
    if settings.usesContentDisposition, let text = head?.value("content-disposition"),
      let name = CurlDisposition.fileName(text)
    {
      return name
    }
    let name = url.fileName.isEmpty ? "index.html" : url.fileName
    let decoded = Percent.decode(name.bytes[...]).map { String(bytes: $0) } ?? name
    let safe = decoded.utf8.contains(0x2F) || decoded == ".." || decoded == "." ? name : decoded
    guard let query = url.query else { return safe }
    var bytes: [UInt8] = []
    for byte in query.bytes { bytes += byte == 0x2F ? Array("%2F".utf8) : [byte] }
    return safe + "?" + String(bytes: bytes)
  }

  private var placed: String {
    guard let prefix = settings.prefix, !prefix.isEmpty else { return fileName }
    return prefix.hasSuffix("/") ? prefix + fileName : prefix + "/" + fileName
  }

  /// The name of a file that is there already, where that is known before anything is asked.
  var existingName: String? {
    guard settings.document == nil, !settings.isSpider,
      let place = try? session.paths.location(placed), (try? place.status(follow: true)) != nil
    else { return nil }
    return placed
  }

  func existingSize() -> Int {
    let path = settings.document ?? placed
    if path == "-" { return 0 }
    guard let place = try? session.paths.location(path),
      let status = try? place.status(follow: true)
    else { return 0 }
    return status.size
  }

  private func open() throws(TransferFailure) {
    if let document = settings.document {
      path = document == "-" ? nil : document
      file = session.document
    } else if file == nil || offset == 0 {
      do throws(Failure) { try openNew() } catch {
        throw TransferFailure(.writeError, error.text ?? placed)
      }
    }
    session.tell("Saving to: '\(path ?? "STDOUT")'\n")
    if settings.savesHeaders {
      try savedHead.withUnsafeBytesThrowing { bytes throws(TransferFailure) in try write(bytes) }
      savedHead = []
    }
    session.tell("\n")
  }

  private func openNew() throws(Failure) {
    let name = placed
    if let prefix = settings.prefix { try makeFolder(prefix) }
    if offset > 0 {
      file = CurlSink.OpenFile(try session.paths.location(name).open([.write, .append]))
      path = name
      return
    }
    for number in 0...10_000 {
      let candidate = number == 0 ? name : "\(name).\(number)"
      do throws(Failure) {
        let mode: OpenMode = [.write, .create, .exclusive]
        file = CurlSink.OpenFile(try session.paths.location(candidate).open(mode))
        path = candidate
        return
      } catch {
        guard error.errno == .exists else { throw error }
        if settings.keepsExisting {
          throw .message("File '\(candidate)' already there; not retrieving.")
        }
        if settings.resumes, number == 0 {
          file = CurlSink.OpenFile(
            try session.paths.location(candidate).open([.write, .truncate]))
          path = candidate
          return
        }
      }
    }
    throw .message("\(name): exists, and so do its numbered names")
  }

  private func makeFolder(_ path: String) throws(Failure) {
    let place = try session.paths.location(path)
    if (try? place.status(follow: true)) != nil { return }
    let spot = try place.spot()
    try place.told { () throws(SystemError) in try spot.makeFolder(0o777) }
  }

  // MARK: bodies

  override func received(body: UnsafeRawBufferPointer) throws(TransferFailure) {
    try write(body)
    written += body.count
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) {
    guard let file else {
      let output = session.context.output
      if session.context.isInteractive { TerminalGuard.protect(output) }
      output.write(bytes)
      if let failure = output.failure {
        throw TransferFailure(.writeError, "-: " + failure.reason, errno: failure.errno)
      }
      return
    }
    do throws(SystemError) {
      try file.file.write(bytes)
    } catch {
      throw TransferFailure(
        .writeError, "Cannot write to '\(path ?? "")': \(error.reason)", errno: error.errno)
    }
  }

  override var patience: Double { 0.5 }
  override var pieceLimit: Int { settings.rateLimit.map { max(1, $0 / 4) } ?? .max }

  override func idle() throws(TransferFailure) {
    session.context.output.flush()
    progress?.tick()
    if head != nil || record.preTransfer > 0 {
      if clock.monotonic().since(lastMove) >= settings.timeout {
        throw TransferFailure(.timedOut, "Read error: Connection timed out")
      }
    }
  }

  override func moved(received: Int, sent: Int) throws(TransferFailure) {
    lastMove = clock.monotonic()
    progress?.add(received)
    guard let limit = settings.rateLimit, limit > 0 else { return }
    let wanted = Double(record.downloaded) / Double(limit)
    let spent = lastMove.since(began)
    if wanted > spent { clock.sleep(seconds: wanted - spent) }
  }

  func endProgress() {
    progress?.end()
    progress = nil
  }

  // MARK: endings

  /// Says how it went.
  func finish(_ method: String) -> Int32 {
    session.context.output.flush()
    if isComplete { return 0 }
    guard let head, (200..<300).contains(head.status) else { return refused() }
    if settings.isSpider {
      switch settings.verbosity {
      case .verbose:
        let isPage = (head.value("content-type") ?? "").hasPrefix("text/html")
        session.write(
          isPage
            ? "Remote file exists and could contain further links,\n"
              + "but recursion is disabled -- not retrieving.\n\n" : "Remote file exists.\n\n")
      case .brief:
        session.write("\(session.time) URL: \(url.text()) \(head.status) \(head.reason)\n")
      case .quiet: break
      }
      return 0
    }
    let expected = record.contentLength.map { "/\($0 + offset)" } ?? ""
    let seconds = max(clock.monotonic().since(began), 0.000_001)
    let speed = WgetProgress.rate(Double(written) / seconds)
    let name = path ?? "-"
    session.count(written, seconds)
    switch settings.verbosity {
    case .verbose:
      let verb = path == nil ? "written to stdout" : "'\(name)' saved"
      session.write(
        "\(session.time) (\(speed)) - \(verb) [\(written + offset)\(expected)]\n\n")
    case .brief:
      let whole = "\(written + offset)\(expected)"
      session.write("\(session.time) URL:\(url.text()) [\(whole)] -> \"\(name)\" [1]\n")
    case .quiet: break
    }
    return 0
  }

  private func refused() -> Int32 {
    guard let head else { return 7 }
    if settings.isSpider, settings.verbosity == .verbose {
      session.write("Remote file does not exist -- broken link!!!\n\n")
      return 8
    }
    if settings.verbosity == .brief { session.write("\(url.text()):\n") }
    if settings.verbosity != .quiet, !settings.isSpider || settings.verbosity == .brief {
      session.write(
        "\(session.time) ERROR \(head.status): "
          + (head.reason.isEmpty ? "(no description)" : head.reason) + ".\n")
    }
    session.tell("\n")
    return head.status == 401 || head.status == 407 ? 6 : 8
  }

  func tell(_ failure: TransferFailure, _ url: URL) {
    session.context.output.flush()
    switch failure.code {
    case .hostNotFound:
      session.tell("Resolving \(url.host) (\(url.host))... failed: no such name.\n")
      session.say("unable to resolve host address '\(url.host)'")
    case .cannotConnect where failure.errno != nil: break
    case .peerNotVerified:
      if settings.verbosity == .quiet { return }
      session.write(
        "ERROR: cannot verify \(url.host)'s certificate: \(failure.text)\n"
          + "fix: --ca-certificate=FILE trusts its CA; --no-check-certificate trusts anybody\n")
    case .emptyReply: session.tell("No data received.\n")
    case .writeError where failure.errno == .brokenPipe: break
    case .partialFile, .timedOut, .receiveError:
      session.tell("\n\(session.time) - \(failure.text)")
      if let path, written > 0 {
        session.tell("; '\(path)' is partial: \(written + offset) bytes, -c goes on")
      }
      session.tell(". ")
    default: session.say(failure.text)
    }
  }
}

extension [UInt8] {
  /// `withUnsafeBytes` for a body that throws one kind of error.
  func withUnsafeBytesThrowing(
    _ body: (UnsafeRawBufferPointer) throws(TransferFailure) -> Void
  ) throws(TransferFailure) {
    var failure: TransferFailure?
    withUnsafeBytes { bytes in
      do throws(TransferFailure) { try body(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
