internal import Box
internal import HTTP
internal import Linux

/// What `-v`, `--trace` and `--trace-ascii` show of a transfer.
final class CurlTrace {
  enum Kind { case note, headIn, headOut, dataIn, dataOut, tlsIn, tlsOut }

  private let settings: CurlSettings
  private let output: Output
  /// Whether what is shown reaches a terminal: it is foreign.
  private let isTerminal: Bool
  private let showsDataMarks: Bool
  private var isInData = false
  private let clock: Clock

  init(_ settings: CurlSettings, _ output: Output, descriptor: Int32, _ clock: Clock) {
    self.settings = settings
    self.output = output
    self.clock = clock
    isTerminal = Terminal.isTerminal(descriptor)
    // Where the data itself is on the terminal, nobody needs to be told that it is not shown.
    showsDataMarks = !Terminal.isTerminal(1)
  }

  func show(_ kind: Kind, _ bytes: UnsafeRawBufferPointer) {
    if settings.trace == nil { return showPlain(kind, bytes) }
    stamp()
    switch kind {
    case .note:
      put("== Info: ")
      putForeign(bytes)
      return
    case .headIn: put("<= Recv header, ")
    case .headOut: put("=> Send header, ")
    case .dataIn: put("<= Recv data, ")
    case .dataOut: put("=> Send data, ")
    case .tlsIn: put("<= Recv SSL data, ")
    case .tlsOut: put("=> Send SSL data, ")
    }
    put("\(bytes.count) bytes (0x\(String(bytes.count, radix: 16)))\n")
    dump(bytes, isASCII: settings.trace?.isASCII ?? true)
  }

  private func showPlain(_ kind: Kind, _ bytes: UnsafeRawBufferPointer) {
    switch kind {
    case .note:
      stamp()
      put("* ")
      putForeign(bytes)
      isInData = false
    case .headIn:
      stamp()
      put("< ")
      putForeign(bytes)
      isInData = false
    case .headOut:
      var start = 0
      while let end = bytes.offset(of: 10, from: start) {
        stamp()
        put("> ")
        putForeign(bytes.part(start..<(end + 1)))
        start = end + 1
      }
      isInData = false
    case .dataIn, .dataOut, .tlsIn, .tlsOut:
      if isInData || !showsDataMarks { return }
      stamp()
      put(kind == .dataIn || kind == .tlsIn ? "{ [" : "} [")
      put("\(bytes.count) bytes data]\n")
      isInData = true
    }
  }

  func flush() { output.flush() }

  private func put(_ text: String) { output.write(text) }

  private func putForeign(_ bytes: UnsafeRawBufferPointer) {
    guard isTerminal else { return output.write(Array(bytes)) }
    var text = Array(bytes)
    var end: [UInt8] = []
    while let last = text.last, last == 10 || last == 13 {
      text.removeLast()
      if last == 10 { end = [10] }
    }
    output.write(Sanitize.escaped(String(bytes: text)))
    output.write(end)
  }

  private func stamp() {
    guard settings.tracesTime else { return }
    let now = clock.now()
    let micros = String(1_000_000 + now.nanoseconds / 1000).dropFirst()
    put(format(now.local, "%H:%M:%S.") + micros + " ")
  }

  /// Lines of at most 64 characters, or 16 bytes with their hexadecimal digits in front.
  private func dump(_ bytes: UnsafeRawBufferPointer, isASCII: Bool) {
    let width = isASCII ? 64 : 16
    var start = 0
    while start < bytes.count {
      let offset = String(start, radix: 16)
      var line = String(repeating: "0", count: max(0, 4 - offset.utf8.count)) + offset + ": "
      if !isASCII {
        for index in start..<(start + width) {
          line += index < bytes.count ? String(bytes: Bytes.hex(bytes[index], upper: false)) : "  "
          line += " "
        }
      }
      var shown: [UInt8] = []
      var next = start
      while next < bytes.count, next < start + width {
        if isASCII, bytes[next] == 13, next + 1 < bytes.count, bytes[next + 1] == 10 {
          next += 2
          break
        }
        let byte = bytes[next]
        shown.append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "."))
        next += 1
        if isASCII, next - start == width, next + 1 < bytes.count, bytes[next] == 13,
          bytes[next + 1] == 10
        {
          next += 2
          break
        }
      }
      put(line + String(bytes: shown) + "\n")
      start = next
    }
  }
}
