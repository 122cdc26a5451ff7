internal import Box
internal import GRPC
internal import HTTP
internal import Linux

/// A question for the health of a gRPC service: grpc.health.v1.Health/Check, over HTTP/2.
///
/// The path of the target is the service; without one, it is the server as a whole.
final class HealthConversation: Conversation {
  private let call: HTTP2Call
  private var first: [UInt8] = []
  private var failure: String?
  private let isSecure: Bool

  /// What a health reply has room for, many times over.
  private static let limit = 65536

  init(_ target: ProbeTarget) throws(TransferFailure) {
    isSecure = target.scheme.isSecure
    let isV6 = target.host.utf8.contains(UInt8(ascii: ":"))
    let host = isV6 ? "[" + target.host + "]" : target.host
    let service = String(target.path.dropFirst())
    call = try HTTP2Call(
      [
        HeaderField(":method", "POST"),
        HeaderField(":scheme", isSecure ? "https" : "http"),
        HeaderField(":authority", host + ":" + String(target.port)),
        HeaderField(":path", "/grpc.health.v1.Health/Check"),
        HeaderField("content-type", "application/grpc"), HeaderField("te", "trailers"),
        HeaderField("user-agent", "debugbox"),
      ], body: FrameReader.framed(Health.request(service)), limit: Self.limit)
  }

  override var name: String { "the health check" }

  override func nextToSend() -> [UInt8] {
    do throws(TransferFailure) {
      return try call.nextToSend()
    } catch {
      failure = failure ?? error.text
      return []
    }
  }

  override func received(_ bytes: ArraySlice<UInt8>) -> Bool {
    if first.count < HTTPRequest.longestLine { first += bytes }
    do throws(TransferFailure) {
      try call.receive(bytes)
    } catch {
      failure = error.text
    }
    if isOther { return isLineWhole }
    return failure != nil || call.isEnded || call.isBroken
  }

  /// Whether it is not HTTP/2 that came: that begins with a frame of settings, RFC 9113 section 3.4.
  private var isOther: Bool { first.count > 3 && first[3] != 4 }

  /// Whether all has come that will be shown of another protocol: the first line, where it is one of text.
  private var isLineWhole: Bool {
    first[0] < 0x20 || first.contains(0x0A) || first.count >= HTTPRequest.longestLine
  }

  override func judge() -> (isGood: Bool, detail: String) {
    if first.isEmpty {
      // That is all that the TLS of gRPC's own servers has to say to somebody without it.
      let hint = isSecure ? "" : "; if it speaks TLS, it is grpcs://"
      return (false, "closed without an answer" + hint)
    }
    if first.first == 0x15 { return (false, "it speaks TLS: try grpcs://") }
    if isOther { return (false, "no HTTP/2: \"" + Check.firstLine(first) + "\"") }
    if let failure { return (false, "no HTTP/2: " + Sanitize.escaped(failure)) }
    if let reset = call.reset { return (false, "the stream was reset: " + reset) }
    if !call.isEnded, call.isBroken { return (false, "broken HTTP/2") }
    guard call.isEnded else { return (false, "closed before the answer was whole") }
    guard call.status == 200, value("content-type").hasPrefix("application/grpc") else {
      return (false, "no gRPC: HTTP/2 \(call.status)")
    }
    return verdict()
  }

  private func verdict() -> (isGood: Bool, detail: String) {
    guard let code = Int(value("grpc-status")) else {
      return (false, "the stream ended without a gRPC status")
    }
    if code == 12 { return (false, "no health service (Unimplemented)") }
    if code != 0 {
      let encoded = value("grpc-message")
      let text = Percent.decode(encoded.bytes[...]).map { String(bytes: $0) } ?? encoded
      let said = text.isEmpty ? "" : ": " + Sanitize.escaped(String(bytes: text.bytes.prefix(100)))
      return (false, StatusCode.name(code) + said)
    }
    var frames = FrameReader()
    call.body.withUnsafeBytes { frames.add($0) }
    do throws(FrameReader.Problem) {
      let message = try frames.next() ?? []
      guard let status = try? Health.status(message) else {
        return (false, "the answer is damaged")
      }
      return (status == "SERVING", status)
    } catch {
      return (false, error.description)
    }
  }

  /// A field of the trailers, or of the head where there is no body.
  private func value(_ name: String) -> String {
    (call.trailers + call.fields).first { $0.name == name }?.value ?? ""
  }
}
