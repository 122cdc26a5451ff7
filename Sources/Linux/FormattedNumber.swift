internal import CLinux

/// Numbers laid out by printf(3): flags, width and precision, for the conversions `diouxX` and `fFeEgGaA`.
public struct NumberFormat: Sendable {
  public var flags = ""
  /// Negative is flush left.
  public var width: Int32 = 0
  /// Negative is none.
  public var precision: Int32 = -1
  public var conversion: Unicode.Scalar

  public init(_ conversion: Unicode.Scalar) { self.conversion = conversion }

  /// - Returns: nil where memory does not suffice.
  public func text(_ value: Int64) -> [UInt8]? {
    taken(clinux_format_signed(pattern("j"), width, precision, value))
  }

  public func text(_ value: UInt64) -> [UInt8]? {
    taken(clinux_format_unsigned(pattern("j"), width, precision, value))
  }

  /// The number that `text` starts with, strtold(3), in the widest floating point of the machine.
  ///
  /// - Returns: `length` is how many bytes of `text` the number takes; `failure` is set out of range.
  public func text(real text: String) -> (text: [UInt8], length: Int, failure: Errno?)? {
    var length = 0
    var code: Int32 = 0
    let result = clinux_format_real(pattern("L"), width, precision, text, &length, &code)
    guard let bytes = taken(result) else { return nil }
    return (bytes, length, code == 0 ? nil : Errno(code: code))
  }

  private func pattern(_ size: String) -> String {
    "%" + flags + "*.*" + size + String(conversion)
  }

  private func taken(_ text: UnsafeMutablePointer<CChar>?) -> [UInt8]? {
    guard let text else { return nil }
    defer { free(text) }
    return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }
}
