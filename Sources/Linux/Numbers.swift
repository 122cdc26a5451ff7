internal import CLinux

/// A decimal fraction in C notation, the whole of `text`; Embedded Swift has no `Double(String)`.
public func parseDouble(_ text: String) -> Double? {
  guard let first = text.utf8.first, first > 32 else { return nil }
  return text.withCString { start in
    var end: UnsafeMutablePointer<CChar>?
    let value = strtod(start, &end)
    guard let end, end.pointee == 0 else { return nil }
    return value
  }
}

/// `value` with exactly `digits` decimals, at most nine, as printf(3) rounds it.
public func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  var buffer = [CChar](repeating: 0, count: 336)
  let places = Int32(max(0, min(digits, 9)))
  let count = Int(clinux_format_double(&buffer, buffer.count, value, places))
  let text = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let isZero = text.utf8.allSatisfy { $0 < UInt8(ascii: "1") }
  return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
}

/// `value` in at most `digits` significant digits, as printf(3) writes it with `%g`.
public func general(_ value: Double, digits: Int = 6) -> String {
  var buffer = [CChar](repeating: 0, count: 64)
  let places = Int32(max(1, min(digits, 17)))
  let count = Int(clinux_format_general(&buffer, buffer.count, places, value))
  return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
