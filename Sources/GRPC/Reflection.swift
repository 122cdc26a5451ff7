internal import Linux

/// Requests and responses of server reflection, grpc.reflection.v1 and v1alpha: the same but for the name.
public enum Reflection {
  public static let services = [
    "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
  ]

  public static func listServices() -> [UInt8] { request(7, "*") }
  public static func fileContaining(symbol: String) -> [UInt8] { request(4, symbol) }
  public static func file(named name: String) -> [UInt8] { request(3, name) }

  private static func request(_ field: Int, _ text: String) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.add(field, text)
    return writer.bytes
  }

  public enum Response: Sendable {
    case services([String])
    /// Descriptors of files.
    case files([[UInt8]])
    case error(code: Int, text: String)
    case other
  }

  static let most = 100_000

  public static func parse(_ message: [UInt8]) throws(ProtobufReader.Problem) -> Response {
    var reader = ProtobufReader(message[...])
    while let (number, value) = try reader.next() {
      guard case .bytes(let body) = value else { continue }
      switch number {
      case 4: return .files(try list(body).map { Array($0) })
      case 6:
        var names: [String] = []
        for service in try list(body) { names.append(try text(service, 1)) }
        return .services(names)
      case 7:
        var inner = ProtobufReader(body)
        var code = 0
        while let (number, value) = try inner.next() {
          if number == 1, case .number(let found) = value { code = Int(truncatingIfNeeded: found) }
        }
        return .error(code: code, text: try text(body, 2))
      default: continue
      }
    }
    return .other
  }

  /// The values of field 1.
  private static func list(_ body: ArraySlice<UInt8>) throws(ProtobufReader.Problem)
    -> [ArraySlice<UInt8>]
  {
    var items: [ArraySlice<UInt8>] = []
    var reader = ProtobufReader(body)
    while let (number, value) = try reader.next(), items.count < most {
      if number == 1, case .bytes(let item) = value { items.append(item) }
    }
    return items
  }

  private static func text(_ body: ArraySlice<UInt8>, _ field: Int)
    throws(ProtobufReader.Problem) -> String
  {
    var reader = ProtobufReader(body)
    var found = ""
    while let (number, value) = try reader.next() {
      if number == field, case .bytes(let bytes) = value { found = String(bytes: bytes) }
    }
    return found
  }
}
