internal import Linux

/// The records of a pax extended header, `LENGTH KEY=VALUE\n`: POSIX.1-2017 pax(1).
public struct PaxRecords: Equatable, Sendable {
  public var records: [(key: [UInt8], value: [UInt8])] = []

  public init() {}

  /// - Throws: where a stated length does not fit.
  public init(_ bytes: [UInt8]) throws(Malformed) {
    var rest = bytes[...]
    while let first = rest.first {
      // Some writers fill up with zeros.
      if first == 0 { return }
      guard let blank = rest.prefix(20).firstIndex(of: 0x20),
        let length = decimal(rest[..<blank]), length > blank - rest.startIndex + 1,
        length <= rest.count
      else { throw .badField }
      let record = rest[(blank + 1)..<(rest.startIndex + length)]
      guard record.last == 0x0A, let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
        throw .badField
      }
      records.append((Array(record[..<equals]), Array(record[(equals + 1)...].dropLast())))
      rest = rest.dropFirst(length)
    }
  }

  public mutating func add(_ key: String, _ value: [UInt8]) {
    records.append((Array(key.utf8), value))
  }

  /// The value that counts: the last one.
  public func value(_ key: String) -> [UInt8]? {
    records.last { $0.key.elementsEqual(key.utf8) }?.value
  }

  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for (key, value) in records {
      let body = key.count + value.count + 3
      var length = body + digits(body)
      if digits(length) > digits(body) { length = body + digits(length) }
      bytes += Array(String(length).utf8) + [0x20] + key + [UInt8(ascii: "=")] + value + [0x0A]
    }
    return bytes
  }

  private func digits(_ number: Int) -> Int { String(number).utf8.count }

  public static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }
}

/// A number of digits alone.
func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
  guard !digits.isEmpty, digits.count <= 18 else { return nil }
  var value = 0
  for digit in digits {
    guard digit >= 0x30, digit <= 0x39 else { return nil }
    value = value * 10 + Int(digit - 0x30)
  }
  return value
}

/// Seconds with a fraction: `1700000000.25`, `-1.5`.
func paxTime(_ text: [UInt8]) -> Instant? {
  let isNegative = text.first == UInt8(ascii: "-")
  let parts = text[(isNegative ? 1 : 0)...]
  let dot = parts.firstIndex(of: UInt8(ascii: ".")) ?? parts.endIndex
  guard let whole = decimal(parts[..<dot]) else { return nil }
  var fraction = 0
  let digits = Array(parts[min(dot + 1, parts.endIndex)...].prefix(9))
  for index in 0..<9 {
    let digit = index < digits.count ? digits[index] : 0x30
    guard digit >= 0x30, digit <= 0x39 else { return nil }
    fraction = fraction * 10 + Int(digit - 0x30)
  }
  if !isNegative { return Instant(seconds: whole, nanoseconds: fraction) }
  return fraction == 0
    ? Instant(seconds: -whole) : Instant(seconds: -whole - 1, nanoseconds: 1_000_000_000 - fraction)
}

func paxText(_ instant: Instant) -> [UInt8] {
  var (seconds, fraction) = (instant.seconds, instant.nanoseconds)
  let isNegative = seconds < 0
  if isNegative, fraction > 0 { (seconds, fraction) = (seconds + 1, 1_000_000_000 - fraction) }
  var text = (isNegative ? "-" : "") + String(seconds.magnitude)
  if fraction > 0 {
    var digits = Array(String(1_000_000_000 + fraction).utf8.dropFirst())
    while digits.last == 0x30 { digits.removeLast() }
    text += "." + String(decoding: digits, as: UTF8.self)
  }
  return Array(text.utf8)
}
