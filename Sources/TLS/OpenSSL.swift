internal import COpenSSL
internal import Linux

/// What every use of the library starts with, and its queue of errors.
enum OpenSSL {
  /// Initialises the library, once: no configuration file, no environment, nothing at exit.
  static func start() { _ = cssl_start() }

  /// The oldest error of the queue, which is empty afterwards; 0 is none.
  static func takeError() -> UInt {
    let code = ERR_get_error()
    ERR_clear_error()
    return code
  }

  /// `error:0A000086:SSL routines::certificate verify failed`.
  static func text(_ code: UInt) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(code, &buffer, buffer.count)
    return String(foreign: buffer)
  }

  /// `certificate verify failed`.
  static func reason(_ code: UInt) -> String {
    guard let text = ERR_reason_error_string(code) else { return "error \(cssl_reason(code))" }
    return String(foreign: text)
  }

  /// DER, as an `i2d_` function makes it; empty where it cannot.
  static func encoded(_ body: (inout UnsafeMutablePointer<UInt8>?) -> Int32) -> [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let count = body(&start)
    guard count > 0, let start else { return [] }
    defer { cssl_free(start) }
    return Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }

  /// What a `d2i_` function makes of DER.
  static func decoded(
    _ bytes: [UInt8], _ body: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?
  ) -> OpaquePointer? {
    bytes.withUnsafeBufferPointer { raw in
      var start = raw.baseAddress
      return body(&start, raw.count)
    }
  }

  /// What is in a file: DER, or PEM.
  static func decoded(
    _ file: [UInt8], der: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?,
    pem: (OpaquePointer) -> OpaquePointer?
  ) -> OpaquePointer? {
    file.first == 0x30 ? decoded(file, der) : reading(file, pem)
  }

  /// What `body` writes to a stream in memory.
  static func printed(_ body: (OpaquePointer) -> Void) -> [UInt8] {
    guard let stream = BIO_new(BIO_s_mem()) else { return [] }
    defer { BIO_free(stream) }
    body(stream)
    var start: UnsafeMutablePointer<CChar>?
    let count = cssl_memory(stream, &start)
    return Array(UnsafeRawBufferPointer(start: start, count: max(0, count)))
  }

  /// Runs `body` with a stream that reads `bytes`.
  static func reading<Value>(_ bytes: [UInt8], _ body: (OpaquePointer) -> Value?) -> Value? {
    bytes.withUnsafeBytes { raw in
      guard raw.count < Int(Int32.max),
        let stream = BIO_new_mem_buf(raw.baseAddress, Int32(raw.count))
      else { return nil }
      defer { BIO_free(stream) }
      return body(stream)
    }
  }
}

extension String {
  /// Text from a C string with nothing but what is in front of its end.
  init(foreign buffer: [CChar]) {
    self.init(bytes: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
  }
}
