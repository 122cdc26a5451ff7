internal import Box
internal import HTTP
internal import Linux
internal import Target

/// A `file:` URL: the file comes through the funnel of paths, and goes there with `-T`.
struct CurlLocalFile {
  private let session: CurlSession
  private let operation: CurlOperation
  private let summary: CurlSummary
  private let sink: CurlSink
  private let observer: CurlObserver

  init(
    _ session: CurlSession, _ operation: CurlOperation, _ summary: CurlSummary, _ sink: CurlSink,
    _ observer: CurlObserver
  ) {
    self.session = session
    self.operation = operation
    self.summary = summary
    self.sink = sink
    self.observer = observer
  }

  func run(_ url: URL, _ upload: CurlOperation.Upload?) throws(TransferFailure) {
    guard let decoded = Percent.decode(url.path.bytes[...]) else {
      throw TransferFailure(.badURL, "URL using bad/illegal format or missing URL")
    }
    let path = String(bytes: decoded)
    observer.begin()
    if let upload { return try write(path, upload) }
    let source: FileSource
    let status: FileStatus
    do throws(Failure) {
      let place = try session.paths.location(path)
      status = try place.status(follow: true)
      if status.kind == .directory { throw .message("\(path): is a folder") }
      let file = try place.openToRead()
      let (first, _) = try range(size: status.size)
      source = try Self.source(file, from: first, path)
    } catch {
      throw TransferFailure(.fileNotReadable, "Couldn't open file " + (error.text ?? path))
    }
    try showHead(status)
    if operation.asksForHeadOnly { return }
    try copy(source, status.size)
  }

  private static func source(_ file: consuming File, from start: Int, _ path: String)
    throws(Failure) -> FileSource
  {
    do throws(SystemError) {
      return try FileSource(file, from: start)
    } catch {
      throw .system(error.about(path))
    }
  }

  /// The part of the file that `-r` or `-C` asks for.
  private func range(size: Int) throws(Failure) -> (first: Int, last: Int?) {
    if let resume = operation.resume {
      let offset = resume == "-" ? sink.existingSize() : Int(resume) ?? 0
      sink.resume(at: offset)
      return (min(max(0, offset), size), nil)
    }
    guard let text = operation.range else { return (0, nil) }
    let ends = text.bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard ends.count == 2 else { throw .message("\(text): not a range") }
    if ends[0].isEmpty, let tail = Bytes.number(ends[1]) { return (max(0, size - tail), nil) }
    guard let first = Bytes.number(ends[0]) else { throw .message("\(text): not a range") }
    return (min(first, size), Bytes.number(ends[1]))
  }

  /// What stands for a head, with `-i` and `-I`.
  private func showHead(_ status: FileStatus) throws(TransferFailure) {
    guard operation.asksForHeadOnly || operation.includesHeaders else { return }
    let lines = [
      "Content-Length: \(status.size)", "Accept-ranges: bytes",
      "Last-Modified: " + HTTPDate.text(status.modified.seconds),
    ]
    for line in lines { try observer.received(line: (line + "\r\n").bytes) }
    if !operation.asksForHeadOnly { try observer.received(line: [13, 10]) }
  }

  private func copy(_ source: FileSource, _ size: Int) throws(TransferFailure) {
    var left = source.length ?? .max
    if let range = try? range(size: size), let last = range.last {
      left = min(left, max(0, last.addingOne - range.first))
    }
    if source.length != nil { observer.expects(left) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    summary.localSize = 0
    while left > 0 {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, left)])
      let count = try source.read(into: room)
      if count == 0 { break }
      left -= count
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      observer.received(raw: piece)
      try observer.moved(received: count, sent: 0)
      try observer.received(body: piece)
      summary.localSize = (summary.localSize ?? 0) + count
    }
  }

  private func write(_ path: String, _ upload: CurlOperation.Upload) throws(TransferFailure) {
    let bodies = CurlBody(session.paths)
    let source: FileSource
    switch upload {
    case .standardInput: source = try bodies.source("-")
    case .file(let path): source = try bodies.source(path)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    var failure: TransferFailure?
    do throws(Failure) {
      let place = try session.paths.location(path)
      let file = try place.open([.write, .create, .truncate])
      while failure == nil {
        var count = 0
        do throws(TransferFailure) { count = try source.read(into: buffer) } catch {
          failure = error
        }
        if count == 0 { break }
        summary.uploaded += count
        try place.told { () throws(SystemError) in
          try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
      }
    } catch {
      throw TransferFailure(.writeError, "Can't write " + (error.text ?? path))
    }
    if let failure { throw failure }
  }
}

extension Int {
  fileprivate var addingOne: Int { self == .max ? self : self + 1 }
}
