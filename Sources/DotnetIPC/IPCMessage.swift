internal import Box
internal import Linux

/// A message of .NET's diagnostics protocol: a head of 20 bytes, then the payload.
///
/// dotnet/diagnostics, ipc-protocol.md. All numbers are little-endian; strings are UTF-16 with a NUL, behind the
/// number of their units.
public struct IPCMessage: Sendable {
  /// Command sets.
  public enum Set {
    public static let dump: UInt8 = 1
    public static let eventPipe: UInt8 = 2
    public static let process: UInt8 = 4
    public static let server: UInt8 = 0xFF
  }

  public let set: UInt8
  public let command: UInt8
  public var payload: [UInt8]

  public init(_ set: UInt8, _ command: UInt8, _ payload: [UInt8] = []) {
    self.set = set
    self.command = command
    self.payload = payload
  }

  static let magic = "DOTNET_IPC_V1"
  public static let headSize = 20

  /// - Returns: nil where it is longer than the 16 bits of its size can tell.
  public func encoded() -> [UInt8]? {
    let size = Self.headSize + payload.count
    guard size <= Int(UInt16.max) else { return nil }
    var bytes = Array(Self.magic.utf8) + [0]
    bytes.append(little: UInt64(size), 2)
    bytes += [set, command, 0, 0]
    return bytes + payload
  }
}

/// The head of an answer.
public struct IPCHead: Sendable, Equatable {
  public let set: UInt8
  public let command: UInt8
  /// Bytes that follow it.
  public let payloadSize: Int

  /// - Returns: nil where these are not the first bytes of an answer.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == IPCMessage.headSize,
      bytes.starts(with: IPCMessage.magic.utf8), bytes[13] == 0
    else { return nil }
    let size = Int(bytes[14]) | Int(bytes[15]) << 8
    guard size >= IPCMessage.headSize, bytes[16] == IPCMessage.Set.server else { return nil }
    set = bytes[16]
    command = bytes[17]
    payloadSize = size - IPCMessage.headSize
  }

  public var isError: Bool { command == 0xFF }
}

/// An error of the runtime, by its HRESULT.
public struct IPCError: Sendable, Equatable {
  public let code: UInt32

  public static let unknownCommand = IPCError(code: 0x8013_1385)

  public init(code: UInt32) { self.code = code }

  public var words: String {
    switch code {
    case 0x8013_1384: "it does not understand the request"
    case 0x8013_1385: "it does not know this command"
    case 0x8013_1386: "it speaks another version of the protocol"
    case 0x8013_1515: "it does not support this"
    case 0x8013_135B: "it is not ready for this yet"
    case 0x8013_1371: "its runtime is not initialised"
    case 0x8007_0057: "it does not accept an argument"
    case 0x8007_000E: "it is out of memory"
    case 0x8007_0005: "it has no permission for this"
    case 0x8007_007A: "an argument is too long for it"
    case 0x8000_4005: "it failed, and says nothing more"
    default: "error 0x" + String(code, radix: 16).asciiUppercased
    }
  }
}

/// The payload of a request under construction.
struct IPCWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }
  mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }
  mutating func uint32(_ value: UInt32) { bytes.append(little: UInt64(value), 4) }
  mutating func uint64(_ value: UInt64) { bytes.append(little: value, 8) }

  /// An empty text counts as none.
  mutating func text(_ text: String) {
    if text.isEmpty { return uint32(0) }
    let units = Array(text.utf16)
    uint32(UInt32(truncatingIfNeeded: units.count + 1))
    for unit in units + [0] { bytes.append(little: UInt64(unit), 2) }
  }
}

extension [UInt8] {
  fileprivate mutating func append(little value: UInt64, _ size: Int) {
    for index in 0..<size { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
  }
}

/// Reads the payload of an answer; every step is checked against its end.
public struct IPCReader {
  private let bytes: [UInt8]
  private var position = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var remaining: Int { bytes.count - position }

  public mutating func number(_ size: Int) -> UInt64? {
    guard size <= remaining else { return nil }
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += size
    return value
  }

  public mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= remaining else { return false }
    position += count
    return true
  }

  /// Text without the NUL that ends it.
  public mutating func text() -> String? {
    guard let count = number(4), count <= UInt64(remaining / 2) else { return nil }
    var units: [UInt16] = []
    units.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let unit = number(2) else { return nil }
      units.append(UInt16(truncatingIfNeeded: unit))
    }
    while units.last == 0 { units.removeLast() }
    return String(decoding: units, as: UTF16.self)
  }
}
