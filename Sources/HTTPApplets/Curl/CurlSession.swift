internal import Box
internal import DNS
internal import HTTP
internal import Linux
internal import Target

/// One run of curl: all URLs of all groups, one after the other or, with `-Z`, at the same time.
final class CurlSession {
  let settings: CurlSettings
  let context: Context
  let paths: Paths
  let client: Client
  let errors: Output
  private let operations: [CurlOperation]
  let trace: CurlTrace?
  var meter: CurlProgress
  private(set) var jar: CookieJar?
  private var headerFiles: [(path: String, file: CurlHeaderFile)] = []
  private var number = 0
  private var lastStart: Instant?
  private var parallel: CurlParallel?

  init(_ curl: Curl, _ context: Context) throws(Failure) {
    settings = curl.settings
    self.context = context
    operations = curl.operations
    paths = Paths(context)
    client = Client { Resolver(context) }
    // Whoever writes -o - wants the bytes as they are.
    if context.isInteractive, !curl.operations.contains(where: { $0.writesRaw }) {
      TerminalGuard.protect(context.output)
    }
    var descriptor: Int32 = 2
    if let path = curl.settings.errorFile {
      if path == "-" {
        errors = context.output
        descriptor = 1
      } else {
        let file = try paths.location(path).open([.write, .create, .truncate])
        descriptor = file.release()
        errors = Output(descriptor: descriptor)
      }
    } else {
      errors = context.errors
    }
    meter = CurlMeter(
      errors, isBar: settings.drawsBar, width: Terminal.size(2)?.columns ?? 79)
    trace = try Self.trace(settings, errors, descriptor, paths)
  }

  private static func trace(
    _ settings: CurlSettings, _ errors: Output, _ descriptor: Int32, _ paths: Paths
  ) throws(Failure) -> CurlTrace? {
    let clock = paths.context.clock
    guard let place = settings.trace else {
      return settings.isVerbose ? CurlTrace(settings, errors, descriptor: descriptor, clock) : nil
    }
    if place.file == "-" {
      return CurlTrace(settings, paths.context.output, descriptor: 1, clock)
    }
    if place.file == "%" { return CurlTrace(settings, errors, descriptor: descriptor, clock) }
    let file = try paths.location(place.file).open([.write, .create, .truncate])
    let number = file.release()
    return CurlTrace(settings, Output(descriptor: number), descriptor: number, clock)
  }

  /// - Returns: the status of the last transfer.
  func run() throws(Failure) -> Int32 {
    if settings.isParallel { parallel = CurlParallel(self) }
    var status: Int32 = 0
    for operation in operations {
      try prepareCookies(operation)
      for (index, url) in operation.urls.enumerated() {
        let code = try run(operation, index, url)
        status = code ?? status
        if settings.failsEarly, status != 0 { break }
      }
      if parallel == nil { writeJar(operation) }
      if settings.failsEarly, status != 0 { break }
    }
    if let parallel {
      try parallel.finish()
      if parallel.status != 0 { status = parallel.status }
      for operation in operations { writeJar(operation) }
    }
    client.close()
    flush()
    return status
  }

  /// Writes what is held.
  func flush() {
    context.output.flush()
    trace?.flush()
    errors.flush()
  }

  /// All that a URL with sets and ranges stands for.
  private func run(_ operation: CurlOperation, _ index: Int, _ text: String) throws(Failure)
    -> Int32?
  {
    let glob: CurlGlob
    do throws(CurlGlob.Problem) {
      glob = try CurlGlob(text, isLiteral: !operation.globs)
    } catch {
      report(
        TransferFailure(.badURL, "[globbing] \(error.text) in column \(error.column)"))
      return TransferFailure.Code.badURL.rawValue
    }
    var status: Int32?
    for item in 0..<glob.count {
      let (url, values) = glob.text(item)
      status = try runOne(operation, index, url, values)
      if settings.failsEarly, status != 0 { break }
    }
    return status
  }

