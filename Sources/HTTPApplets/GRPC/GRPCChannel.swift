internal import Box
internal import DNS
internal import GRPC
internal import HTTP
internal import Linux
internal import Target
internal import TLS
internal import Zlib

/// Where a gRPC server is, and how it is spoken to.
final class GRPCSettings {
  var address = ""
  var usesTLS = false
  var isInsecure = false
  var authority: String?
  var certificate: String?
  var key: String?
  var serverName: String?
  var headers: [String] = []
  var agent = "swift-debugbox"
  var connectTimeout = 1.0
  var callTimeout = 1.0
  /// Whether the time of the call is that of the connection, too.
  var limitsAll = false
  var compresses = false
}

/// How a call ended.
struct GRPCReply {
  var code = 0
  var text = ""
  var messages: [[UInt8]] = []
  /// Seconds that connecting and the call took.
  var connectSeconds = 0.0
  var callSeconds = 0.0

  static func isGRPC(_ head: ResponseHead) -> Bool {
    head.status == 200 && head.value("content-type")?.hasPrefix("application/grpc") == true
  }
}

/// Why there was no reply.
struct GRPCFailure: Error {
  enum Stage { case settings, connecting, calling }
  let stage: Stage
  let text: String
  /// What to do about it.
  var advice: String?
  var isTimeout = false
}

/// Calls methods of a server, one after the other, over one connection.
final class GRPCChannel {
  private let settings: GRPCSettings
  private let paths: Paths
  private let client: Client
  private let url: URL
  private var route = Route()

  init(_ settings: GRPCSettings, _ context: Context) throws(GRPCFailure) {
    self.settings = settings
    paths = Paths(context)
    client = Client { Resolver(context) }
    var place = settings.address
    for scheme in ["dns:///", "passthrough:///"] where place.hasPrefix(scheme) {
      place = String(place.dropFirst(scheme.utf8.count))
    }
    var socketPath: String?
    if place.hasPrefix("unix://") {
      socketPath = String(place.dropFirst(7))
    } else if place.hasPrefix("unix:") {
      socketPath = String(place.dropFirst(5))
    }
    let scheme = settings.usesTLS ? "https://" : "http://"
    do throws(URL.Problem) {
      url = try URL(scheme + (socketPath == nil ? place : "localhost") + "/")
    } catch {
      throw GRPCFailure(stage: .settings, text: "\(settings.address): \(error.description)")
    }
    route.http2 = .required
    route.connect.timeout = settings.connectTimeout
    if let socketPath {
      let (paths, seconds) = (paths, settings.connectTimeout)
      route.connect.local = (
        socketPath,
        { () throws(TransferFailure) in
          try SocketPath.connect(socketPath, paths, seconds: seconds)
        }
      )
    }
    if settings.usesTLS { route.secure = try secureOptions() }
  }

  private func secureOptions() throws(GRPCFailure) -> SecureOptions {
    var options = SecureOptions()
    options.tls.verifiesPeer = !settings.isInsecure
    options.tls.verifiesName = !settings.isInsecure
    options.sentName = settings.serverName
    do throws(Failure) {
      if !settings.isInsecure {
        let files = TrustFiles(paths)
        if let authority = settings.authority {
          options.tls.trust = try files.load([authority])
        } else {
          options.tls.trust = try files.standard()
        }
      }
      if let path = settings.certificate {
        options.tls.certificate = try CurlFile.contents(path, paths)
      }
      if let path = settings.key { options.tls.privateKey = try CurlFile.contents(path, paths) }
    } catch {
      throw GRPCFailure(stage: .settings, text: error.text ?? "", advice: error.advice)
    }
    return options
  }

  func close() { client.close() }

