internal import Box
internal import Linux
internal import LocalHTTP
internal import Report
internal import WebSocket

/// Calls of the Chrome DevTools protocol over a WebSocket.
final class InspectorSession {
  let endpoint: Endpoint
  private let connection: LocalConnection
  private var messages = WebSocketMessages(limit: 512 << 20)
  private var room = [UInt8](repeating: 0, count: 1 << 17)
  private var lastCall = 0

  /// The longest wait for anything, in seconds: a snapshot of a large heap is silent for long.
  static let silence = 120.0

  init(_ endpoint: Endpoint, _ path: String) throws(Failure) {
    self.endpoint = endpoint
    connection = try attempt { () throws(SystemError) in
      try LocalConnection(endpoint, seconds: 5)
    }
    let key = base64(Random.bytes(16))
    var reader = try connection.get(
      path,
      fields: "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: \(key)\r\n",
      limit: 1 << 16, silence: 5
    ) { (_, _) throws(Failure) in }
    guard reader.status == 101 else {
      throw .message("\(endpoint): refuses the WebSocket (status \(reader.status ?? 0))")
    }
    let rest = reader.takeRest()
    messages.append(rest[...])
  }

  /// Calls `method`, and answers the whole reply, as it came.
  ///
  /// - Parameter event: told of each message that is no reply to this call.
  func raw(
    _ method: StaticString, _ parameters: [(key: String, value: JSON)] = [],
    event: (JSON) throws(Failure) -> Void = { (_) throws(Failure) in }
  ) throws(Failure) -> [UInt8] {
    let number = try send(method, parameters)
    while true {
      let bytes = try next(seconds: Self.silence)
      // Of a reply that may be huge only its number is read.
      if let range = JSONReader.range(of: ["id"], in: bytes),
        Int(String(bytes: bytes[range])) == number
      {
        if let failure = JSONReader.range(of: ["error", "message"], in: bytes) {
          let text = (try? JSON(parsing: Array(bytes[failure])))?.string ?? ""
          throw .message("\(endpoint): \(method): \(text)")
        }
        return bytes
      }
      try event(try Self.parsed(bytes, endpoint))
    }
  }

  /// Calls `method`, and answers its result.
  func call(_ method: StaticString, _ parameters: [(key: String, value: JSON)] = [])
    throws(Failure) -> JSON
  {
    try Self.parsed(try raw(method, parameters), endpoint)["result"] ?? .null
  }

  /// Sends a call without waiting for its reply.
  @discardableResult
  func send(_ method: StaticString, _ parameters: [(key: String, value: JSON)] = [])
    throws(Failure) -> Int
  {
    lastCall += 1
    let call = JSON.object([
      (key: "id", value: .number(lastCall)), (key: "method", value: .string("\(method)")),
      (key: "params", value: .object(parameters)),
    ])
    try transmit(.text, call.text.bytes)
    return lastCall
  }

  /// The next event or reply; nil after `seconds`.
  func event(seconds: Double) throws(Failure) -> JSON? {
    guard let bytes = try message(until: Deadline(seconds: seconds)) else { return nil }
    return try Self.parsed(bytes, endpoint)
  }

  private func transmit(_ kind: WebSocketFrame.Kind, _ payload: [UInt8]) throws(Failure) {
    let frame = WebSocketFrame.encode(kind, payload, mask: Random.bytes(4))
    try attempt { () throws(SystemError) in
      try connection.socket.sendAll(frame, until: Deadline(seconds: 30))
    }
  }

  private func next(seconds: Double) throws(Failure) -> [UInt8] {
    guard let bytes = try message(until: Deadline(seconds: seconds)) else {
      throw .message("\(endpoint): the inspector does not answer")
    }
    return bytes
  }

  private func message(until deadline: Deadline) throws(Failure) -> [UInt8]? {
    while true {
      if let event = try decoded() {
        switch event {
        case .message(let bytes): return bytes
        case .ping(let bytes): try transmit(.pong, bytes)
        case .close: throw .message("\(endpoint): the inspector has closed the connection")
        }
        continue
      }
      guard let count = try connection.receive(&room, seconds: deadline.left) else { return nil }
      if count == 0 { throw .message("\(endpoint): the inspector has closed the connection") }
      messages.append(room[..<count])
    }
  }

  private func decoded() throws(Failure) -> WebSocketMessages.Event? {
    do throws(WebSocketDamage) {
      return try messages.next()
    } catch {
      throw .message("\(endpoint): sends what is no WebSocket")
    }
  }

  private static func parsed(_ bytes: [UInt8], _ endpoint: Endpoint) throws(Failure) -> JSON {
    do throws(JSONDamage) {
      return try JSON(parsing: bytes)
    } catch {
      throw .message("\(endpoint): sends what is no JSON")
    }
  }

  /// Says goodbye; the port stays open.
  func end() { try? transmit(.close, []) }

  /// The PID that the process knows of itself.
  func processID() throws(Failure) -> Int? {
    let result = try call(
      "Runtime.evaluate",
      [
        (key: "expression", value: .string("process.pid")),
        (key: "returnByValue", value: .flag(true)),
      ])
    return result["result"]?["value"]?.integer
  }

  /// Evaluates `expression` in the application, and prints its value: text as it is, all else as JSON.
  func evaluate(_ expression: String, awaits: Bool, output: Output) throws(Failure) {
    let reply = try raw(
      "Runtime.evaluate",
      [
        (key: "expression", value: .string(expression)),
        (key: "includeCommandLineAPI", value: .flag(true)),
        (key: "returnByValue", value: .flag(true)), (key: "awaitPromise", value: .flag(awaits)),
      ])
    let result = try Self.parsed(reply, endpoint)["result"] ?? .null
    if let exception = result["exceptionDetails"] {
      let text =
        exception["exception"]?["description"]?.string ?? exception["text"]?.string ?? "exception"
      // Its first line says what, the others where in what was given to us.
      throw .message(text.split(separator: "\n").first.map { String($0) } ?? text)
    }
    if let text = result["result"]?["value"]?.string { return output.line(safeLines(text)) }
    if let range = JSONReader.range(of: ["result", "result", "value"], in: reply) {
      return output.line(Sanitize.escaped(String(bytes: reply[range])))
    }
    output.line(
      Sanitize.escaped(
        result["result"]?["description"]?.string ?? result["result"]?["type"]?.string ?? "undefined"
      ))
  }

  private func safeLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Sanitize.escaped(String($0)) }.joined(separator: "\n")
  }
}

/// The text of bytes in RFC 4648 section 4.
private func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  var start = 0
  while start < bytes.count {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    value <<= UInt32(8 * (3 - group.count))
    for place in 0..<4 {
      let index = Int(value >> UInt32(18 - 6 * place) & 63)
      text.append(place <= group.count ? digits[index] : UInt8(ascii: "="))
    }
    start += 3
  }
  return String(bytes: text)
}