  private func runOne(
    _ operation: CurlOperation, _ index: Int, _ url: String, _ values: [String]
  ) throws(Failure) -> Int32 {
    keepInterval()
    var destination = CurlDestination.standardOutput
    if index < operation.outputs.count {
      destination = operation.outputs[index]
    } else if operation.remoteNameForAll {
      destination = .remoteName
    }
    let upload = index < operation.uploads.count ? operation.uploads[index] : nil
    let summary = CurlSummary(url, number: number)
    number += 1
    let perform = { [self] () -> Int32 in
      do throws(TransferFailure) {
        let transfer = try CurlTransfer(self, operation, summary, destination, values, upload)
        try transfer.run()
      } catch {
        summary.failure = error
      }
      if let failure = summary.failure { report(failure) }
      writeSummary(operation, summary)
      return summary.failure?.code.rawValue ?? 0
    }
    guard let parallel else { return perform() }
    // The file of the heads is one for all: it is opened here.
    _ = try? headerFile(operation)
    if case .standardOutput = destination, Terminal.isTerminal(1) { parallel.hideMeter() }
    try parallel.start(perform)
    return parallel.isOver ? parallel.status : 0
  }

  private func keepInterval() {
    guard let interval = settings.interval else { return }
    let now = context.clock.monotonic()
    if let lastStart {
      context.output.flush()
      context.clock.sleep(seconds: interval - now.since(lastStart))
    }
    lastStart = context.clock.monotonic()
  }

  private func writeSummary(_ operation: CurlOperation, _ summary: CurlSummary) {
    guard let argument = operation.writeOut else { return }
    var format = argument.bytes
    if argument.hasPrefix("@") {
      let path = String(argument.dropFirst())
      do throws(Failure) {
        format = try CurlFile.contents(path, paths)
      } catch {
        return warn(error.text ?? path)
      }
    }
    CurlWriteOut(summary, context.output, errors).write(format)
  }

  // MARK: what is said

  var isQuiet: Bool { settings.isSilent && !settings.showsErrors }

  func report(_ failure: TransferFailure) {
    context.output.flush()
    if isQuiet || failure.errno == .brokenPipe && failure.code == .writeError { return }
    errors.line(Sanitize.escaped("curl: (\(failure.code.rawValue)) " + failure.text))
    if failure.code == .peerNotVerified {
      errors.line(
        "fix: --cacert FILE trusts its CA, @1:/etc/ssl/certs as the target does; -k trusts anybody")
    }
    errors.flush()
  }

  func warn(_ text: String) {
    if settings.isSilent { return }
    context.output.flush()
    errors.line(Sanitize.escaped("Warning: " + text))
    errors.flush()
  }

  // MARK: cookies and heads

  private func prepareCookies(_ operation: CurlOperation) throws(Failure) {
    let files = operation.cookies.filter { !$0.utf8.contains(UInt8(ascii: "=")) }
    guard !files.isEmpty || operation.cookieJar != nil else { return }
    let jar = jar ?? CookieJar()
    self.jar = jar
    for path in files where !path.isEmpty {
      do throws(Failure) {
        jar.read(
          try CurlFile.contents(path, paths), isNewSession: operation.dropsSessionCookies)
      } catch {
        // A file that does not exist yet has no cookies.
        if error.errno != .noEntry { warn(error.text ?? path) }
      }
    }
  }

  private func writeJar(_ operation: CurlOperation) {
    guard let path = operation.cookieJar, let jar else { return }
    if path == "-" { return context.output.write(jar.text) }
    do throws(Failure) {
      let place = try paths.location(path)
      let file = try place.open([.write, .create, .truncate], permissions: 0o600)
      let bytes = jar.text.bytes
      try place.told { () throws(SystemError) in
        var failure: SystemError?
        bytes.withUnsafeBytes { raw in
          do throws(SystemError) { try file.write(raw) } catch { failure = error }
        }
        if let failure { throw failure }
      }
    } catch {
      warn("failed to save cookies in " + (error.text ?? path))
    }
  }

  func headerFile(_ operation: CurlOperation) throws(TransferFailure) -> CurlHeaderFile? {
    guard let path = operation.headerFile else { return nil }
    if let found = headerFiles.first(where: { $0.path.sameBytes(as: path) }) { return found.file }
    let made: CurlHeaderFile
    if path == "-" {
      made = CurlHeaderFile(context.output, nil)
    } else {
      do throws(Failure) {
        let file = try paths.location(path).open([.write, .create, .truncate])
        made = CurlHeaderFile(context.output, CurlSink.OpenFile(file))
      } catch {
        throw TransferFailure(.writeError, "Failed to open " + (error.text ?? path))
      }
    }
    headerFiles.append((path, made))
    return made
  }
}

enum CurlFile {
  static let limit = 64 << 20

  /// A whole file, or standard input.
  static func contents(_ path: String, _ paths: Paths) throws(Failure) -> [UInt8] {
    guard path == "-" else { return try paths.location(path).contents(limit: limit) }
    return try attempt { () throws(SystemError) in
      try File.standardInput().contents(limit: limit)
    }
  }
}
