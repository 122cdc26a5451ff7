internal import Box
internal import LocalHTTP
internal import Linux

/// Asks a server of the pod in plain HTTP/1.1; only what the runtimes' own servers need.
struct LocalConnection {
  let endpoint: Endpoint
  let socket: Socket

  init(_ endpoint: Endpoint, seconds: Double) throws(SystemError) {
    self.endpoint = endpoint
    socket = try Socket.connected(to: .ip(endpoint), until: Deadline(seconds: seconds))
  }

  /// Asks for `path`, and gives the body in pieces to `body`.
  ///
  /// - Parameters:
  ///   - silence: the longest wait for the next bytes, in seconds.
  ///   - fields: further fields of the head, each with its line end.
  ///   - body: is told the status, too: pages of errors are no profiles.
  func get(
    _ path: String, fields: String = "Connection: close\r\n", limit: Int, silence: Double,
    body: (_ status: Int, _ piece: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) -> ResponseReader {
    let request = "GET \(path) HTTP/1.1\r\nHost: \(endpoint)\r\n\(fields)\r\n"
    try attempt { () throws(SystemError) in
      try socket.sendAll(request.bytes, until: Deadline(seconds: silence))
    }
    var reader = ResponseReader(limit: limit)
    var room = [UInt8](repeating: 0, count: 65536)
    while !reader.isComplete {
      guard let count = try receive(&room, seconds: silence) else {
        throw .message("\(endpoint): no answer for \(Int(silence)) s")
      }
      if count == 0 {
        guard reader.end() else { throw .message("\(endpoint): the answer ends too early") }
        break
      }
      let piece: [UInt8]
      do throws(ResponseDamage) {
        piece = try reader.take(room[..<count])
      } catch {
        throw .message("\(endpoint): " + Self.words(error))
      }
      if !piece.isEmpty { try body(reader.status ?? 0, piece) }
    }
    return reader
  }

  /// The whole body of a short answer, and its status.
  static func get(_ endpoint: Endpoint, _ path: String, limit: Int = 1 << 20, seconds: Double)
    throws(Failure) -> (status: Int, body: [UInt8])
  {
    let connection = try attempt { () throws(SystemError) in
      try LocalConnection(endpoint, seconds: seconds)
    }
    var all: [UInt8] = []
    let reader = try connection.get(path, limit: limit, silence: seconds) { all += $1 }
    return (reader.status ?? 0, all)
  }

  func receive(_ room: inout [UInt8], seconds: Double) throws(Failure) -> Int? {
    let deadline = Deadline(seconds: seconds)
    do throws(SystemError) {
      return try socket.receive(into: &room, until: deadline)
    } catch {
      throw .system(error.about(endpoint.description))
    }
  }

  private static func words(_ damage: ResponseDamage) -> String {
    switch damage {
    case .badHead: "is no HTTP server"
    case .headTooLong: "the head of the answer is too long"
    case .badChunk: "the answer is damaged"
    case .bodyTooLong: "the answer is longer than is taken"
    }
  }
}
