internal import Linux

/// Messages of gRPC in the body of a response: a flag, a length of 4 bytes, the message.
public struct FrameReader {
  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLarge(Int), compressed, badFlag(UInt8)

    public var description: String {
      switch self {
      case .tooLarge(let size): "a message of \(size) bytes"
      case .compressed: "a compressed message, which was not asked for"
      case .badFlag(let flag): "a message with the flag \(flag)"
      }
    }
  }

  /// Larger messages are refused.
  public static let limit = 16 << 20

  private var held: [UInt8] = []

  public init() {}

  public mutating func add(_ bytes: UnsafeRawBufferPointer) { held.append(raw: bytes) }

  /// The next whole message; nil where it has not come.
  public mutating func next() throws(Problem) -> [UInt8]? {
    guard held.count >= 5 else { return nil }
    if held[0] == 1 { throw .compressed }
    if held[0] != 0 { throw .badFlag(held[0]) }
    let length = held[1..<5].reduce(0) { $0 << 8 | Int($1) }
    if length > Self.limit { throw .tooLarge(length) }
    guard held.count >= 5 + length else { return nil }
    let message = Array(held[5..<(5 + length)])
    held.removeFirst(5 + length)
    return message
  }

  public static func framed(_ message: [UInt8]) -> [UInt8] {
    let length = UInt32(truncatingIfNeeded: message.count)
    let prefix = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
    return [0] + prefix + message
  }
}

/// How a call ended, by number. grpc.io/docs/guides/status-codes
public enum StatusCode {
  public static func name(_ code: Int) -> String {
    switch code {
    case 0: "OK"
    case 1: "Canceled"
    case 2: "Unknown"
    case 3: "InvalidArgument"
    case 4: "DeadlineExceeded"
    case 5: "NotFound"
    case 6: "AlreadyExists"
    case 7: "PermissionDenied"
    case 8: "ResourceExhausted"
    case 9: "FailedPrecondition"
    case 10: "Aborted"
    case 11: "OutOfRange"
    case 12: "Unimplemented"
    case 13: "Internal"
    case 14: "Unavailable"
    case 15: "DataLoss"
    case 16: "Unauthenticated"
    default: "Code(\(code))"
    }
  }
}

/// What a server says of its health, grpc.health.v1.
public enum Health {
  public static func request(_ service: String) -> [UInt8] {
    var writer = ProtobufWriter()
    if !service.isEmpty { writer.add(1, service) }
    return writer.bytes
  }

  /// `SERVING`, `NOT_SERVING`, `SERVICE_UNKNOWN`, `UNKNOWN`, or a number.
  public static func status(_ response: [UInt8]) throws(ProtobufReader.Problem) -> String {
    var reader = ProtobufReader(response[...])
    var status: UInt64 = 0
    while let (number, value) = try reader.next() {
      if number == 1, case .number(let found) = value { status = found }
    }
    switch status {
    case 0: return "UNKNOWN"
    case 1: return "SERVING"
    case 2: return "NOT_SERVING"
    case 3: return "SERVICE_UNKNOWN"
    default: return String(status)
    }
  }
}
