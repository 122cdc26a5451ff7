internal import Box
internal import Linux
internal import TLS

/// Passes standard input to the peer and what the peer says to standard output, both at once.
struct SClientChat {
  private let session: TLSSession
  private let options: SClientOptions
  private let tools: Toolbox

  init(_ session: TLSSession, _ options: SClientOptions, _ tools: Toolbox) {
    self.session = session
    self.options = options
    self.tools = tools
  }

  private enum Ending { case done, closed, failed }

  func run() throws(Failure) -> Int32 {
    let input = try attempt { () throws(SystemError) in try File.standardInput() }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer { buffer.deallocate() }
    var waiting: [UInt8] = []
    var hasInput = true
    var isReadable = false
    while true {
      if let ending = try receive(buffer, tellsBlock: isReadable) { return finish(ending) }
      if !waiting.isEmpty, try !send(&waiting) { return finish(.failed) }
      let takesInput = hasInput && waiting.isEmpty
      let ready = try attempt { () throws(SystemError) in
        try Poll.wait(
          [
            (session.socket.descriptor, waiting.isEmpty ? .read : [.read, .write]),
            (takesInput ? input.descriptor : -1, .read),
          ], until: .never)
      }
      isReadable = !ready[0].intersection([.read, .hangUp, .error]).isEmpty
      // What the peer says goes first.
      guard takesInput, !isReadable, !ready[1].isEmpty else { continue }
      let count = try attempt { () throws(SystemError) in try input.read(into: buffer) }
      let bytes = Array(buffer[..<count])
      if count == 0 {
        hasInput = false
        if !options.ignoresEnd { return finish(.done) }
      } else if let ending = command(bytes) {
        if ending { return finish(.done) }
      } else {
        waiting = options.words.has("crlf") ? withReturns(bytes) : bytes
      }
    }
  }

  /// Whether the letter at the begin of a line ends the session; nil where it is no command.
  private func command(_ bytes: [UInt8]) -> Bool? {
    guard options.hasCommands, bytes.count <= 2 || bytes[1] == 0x0D,
      bytes.last == 0x0A || bytes.count == 1
    else { return startsWithQuit(bytes) }
    switch bytes[0] {
    case UInt8(ascii: "Q"): return options.ignoresEnd ? nil : true
    case UInt8(ascii: "R"):
      say("RENEGOTIATING")
      if !session.renegotiate() { say("the peer's version has no renegotiation") }
      return false
    case UInt8(ascii: "K"), UInt8(ascii: "k"):
      say("KEYUPDATE")
      if !session.updateKeys(both: bytes[0] == UInt8(ascii: "K")) {
        say("the peer's version has no key update")
      }
      return false
    default: return nil
    }
  }

  /// openssl looks at the first letter only, and people rely on `echo QUIT`.
  private func startsWithQuit(_ bytes: [UInt8]) -> Bool? {
    options.hasCommands && !options.ignoresEnd && bytes.first == UInt8(ascii: "Q") ? true : nil
  }

  private func withReturns(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
  }

  /// Writes all that has come; how it ended, if it did.
  ///
  /// - Parameter tellsBlock: whether something came that is nothing for us, which openssl mentions.
  private func receive(_ buffer: UnsafeMutableRawBufferPointer, tellsBlock: Bool) throws(Failure)
    -> Ending?
  {
    var hasData = false
    while true {
      do throws(TLSFailure) {
        guard let count = try session.readNow(into: buffer) else {
          if tellsBlock, !hasData { blocked() }
          tools.output.flush()
          return tools.output.failure == nil ? nil : .failed
        }
        if count == 0 { return .closed }
        tools.output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        hasData = true
      } catch {
        if error.kind == .truncated, options.words.has("ignore_unexpected_eof") { return .closed }
        tools.output.flush()
        say("openssl: s_client: \(error.description)\(error.libraryText.map { " (\($0))" } ?? "")")
        return .failed
      }
    }
  }

  private func blocked() {
    if !options.isQuiet, !options.isBrief { tools.output.line("read R BLOCK") }
  }

  private func send(_ waiting: inout [UInt8]) throws(Failure) -> Bool {
    while !waiting.isEmpty {
      var count: Int?
      var failure: TLSFailure?
      waiting.withUnsafeBytes { raw in
        do throws(TLSFailure) { count = try session.writeNow(raw) } catch { failure = error }
      }
      if let failure {
        say("openssl: s_client: \(failure.description)")
        return false
      }
      guard let count else { return true }
      waiting.removeFirst(count)
    }
    return true
  }

  private func finish(_ ending: Ending) -> Int32 {
    switch ending {
    case .done: say("DONE")
    case .closed: if !options.isQuiet, !options.isBrief { tools.output.line("closed") }
    case .failed: return ExitStatus.failure
    }
    tools.output.flush()
    session.close()
    return ExitStatus.success
  }

  private func say(_ text: String) {
    tools.output.flush()
    tools.context.errors.line(Sanitize.escaped(text))
    tools.context.errors.flush()
  }
}
