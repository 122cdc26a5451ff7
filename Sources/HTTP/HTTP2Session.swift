internal import CNghttp2
internal import Linux

/// A connection that speaks HTTP/2, RFC 9113, by nghttp2: one stream after the other.
final class HTTP2Session {
  /// What becomes of a stream, told as its frames come.
  final class Stream {
    var status = 0
    var fields: [HeaderField] = []
    var trailers: [HeaderField] = []
    var fieldBytes = 0
    /// Whether the head of the final response is whole.
    var hasHead = false
    /// Whether the peer has sent all.
    var isEnded = false
    /// Why the stream was closed; nil while it is open.
    var closeCode: UInt32?
    var isTooLarge = false
    var body: UploadSource?
    var left: Int?
    var failure: TransferFailure?
    var onInterim: ((Stream) throws(TransferFailure) -> Void)?
    var onHead: ((Stream) throws(TransferFailure) -> Void)?
    var onTrailers: ((Stream) throws(TransferFailure) -> Void)?
    var onData: ((UnsafeRawBufferPointer) throws(TransferFailure) -> Void)?
    var onSent: ((UnsafeRawBufferPointer) throws(TransferFailure) -> Void)?

    /// Runs `body` and keeps what it throws: nothing may pass the C code in between.
    func keep(_ body: () throws(TransferFailure) -> Void) {
      if failure != nil { return }
      do throws(TransferFailure) { try body() } catch { failure = error }
    }
  }

  private var pointer: OpaquePointer?
  private(set) var stream = Stream()
  private var id: Int32 = 0
  private(set) var isGoingAway = false
  private static let window: Int32 = 32 << 20

