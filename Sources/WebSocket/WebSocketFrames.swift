internal import Linux

/// The frames of WebSocket, RFC 6455 section 5.
public enum WebSocketFrame {
  public enum Kind: UInt8, Sendable {
    case continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10
  }

  /// A whole message of a client, masked as it has to be.
  ///
  /// - Parameter mask: four bytes that nobody can foretell.
  public static func encode(_ kind: Kind, _ payload: [UInt8], mask: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x80 | kind.rawValue]
    switch payload.count {
    case ..<126: bytes.append(0x80 | UInt8(payload.count))
    case ..<65536:
      bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
      bytes.append(0x80 | 127)
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: payload.count >> shift))
      }
    }
    let key = mask.count == 4 ? mask : [0, 0, 0, 0]
    bytes += key
    for (place, byte) in payload.enumerated() { bytes.append(byte ^ key[place & 3]) }
    return bytes
  }
}

/// Why what a server sends is no WebSocket.
public enum WebSocketDamage: Error, Equatable {
  case badFrame
  /// A message is longer than was agreed on.
  case tooLong
}

/// Puts messages together from the bytes of a stream, however they are cut.
public struct WebSocketMessages {
  public enum Event: Equatable {
    case message([UInt8])
    case ping([UInt8])
    case close
  }

  private let limit: Int
  private var pending: [UInt8] = []
  private var start = 0
  private var message: [UInt8] = []
  private var isInMessage = false

  /// - Parameter limit: the longest message that is taken, in bytes.
  public init(limit: Int) { self.limit = limit }

  public mutating func append(_ bytes: ArraySlice<UInt8>) {
    if start == pending.count {
      pending.removeAll(keepingCapacity: true)
      start = 0
    } else if start > 1 << 20 {
      pending.removeFirst(start)
      start = 0
    }
    pending += bytes
  }

  /// The next event; nil where more bytes are needed.
  public mutating func next() throws(WebSocketDamage) -> Event? {
    while let (kind, isLast, payload) = try frame() {
      start = payload.upperBound
      switch kind {
      case .ping: return .ping(Array(pending[payload]))
      case .pong: continue
      case .close: return .close
      case .continuation, .text, .binary:
        guard (kind == .continuation) == isInMessage else { throw .badFrame }
        guard message.count + payload.count <= limit else { throw .tooLong }
        message += pending[payload]
        isInMessage = !isLast
        guard isLast else { continue }
        defer { message = [] }
        return .message(message)
      }
    }
    return nil
  }

  private func frame() throws(WebSocketDamage) -> (WebSocketFrame.Kind, Bool, Range<Int>)? {
    guard pending.count - start >= 2 else { return nil }
    let first = pending[start]
    let second = pending[start + 1]
    // No extension was agreed on, and servers mask nothing.
    guard first & 0x70 == 0, second & 0x80 == 0,
      let kind = WebSocketFrame.Kind(rawValue: first & 15)
    else { throw .badFrame }
    var size = Int(second & 0x7F)
    var body = start + 2
    if size == 126 || size == 127 {
      let width = size == 126 ? 2 : 8
      guard pending.count - body >= width else { return nil }
      var value: UInt64 = 0
      for byte in pending[body..<body + width] { value = value << 8 | UInt64(byte) }
      guard value <= UInt64(limit) else { throw .tooLong }
      size = Int(value)
      body += width
    }
    let isControl = first & 8 != 0
    guard !isControl || (size <= 125 && first & 0x80 != 0) else { throw .badFrame }
    guard size <= limit else { throw .tooLong }
    guard pending.count - body >= size else { return nil }
    return (kind, first & 0x80 != 0, body..<body + size)
  }
}