  /// Sends one message to a method, `/package.Service/Method`, and reads all that comes back.
  func call(_ method: String, _ message: [UInt8]) throws(GRPCFailure) -> GRPCReply {
    var target = url
    target.path = method
    var request = Request("POST", target)
    var fields = [
      HeaderField("Host", settings.serverName ?? url.authority),
      HeaderField("content-type", "application/grpc"), HeaderField("user-agent", settings.agent),
      HeaderField("te", "trailers"),
      HeaderField("grpc-timeout", "\(max(1, Int(min(settings.callTimeout, 86400) * 1000)))m"),
    ]
    if settings.compresses { fields.append(HeaderField("grpc-encoding", "gzip")) }
    for line in settings.headers {
      let bytes = line.bytes
      guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { continue }
      fields.append(
        HeaderField(
          String(bytes: Bytes.trimmed(bytes[..<colon])).asciiLowercased,
          String(bytes: Bytes.trimmed(bytes[(colon + 1)...]))))
    }
    request.fields = fields
    let body = settings.compresses ? Self.compressed(message) : FrameReader.framed(message)
    request.body = BytesSource(body)
    let record = TransferRecord()
    let observer = GRPCObserver(settings.callTimeout)
    let limit = settings.callTimeout + (settings.limitsAll ? 0 : settings.connectTimeout)
    do throws(TransferFailure) {
      try client.run(
        request, route, observer, record, until: Deadline(seconds: limit))
    } catch {
      throw explained(error, record)
    }
    return try reply(record, observer)
  }

  private func reply(_ record: TransferRecord, _ observer: GRPCObserver) throws(GRPCFailure)
    -> GRPCReply
  {
    var reply = GRPCReply()
    reply.connectSeconds = record.preTransfer
    reply.callSeconds = record.elapsed - record.preTransfer
    let type = record.head?.value("content-type") ?? ""
    let status = record.head?.status ?? 0
    guard let head = record.head, GRPCReply.isGRPC(head) else {
      throw GRPCFailure(
        stage: .calling,
        text: "this is no gRPC server: HTTP \(status), content-type \(type.isEmpty ? "none" : type)"
      )
    }
    reply.messages = observer.messages
    // A reply without messages may have its status in the head.
    let fields = record.trailers + (record.head?.fields ?? [])
    guard let code = fields.first(where: { $0.name == "grpc-status" }).flatMap({ Int($0.value) })
    else {
      throw GRPCFailure(stage: .calling, text: "the server closed the stream without a status")
    }
    reply.code = code
    if let text = fields.first(where: { $0.name == "grpc-message" })?.value {
      reply.text = Percent.decode(text.bytes[...]).map { String(bytes: $0) } ?? text
    }
    return reply
  }

  private func explained(_ failure: TransferFailure, _ record: TransferRecord) -> GRPCFailure {
    let isConnected = record.preTransfer > 0
    if !isConnected {
      if settings.usesTLS, failure.code == .tlsHandshake, speaksPlainly() {
        return GRPCFailure(
          stage: .connecting, text: "the server does not speak TLS (\(failure.text))",
          advice: "ask without TLS")
      }
      return GRPCFailure(
        stage: .connecting, text: failure.errno?.description ?? failure.text,
        isTimeout: failure.code == .timedOut)
    }
    if !settings.usesTLS, record.startTransfer == 0, failure.code != .timedOut, speaksTLS() {
      return GRPCFailure(
        stage: .connecting, text: "the server speaks TLS, and was asked without it",
        advice: "ask with TLS")
    }
    return GRPCFailure(
      stage: .calling, text: failure.text, isTimeout: failure.code == .timedOut)
  }

  /// Whether a handshake of TLS gets anywhere.
  private func speaksTLS() -> Bool {
    var secure = url
    secure.scheme = "https"
    secure.port = url.effectivePort
    var route = route
    route.secure.tls.verifiesPeer = false
    route.secure.tls.verifiesName = false
    let record = TransferRecord()
    try? client.run(
      Request("GET", secure), route, TransferObserver(), record,
      until: Deadline(seconds: settings.connectTimeout))
    return record.secure > 0
  }

  /// Whether HTTP/2 without TLS gets an answer.
  private func speaksPlainly() -> Bool {
    var plain = url
    plain.scheme = "http"
    plain.port = url.effectivePort
    let record = TransferRecord()
    try? client.run(
      Request("GET", plain), route, TransferObserver(), record,
      until: Deadline(seconds: settings.connectTimeout))
    return record.startTransfer > 0
  }

  /// A message as gzip, with the flag that says so.
  private static func compressed(_ message: [UInt8]) -> [UInt8] {
    guard let deflater = Deflater(level: 6) else { return FrameReader.framed(message) }
    var bytes = GzipHeader().bytes
    var sum: UInt32 = 0
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    defer { room.deallocate() }
    message.withUnsafeBytes { raw in
      sum = checksum(0, raw)
      deflater.run(raw, isLast: true, room) { bytes.append(raw: $0) }
    }
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: sum >> shift))
    }
    let size = UInt32(truncatingIfNeeded: message.count)
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(UInt8(truncatingIfNeeded: size >> shift))
    }
    var framed = FrameReader.framed(bytes)
    framed[0] = 1
    return framed
  }
}

