internal import Box
internal import Linux

/// Copies standard input to a socket, and the socket to standard output, until both have ended.
///
/// Bytes that nobody looks at go from pipe to socket and back by splice(2), files by sendfile(2).
final class NcRelay {
  private let settings: NcSettings
  private let socket: Socket
  private let context: Context
  private let isDatagram: Bool
  private let inputKind: FileStatus.Kind?
  private let outputKind: FileStatus.Kind?
  private var buffer: [UInt8]
  private var input: Input?
  /// What was read and not sent.
  private var unsent: [UInt8] = []
  private var sent = 0
  private var isInputOpen: Bool
  private var isNetOpen = true
  private var canSend = true
  private var waitsForOutput = false
  private var waitsForNet = false
  private var telnet = TelnetFilter()
  private var lastByte: UInt8 = 0
  private var quitAt: Deadline = .never
  private var nextLine: Deadline?
  private(set) var received = 0
  private var packets = 0
  /// The other side reset the connection before it sent anything.
  private(set) var wasReset = false

  private static let chunk = 1 << 18
  private static let largestDatagram = 16384

  init(_ settings: NcSettings, _ socket: Socket, _ context: Context) {
    self.settings = settings
    self.socket = socket
    self.context = context
    isDatagram = settings.isUDP
    inputKind = Splice.kind(0)
    outputKind = Splice.kind(1)
    isInputOpen = !settings.ignoresInput
    buffer = [UInt8](repeating: 0, count: Self.chunk)
    if outputKind == .fifo { Splice.widen(1) }
    context.guardTerminal()
  }

  /// Something has to look at what is sent.
  private var mustSeeInput: Bool {
    settings.sendsCRLF || settings.interval != nil || isDatagram
  }

  private var mustSeeOutput: Bool {
    settings.answersTelnet || settings.receiveLimit != nil || isDatagram
  }

  func run() throws(Failure) {
    context.output.flush()
    do throws(SystemError) {
      while !isOver {
        let ready = try Poll.wait(wanted, until: deadline)
        if ready.allSatisfy({ $0.isEmpty }) {
          if quitAt.hasPassed || nextLine == nil { return }
          nextLine = nil
          continue
        }
        try step(ready)
      }
    } catch {
      if error.errno == .brokenPipe { return }
      if error.errno == .connectionReset, received == 0 {
        wasReset = true
        return
      }
      if error.errno == .connectionReset { return }
      throw .system(error)
    }
  }

  private var isOver: Bool {
    if let limit = settings.receiveLimit, packets >= limit { return true }
    if !isNetOpen, settings.listens, unsent.isEmpty { return true }
    let isDone = !isInputOpen && unsent.isEmpty
    return !isNetOpen && (isDone || !canSend)
  }

  private var deadline: Deadline {
    var end = quitAt
    if let timeout = settings.timeout, !settings.listens {
      end = end.earlier(Deadline(seconds: timeout))
    }
    if let nextLine { end = end.earlier(nextLine) }
    return end
  }

  /// Standard input, the socket, standard output.
  private var wanted: [(descriptor: Int32, events: Readiness)] {
    let wantsInput = isInputOpen && unsent.isEmpty && canSend && !waitsForNet && nextLine == nil
    var net: Readiness = []
    if isNetOpen, !waitsForOutput { net.insert(.read) }
    if canSend, !unsent.isEmpty && nextLine == nil || waitsForNet { net.insert(.write) }
    // A socket that is done with both ways is always "hung up".
    let wantsSocket = isNetOpen || !net.isEmpty || isInputOpen
    return [
      (wantsInput ? 0 : -1, .read),
      (wantsSocket && !(net.isEmpty && !isNetOpen) ? socket.descriptor : -1, net),
      (waitsForOutput ? 1 : -1, .write),
    ]
  }

  private func step(_ ready: [Readiness]) throws(SystemError) {
    if !ready[2].isEmpty { waitsForOutput = false }
    if isNetOpen, !waitsForOutput, !ready[1].intersection([.read, .hangUp, .error]).isEmpty {
      try receive()
    }
    if waitsForNet, !ready[1].isEmpty { waitsForNet = false }
    if !unsent.isEmpty, ready[1].contains(.write) || ready[1].contains(.error) { try flush() }
    let isReadable = !ready[0].isEmpty || (ready[1].contains(.write) && inputKind == .regular)
    if isInputOpen, isReadable, unsent.isEmpty, canSend, !waitsForNet, nextLine == nil {
      try take()
    }
  }

  /// Net to standard output.
  private func receive() throws(SystemError) {
    if outputKind == .fifo, !mustSeeOutput {
      guard let count = try Splice.move(from: socket.descriptor, to: 1, count: 1 << 20) else {
        // There is something to read, or an error: so it is the pipe that is full.
        if let errno = socket.takeError() { throw SystemError(errno, "recv", "") }
        waitsForOutput = true
        return
      }
      return note(count)
    }
    guard let count = try socket.receive(into: &buffer) else { return }
    packets += 1
    if isDatagram, count == 0 { return }
    if settings.answersTelnet, count > 0 {
      let (text, reply) = telnet.read(buffer[..<count])
      context.output.write(text)
      context.output.flush()
      unsent += reply
    } else {
      buffer.withUnsafeBytes {
        context.output.write(UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
      context.output.flush()
    }
    if let failure = context.output.failure { throw failure }
    note(count)
  }

  private func note(_ count: Int) {
    received += count
    if count == 0 { isNetOpen = false }
  }

  /// Standard input to net.
  private func take() throws(SystemError) {
    if !mustSeeInput, inputKind == .regular || inputKind == .fifo {
      let count =
        try inputKind == .regular
        ? Splice.send(file: 0, to: socket.descriptor, count: 1 << 22)
        : Splice.move(from: 0, to: socket.descriptor, count: 1 << 20)
      guard let count else {
        waitsForNet = true
        return
      }
      if count == 0 { endInput() }
      return
    }
    if input == nil { input = try Input.standard() }
    guard let piece = try input?.chunk() else { return endInput() }
    unsent = settings.sendsCRLF ? withReturns(piece) : Array(piece)
    sent = 0
    try flush()
  }

  /// A line feed that has no carriage return in front gets one.
  private func withReturns(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      if byte == 0x0A, lastByte != 0x0D { result.append(0x0D) }
      result.append(byte)
      lastByte = byte
    }
    return result
  }

  private func flush() throws(SystemError) {
    while sent < unsent.count {
      var end = unsent.count
      if let interval = settings.interval {
        let line = unsent[sent...].firstIndex(of: 0x0A)
        end = line.map { $0 + 1 } ?? end
        if end < unsent.count { nextLine = Deadline(seconds: interval) }
      }
      if isDatagram { end = min(end, sent + Self.largestDatagram) }
      let isWhole = end == unsent.count
      let count =
        try isWhole ? socket.send(unsent, from: sent) : socket.send(Array(unsent[sent..<end]))
      guard let count else { return }
      sent += count
      if nextLine != nil { break }
    }
    if sent >= unsent.count {
      unsent = []
      sent = 0
    }
  }

  private func endInput() {
    isInputOpen = false
    if settings.endsSending {
      try? socket.shutdown(.sending)
      canSend = unsent.count > 0
    }
    if let lingers = settings.lingers { quitAt = Deadline(seconds: lingers) }
  }
}
