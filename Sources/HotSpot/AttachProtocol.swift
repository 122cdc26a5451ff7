public import Box
public import Linux

/// The bytes of one request to a HotSpot VM's attach listener.
public struct AttachRequest: Sendable {
  public let command: String
  public let arguments: [String]

  public init(_ command: String, _ arguments: [String] = []) {
    self.command = command
    self.arguments = arguments
  }

  /// What version 1, which every VM speaks, takes: 16 bytes of command, three arguments of 1024.
  private var fitsFirstVersion: Bool {
    command.utf8.count <= 16 && arguments.count <= 3
      && arguments.allSatisfy { $0.utf8.count <= 1024 }
  }

  /// Version 1 where it fits; version 2 (JDK 24) takes 256 KiB in all.
  ///
  /// - Throws: where no version takes it: a NUL in it, or too long.
  public func encoded() throws(Failure) -> [UInt8] {
    for text in [command] + arguments where text.utf8.contains(0) {
      throw .usage("\(command): an argument holds a NUL")
    }
    var body: [UInt8] = []
    for text in [command] + arguments { body += text.bytes + [0] }
    if fitsFirstVersion {
      for _ in arguments.count..<3 { body.append(0) }
      return Array("1".utf8) + [0] + body
    }
    guard body.count <= 256 << 10 else {
      throw .message("\(command): \(body.count) bytes of arguments; a JVM takes 256 KiB at most")
    }
    return Array("2".utf8) + [0] + Array(String(body.count).utf8) + [0] + body
  }

  /// Whether a VM before JDK 24 will not understand this.
  public var needsSecondVersion: Bool { !fitsFirstVersion }
}

/// How a VM answered: its status, and the beginning of its text.
public struct AttachReply: Sendable {
  /// 0 for success, as far as the VM knows; -1 for an error, 101 for a protocol it does not speak.
  public let status: Int
  /// At most `AttachReply.headSize` bytes of the text.
  public let head: [UInt8]

  public static let headSize = 8192

  /// The text of a refusal in one line.
  public var complaint: String {
    let lines = head.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
    let text = lines.prefix(3).map { String(bytes: $0) }.joined(separator: "; ")
    return text.isEmpty ? "the JVM refuses, status \(status)" : text
  }
}

/// Sends and receives; closures, so that tests replay captured bytes.
public struct Transport {
  let send: ([UInt8]) throws(SystemError) -> Void
  /// Fills the buffer from its start; 0 is the end.
  let receive: (inout [UInt8]) throws(SystemError) -> Int

  public init(
    send: @escaping ([UInt8]) throws(SystemError) -> Void,
    receive: @escaping (inout [UInt8]) throws(SystemError) -> Int
  ) {
    self.send = send
    self.receive = receive
  }

  /// One request, one reply: a VM closes the connection after it.
  ///
  /// - Parameter sink: gets the text behind status 0 as it comes; false stops reading.
  /// - Returns: nil where the VM said nothing at all: it rejected our ids, or ended.
  public func exchange(
    _ request: AttachRequest, sink: (ArraySlice<UInt8>) -> Bool
  ) throws(Failure) -> AttachReply? {
    let bytes = try request.encoded()
    try attempt { () throws(SystemError) in try send(bytes) }
    var status = StatusLine()
    var head: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      var count = 0
      do throws(SystemError) {
        count = try receive(&buffer)
      } catch {
        // A VM that closes with our request unread resets the connection.
        guard error.errno == .peerReset, status.isEmpty else { throw .system(error) }
      }
      if count == 0 { break }
      let text = status.take(buffer[..<min(count, buffer.count)])
      if status.isMalformed { throw .message("the answer is not that of a HotSpot VM") }
      if text.isEmpty { continue }
      head += text.prefix(AttachReply.headSize - head.count)
      if status.value == 0, !sink(text) { break }
    }
    if status.isEmpty { return nil }
    guard let value = status.value else {
      throw .message("the answer ended in its first line")
    }
    return AttachReply(status: value, head: head)
  }
}

/// The first line of a reply: a decimal number.
struct StatusLine {
  private var digits: [UInt8] = []
  private(set) var value: Int?
  private(set) var isMalformed = false

  var isEmpty: Bool { digits.isEmpty && value == nil }

  /// Takes what belongs to the line, and returns the rest.
  mutating func take(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    if value != nil { return bytes }
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      digits += bytes.prefix(16)
      isMalformed = digits.count > 15
      return []
    }
    digits += bytes[..<end].prefix(16)
    value = Int(String(decoding: digits, as: UTF8.self))
    isMalformed = value == nil
    return bytes[(end + 1)...]
  }
}

extension Errno {
  /// ECONNRESET, EROFS and ECONNREFUSED.
  static let peerReset = Errno(code: 104)
  static let readOnly = Errno(code: 30)
  static let nobodyListens = Errno(code: 111)
}