private final class GRPCObserver: TransferObserver {
  private var frames = FrameReader()
  private(set) var messages: [[UInt8]] = []
  private var size = 0
  private let seconds: Double
  /// When the call ends, from the request on: what the connection took does not count.
  private var limit = Deadline.never

  init(_ seconds: Double) { self.seconds = seconds }

  override func received(head: ResponseHead, isFinal: Bool) throws(TransferFailure) -> Verdict {
    // The page of a server of something else is not read.
    GRPCReply.isGRPC(head) ? .read : .ignore
  }

  override func sent(head: [UInt8]) { limit = Deadline(seconds: seconds) }

  override func idle() throws(TransferFailure) {
    if limit.hasPassed { throw TransferFailure(.timedOut, "the call took too long") }
  }

  override var patience: Double { min(1, limit.left) }

  override func received(body: UnsafeRawBufferPointer) throws(TransferFailure) {
    size += body.count
    if size > 4 * FrameReader.limit {
      throw TransferFailure(.fileTooLarge, "the server sends without end")
    }
    frames.add(body)
    do throws(FrameReader.Problem) {
      while let message = try frames.next() { messages.append(message) }
    } catch {
      throw TransferFailure(.strangeReply, "the server sent \(error.description)")
    }
  }
}

/// Durations as Go writes them: `1s`, `250ms`, `1m30s`.
enum GoDuration {
  static func parse(_ text: String) -> Double? {
    var rest = text.bytes[...]
    if rest.elementsEqual([0x30]) { return 0 }
    var sum = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { Bytes.isDigit($0) || $0 == UInt8(ascii: ".") }
      guard !digits.isEmpty, let value = parseDouble(String(bytes: digits)) else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !Bytes.isDigit($0) && $0 != UInt8(ascii: ".") }
      rest = rest.dropFirst(unit.count)
      switch String(bytes: unit) {
      case "ns": sum += value / 1e9
      case "us": sum += value / 1e6
      case "ms": sum += value / 1000
      case "s": sum += value
      case "m": sum += value * 60
      case "h": sum += value * 3600
      default: return nil
      }
    }
    return text.isEmpty || sum > 1e9 ? nil : sum
  }

  /// `1s`, `250ms`.
  static func text(_ seconds: Double) -> String {
    let milliseconds = Int((seconds * 1000).rounded())
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000)s" }
    return milliseconds < 1000 ? "\(milliseconds)ms" : fixed(seconds, 3) + "s"
  }
}

/// Flags as Go reads them: `-name value`, `-name=value`, with one dash or two.
struct GoFlags {
  private var rest: ArraySlice<String>
  private(set) var operands: [String] = []
  private(set) var name = ""
  private var attached: String?

  init(_ arguments: [String]) { rest = arguments[...] }

  /// Goes to the next flag.
  ///
  /// - Parameter stops: whether the first operand ends the flags.
  mutating func next(stops: Bool = true) -> Bool {
    while let argument = rest.first {
      guard argument.hasPrefix("-"), argument.utf8.count > 1 else {
        if stops { break }
        operands.append(argument)
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst()
      if argument == "--" { break }
      let bytes = argument.bytes.drop { $0 == UInt8(ascii: "-") }
      let equals = bytes.firstIndex(of: UInt8(ascii: "=")) ?? bytes.endIndex
      name = String(bytes: bytes[..<equals])
      attached = equals < bytes.endIndex ? String(bytes: bytes[(equals + 1)...]) : nil
      return true
    }
    operands += rest
    rest = []
    return false
  }

  mutating func value() throws(Failure) -> String {
    if let attached { return attached }
    guard let value = rest.popFirst() else { throw .usage("-\(name): needs a value") }
    return value
  }

  func flag() throws(Failure) -> Bool {
    switch attached {
    case nil, "true", "1", "t": return true
    case "false", "0", "f": return false
    case .some(let text): throw .usage("-\(name): \(text): neither true nor false")
    }
  }

  mutating func duration() throws(Failure) -> Double {
    let text = try value()
    guard let seconds = GoDuration.parse(text), seconds > 0 else {
      throw .usage("-\(name): \(text): not a duration as 1s or 250ms")
    }
    return seconds
  }
}
