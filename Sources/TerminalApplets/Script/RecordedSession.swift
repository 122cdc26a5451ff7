internal import Box
internal import Linux

/// A command on a pseudo-terminal between our terminal and a recording.
struct RecordedSession {
  private let command: [String]
  private let recording: Recording
  private let context: Context

  init(_ command: [String], _ recording: Recording, _ context: Context) {
    self.command = command
    self.recording = recording
    self.context = context
  }

  func run(_ size: (columns: Int, rows: Int)) throws(Failure) -> ExitReason {
    let pseudo = try attempt { () throws(SystemError) in try PseudoTerminal() }
    pseudo.resize(columns: size.columns, rows: size.rows)
    let terminal = Terminal.isTerminal(0) ? try? RawTerminal(input: 0, output: 1, goodbye: "") : nil
    let peer = pseudo.peerDescriptor
    let pid = try context.spawn(command) { () throws(SystemError) in
      terminal?.forget()
      try PseudoTerminal.adopt(peer)
    }
    let master = pseudo.closePeer()
    defer { terminal?.restore() }
    return try loop(pid, master, terminal, size)
  }

  private func loop(
    _ pid: Int32, _ master: borrowing File, _ terminal: RawTerminal?,
    _ start: (columns: Int, rows: Int)
  ) throws(Failure) -> ExitReason {
    var size = start
    var hasInput = true
    var end: ExitReason?
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      // Once the command has ended only what it left is still read.
      let seconds = end != nil ? 0 : recording.isHolding ? 0.5 : 1
      let event = wait(terminal, master.descriptor, hasInput && end == nil, seconds)
      switch event {
      case .other:
        guard let count = try? master.read(into: &buffer), count > 0 else {
          recording.finish()
          if let end { return end }
          return try attempt { () throws(SystemError) in try Child.wait(for: pid) }
        }
        show(buffer[..<count])
      case .bytes(let bytes): try? master.write(bytes)
      case .ended:
        hasInput = false
        // The end of our input is the end of its.
        try? master.write([0x04])
      case .woken:
        guard let terminal, terminal.size != size else { break }
        size = terminal.size
        Terminal.setSize(master.descriptor, columns: size.columns, rows: size.rows)
        recording.resize(columns: size.columns, rows: size.rows)
      case .timeout:
        recording.flush()
        if let end {
          recording.finish()
          return end
        }
        end = (try? Child.poll(pid)) ?? nil
        // What came before the program took its terminal over may be lost, an end of input too.
        if end == nil, !hasInput { try? master.write([0x04]) }
      }
    }
  }

  private func show(_ bytes: ArraySlice<UInt8>) {
    context.output.write(bytes)
    context.output.flush()
    recording.output(Array(bytes))
  }

  private func wait(_ terminal: RawTerminal?, _ master: Int32, _ hasInput: Bool, _ seconds: Double)
    -> RawTerminal.Event
  {
    if let terminal, hasInput { return terminal.wait(seconds: seconds, other: master) }
    return Terminal.wait(input: hasInput ? 0 : -1, other: master, seconds: seconds)
  }
}