  init() throws(TransferFailure) {
    var calls = cnghttp2_calls(
      header: { _, frame, name, nameLength, value, valueLength, _, owner in
        HTTP2Session.of(owner)?.take(frame, name, nameLength, value, valueLength)
        return 0
      },
      frame: { _, frame, owner in
        HTTP2Session.of(owner)?.take(frame)
        return 0
      },
      data: { _, _, id, bytes, count, owner in
        HTTP2Session.of(owner)?.take(id, UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
      },
      closed: { _, id, code, owner in
        HTTP2Session.of(owner)?.close(id, code)
        return 0
      })
    pointer = cnghttp2_start(&calls, Self.window, Unmanaged.passUnretained(self).toOpaque())
    if pointer == nil { throw TransferFailure(.http2, "Couldn't initialize nghttp2") }
  }

  deinit { nghttp2_session_del(pointer) }

  private static func of(_ owner: UnsafeMutableRawPointer?) -> HTTP2Session? {
    owner.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Whether another request may be made.
  var isUsable: Bool {
    !isGoingAway && nghttp2_session_check_request_allowed(pointer) != 0
  }

  /// Whether one of us broke the rules in a way that ends the connection: nothing more is read.
  var isOver: Bool { nghttp2_session_want_read(pointer) == 0 }

  // MARK: what the peer sends

  private func take(
    _ frame: UnsafePointer<nghttp2_frame>?, _ name: UnsafePointer<UInt8>?, _ nameLength: Int,
    _ value: UnsafePointer<UInt8>?, _ valueLength: Int
  ) {
    guard let frame, frame.pointee.hd.stream_id == id, let name, let value else { return }
    stream.fieldBytes += nameLength + valueLength + 4
    let count = stream.fields.count + stream.trailers.count
    if stream.fieldBytes > ResponseHead.Limits.total || count >= ResponseHead.Limits.fields {
      stream.isTooLarge = true
      return
    }
    let field = HeaderField(
      String(bytes: UnsafeBufferPointer(start: name, count: nameLength)),
      String(bytes: UnsafeBufferPointer(start: value, count: valueLength)))
    if stream.hasHead {
      stream.trailers.append(field)
    } else if field.name == ":status" {
      stream.status = Int(field.value) ?? 0
    } else {
      stream.fields.append(field)
    }
  }

  private func take(_ frame: UnsafePointer<nghttp2_frame>?) {
    guard let frame else { return }
    if cnghttp2_is_goaway(frame) != 0 { isGoingAway = true }
    guard frame.pointee.hd.stream_id == id, id != 0 else { return }
    if cnghttp2_is_headers(frame) != 0 {
      if stream.hasHead {
        stream.keep { () throws(TransferFailure) in try stream.onTrailers?(stream) }
      } else if stream.status >= 100, stream.status < 200 {
        stream.keep { () throws(TransferFailure) in try stream.onInterim?(stream) }
        stream.fields = []
      } else {
        stream.hasHead = true
        stream.keep { () throws(TransferFailure) in try stream.onHead?(stream) }
      }
    }
    if cnghttp2_ends(frame) != 0 { stream.isEnded = true }
  }

  private func take(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard id == self.id else { return }
    stream.keep { () throws(TransferFailure) in try stream.onData?(bytes) }
  }

  private func close(_ id: Int32, _ code: UInt32) {
    if id == self.id { stream.closeCode = code }
  }

  /// Takes bytes that have come over the connection.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) {
    let taken = nghttp2_session_mem_recv(
      pointer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    if taken < 0 {
      throw TransferFailure(
        .http2,
        "Error in the HTTP2 framing layer: " + String(cString: nghttp2_strerror(Int32(taken))))
    }
  }

  // MARK: what we send

  /// Begins a stream.
  func submit(_ fields: [HeaderField], _ stream: Stream) throws(TransferFailure) {
    self.stream = stream
    var bytes: [UInt8] = []
    var places: [(name: Int, nameLength: Int, value: Int, valueLength: Int)] = []
    for field in fields {
      let (name, value) = (field.name.bytes, field.value.bytes)
      places.append((bytes.count, name.count, bytes.count + name.count, value.count))
      bytes += name + value
    }
    bytes.append(0)
    var number: Int32 = 0
    bytes.withUnsafeMutableBufferPointer { all in
      guard let base = all.baseAddress else { return }
      let pairs = places.map {
        nghttp2_nv(
          name: base + $0.name, value: base + $0.value, namelen: $0.nameLength,
          valuelen: $0.valueLength, flags: 0)
      }
      number = cnghttp2_submit(
        pointer, pairs, pairs.count, stream.body == nil ? nil : Self.readBody)
    }
    if number < 0 {
      throw TransferFailure(
        .http2, "HTTP/2: " + String(cString: nghttp2_strerror(number)))
    }
    id = number
  }

  private static let readBody: nghttp2_data_source_read_callback = {
    _, id, buffer, length, flags, _, owner in
    guard let session = HTTP2Session.of(owner), let buffer, let flags else {
      return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
    }
    return session.readBody(UnsafeMutableRawBufferPointer(start: buffer, count: length), flags)
  }

  private func readBody(
    _ buffer: UnsafeMutableRawBufferPointer, _ flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    var count = 0
    stream.keep { () throws(TransferFailure) in
      guard let body = stream.body else { return }
      let room = min(buffer.count, stream.left ?? .max)
      count = try body.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
      try stream.onSent?(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    if stream.failure != nil { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    if let left = stream.left { stream.left = left - count }
    if count == 0 || stream.left == 0 { flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
    return count
  }

  /// The next bytes to send; nil where there are none. They are good until the next call.
  func nextToSend() throws(TransferFailure) -> UnsafeRawBufferPointer? {
    var bytes: UnsafePointer<UInt8>?
    let count = nghttp2_session_mem_send(pointer, &bytes)
    if count < 0 {
      throw TransferFailure(
        .http2, "HTTP/2: " + String(cString: nghttp2_strerror(Int32(count))))
    }
    return count == 0 ? nil : UnsafeRawBufferPointer(start: bytes, count: count)
  }

  /// Gives the stream up.
  func cancel() { _ = cnghttp2_cancel(pointer, id) }

  /// The name of an error code, RFC 9113 section 7.
  static func name(_ code: UInt32) -> String { String(cString: nghttp2_http2_strerror(code)) }
}
