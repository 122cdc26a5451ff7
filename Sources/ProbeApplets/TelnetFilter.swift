internal import Linux

/// Reads what a telnet server says: text, and requests that are all refused. RFC 854, RFC 855, RFC 1143.
struct TelnetFilter {
  private enum State { case text, command, option(UInt8), detail, detailCommand }

  private var state = State.text
  /// Options that were refused: saying so again and again would make a loop.
  private var refused: [UInt16] = []

  private static let interpretAsCommand: UInt8 = 255
  private static let dont: UInt8 = 254
  private static let `do`: UInt8 = 253
  private static let wont: UInt8 = 252
  private static let will: UInt8 = 251
  private static let detailStart: UInt8 = 250
  private static let detailEnd: UInt8 = 240

  /// - Returns: the text in `bytes`, and what to answer.
  mutating func read(_ bytes: ArraySlice<UInt8>) -> (text: [UInt8], reply: [UInt8]) {
    var text: [UInt8] = []
    var reply: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for byte in bytes {
      switch state {
      case .text:
        if byte == Self.interpretAsCommand { state = .command } else { text.append(byte) }
      case .command:
        state = .text
        if byte == Self.interpretAsCommand { text.append(byte) }
        if (Self.will...Self.dont).contains(byte) { state = .option(byte) }
        if byte == Self.detailStart { state = .detail }
      case .option(let command):
        state = .text
        reply += refusal(command, byte)
      case .detail: if byte == Self.interpretAsCommand { state = .detailCommand }
      case .detailCommand: state = byte == Self.detailEnd ? .text : .detail
      }
    }
    return (text, reply)
  }

  private mutating func refusal(_ command: UInt8, _ option: UInt8) -> [UInt8] {
    let isRequest = command == Self.do || command == Self.will
    let request = UInt16(command) << 8 | UInt16(option)
    guard isRequest, !refused.contains(request) else { return [] }
    refused.append(request)
    return [Self.interpretAsCommand, command == Self.do ? Self.wont : Self.dont, option]
  }

  /// What is typed, with the byte that starts commands doubled.
  static func escaped(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(interpretAsCommand) else { return bytes }
    var result: [UInt8] = []
    for byte in bytes {
      if byte == interpretAsCommand { result.append(byte) }
      result.append(byte)
    }
    return result
  }
}
