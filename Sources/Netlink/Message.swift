public import Linux

/// One netlink message, netlink(7); its payload lies in the datagram it came in.
public struct NetlinkMessage {
  public let type: UInt16
  public let flags: UInt16
  public let sequence: UInt32
  public let payload: UnsafeRawBufferPointer

  static let error: UInt16 = 2
  static let done: UInt16 = 3

  /// NLM_F_DUMP_INTR: what is dumped changed meanwhile.
  var isInterrupted: Bool { flags & 0x10 != 0 }

  /// Calls `body` with each whole message of a datagram; false stops.
  ///
  /// - Returns: whether the datagram held nothing but whole messages.
  @discardableResult
  public static func forEach(
    in datagram: UnsafeRawBufferPointer, _ body: (NetlinkMessage) -> Bool
  ) -> Bool {
    let fields = Fields(datagram)
    var offset = 0
    while fields.has(offset, 16) {
      let length = Int(fields.word(offset))
      guard length >= 16, length <= datagram.count - offset else { return false }
      let message = NetlinkMessage(
        type: fields.half(offset + 4), flags: fields.half(offset + 6),
        sequence: fields.word(offset + 8), payload: fields.slice(offset + 16, length - 16))
      if !body(message) { return true }
      offset += (length + 3) & ~3
    }
    return offset >= datagram.count
  }
}

/// Attributes of a message, rtnetlink(7): type, length, value, each at a multiple of four.
public enum Attributes {
  /// Calls `body` with each whole attribute from `offset` on, without the flags of its type.
  public static func forEach(
    in payload: UnsafeRawBufferPointer, from start: Int = 0,
    _ body: (_ type: Int, _ value: Fields) -> Void
  ) {
    let fields = Fields(payload)
    var offset = start
    while fields.has(offset, 4) {
      let length = Int(fields.half(offset))
      guard length >= 4, length <= payload.count - offset else { return }
      // The two highest bits say "nested" and "network order".
      let type = Int(fields.half(offset + 2) & 0x3FFF)
      body(type, Fields(fields.slice(offset + 4, length - 4)))
      offset += (length + 3) & ~3
    }
  }

  /// The first attribute of a type.
  public static func first(
    _ wanted: Int, in payload: UnsafeRawBufferPointer, from start: Int = 0
  ) -> Fields? {
    var found: Fields?
    forEach(in: payload, from: start) { type, value in
      if type == wanted, found == nil { found = value }
    }
    return found
  }
}

/// A request to the kernel under construction.
public struct NetlinkRequest {
  public private(set) var bytes: [UInt8] = []

  /// - Parameter isDump: all of a kind is asked for, not one.
  public init(_ type: UInt16, isDump: Bool, sequence: UInt32 = 1) {
    put(UInt32(0))
    put(type)
    // NLM_F_REQUEST, NLM_F_DUMP.
    put(UInt16(isDump ? 0x301 : 1))
    put(sequence)
    put(UInt32(0))
  }

  public mutating func put(_ value: UInt8) { bytes.append(value) }

  public mutating func put(_ value: UInt16) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  public mutating func put(_ value: UInt32) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  public mutating func put(zeroes count: Int) {
    bytes.append(contentsOf: [UInt8](repeating: 0, count: count))
  }

  /// An attribute, filled up to a multiple of four.
  public mutating func put(attribute type: UInt16, _ value: [UInt8]) {
    put(UInt16(clamping: value.count + 4))
    put(type)
    bytes += value
    put(zeroes: (4 - value.count % 4) % 4)
  }

  public mutating func put(attribute type: UInt16, _ value: UInt32) {
    put(attribute: type, withUnsafeBytes(of: value) { Array($0) })
  }

  /// The request with its length filled in.
  var finished: [UInt8] {
    var whole = bytes
    withUnsafeBytes(of: UInt32(bytes.count)) { length in
      for index in 0..<4 { whole[index] = length[index] }
    }
    return whole
  }
}

/// How requests go out and answers come in: the kernel's socket, or captured bytes in tests.
public struct NetlinkTransport {
  let send: ([UInt8]) throws(SystemError) -> Void
  /// The next datagram, valid until the next call.
  let receive: () throws(SystemError) -> UnsafeRawBufferPointer

  public init(
    send: @escaping ([UInt8]) throws(SystemError) -> Void,
    receive: @escaping () throws(SystemError) -> UnsafeRawBufferPointer
  ) {
    self.send = send
    self.receive = receive
  }

  /// The kernel's.
  public init(_ family: NetlinkSocket.Family) throws(SystemError) {
    let socket = try NetlinkSocket(family)
    self.init(
      send: { (bytes: [UInt8]) throws(SystemError) in try socket.send(bytes) },
      receive: { () throws(SystemError) in try socket.receive() })
  }

  /// Datagrams that were captured; after the last comes ETIMEDOUT.
  public init(replaying datagrams: [[UInt8]]) {
    let tape = Tape(datagrams)
    self.init(
      send: { (_: [UInt8]) throws(SystemError) in },
      receive: { () throws(SystemError) in try tape.next() })
  }

  /// Sends a request and calls `body` with each message of the answer, until the kernel says it is done.
  ///
  /// - Throws: what the kernel answers instead.
  public func exchange(
    _ request: NetlinkRequest, _ body: (NetlinkMessage) -> Void
  ) throws(SystemError) {
    let bytes = request.finished
    let isDump = bytes[6] != 1 || bytes[7] != 0
    let sequence = request.sequence
    try send(bytes)
    while true {
      var failure: Errno?
      var isDone = false
      let datagram = try receive()
      NetlinkMessage.forEach(in: datagram) { message in
        guard message.sequence == sequence else { return true }
        switch message.type {
        case NetlinkMessage.done, NetlinkMessage.error:
          let code = Int32(bitPattern: Fields(message.payload).word(0))
          if code < 0, code > -4096 { failure = Errno(code: -code) }
          isDone = true
        default:
          body(message)
          isDone = !isDump
        }
        return !isDone
      }
      if let failure { throw SystemError(failure, "netlink", "netlink") }
      if isDone { return }
      if datagram.isEmpty { throw SystemError(.inputOutput, "netlink", "netlink") }
    }
  }
}

extension NetlinkRequest {
  var sequence: UInt32 { bytes.withUnsafeBytes { Fields($0).word(8) } }
}

/// Captured datagrams, one after the other, each at a place that stays.
private final class Tape {
  private let bytes: UnsafeMutableRawBufferPointer
  private var ranges: [Range<Int>] = []
  private var position = 0

  init(_ datagrams: [[UInt8]]) {
    let whole = datagrams.flatMap { $0 }
    bytes = .allocate(byteCount: max(1, whole.count), alignment: 16)
    bytes.copyBytes(from: whole)
    var start = 0
    for datagram in datagrams {
      ranges.append(start..<(start + datagram.count))
      start += datagram.count
    }
  }

  deinit { bytes.deallocate() }

  func next() throws(SystemError) -> UnsafeRawBufferPointer {
    guard position < ranges.count else { throw SystemError(.timedOut, "recv", "netlink") }
    position += 1
    return UnsafeRawBufferPointer(rebasing: bytes[ranges[position - 1]])
  }
}
