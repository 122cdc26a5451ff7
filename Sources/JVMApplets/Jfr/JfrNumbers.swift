internal import Box
internal import JFR
internal import Linux

/// Numbers with their units, in three digits as the JDK shows them.
extension JfrText {
  func integer(_ number: Int64, _ field: JFRField) -> String {
    if number == field.missing { return "N/A" }
    return switch field.content {
    case nil: String(number)
    case .timestamp(let ticks):
      time(ticks ? header.nanoseconds(ticks: number) : Self.product(number, 1_000_000))
    case .timespan(let unit): span(number, unit)
    case .bytes: amount(number, field, Self.bytes)
    case .bits: amount(number, field, Self.bits)
    case .address: "0x" + String(UInt64(bitPattern: number), radix: 16).asciiUppercased
    case .frequency: String(number) + " Hz"
    case .percentage: Self.rounded(Double(number) * 100, 2) + "%"
    }
  }

  func real(_ number: Double, _ field: JFRField) -> String {
    if number.isNaN || number == -.infinity { return "N/A" }
    switch field.content {
    case .percentage: return Self.rounded(number * 100, 2) + "%"
    case .bytes: return amount(Int64(clamping: number), field, Self.bytes)
    case .bits: return amount(Int64(clamping: number), field, Self.bits)
    case .frequency: return number.description + " Hz"
    default: return number.description
    }
  }

  private static var bytes: (one: StaticString, many: StaticString, units: [StaticString]) {
    ("byte", "bytes", ["kB", "MB", "GB", "TB", "PB", "EB"])
  }

  private static var bits: (one: StaticString, many: StaticString, units: [StaticString]) {
    ("bit", "bits", ["kb", "Mb", "Gb", "Tb", "Pb", "Eb"])
  }

  /// `17 bytes`, `2.0 kB`, `548.6 kB/s`.
  private func amount(
    _ number: Int64, _ field: JFRField,
    _ names: (one: StaticString, many: StaticString, units: [StaticString])
  ) -> String {
    let isBits = "\(names.one)" == "bit"
    let rate = !field.isRate ? "" : isBits ? "ps" : "/s"
    if field.isRate, number.magnitude < 1024 { return "\(number) " + (isBits ? "bps" : "byte/s") }
    if number.magnitude < 1024 {
      return "\(number) " + (number.magnitude == 1 ? "\(names.one)" : "\(names.many)") + rate
    }
    var value = Double(number)
    var unit = -1
    while value.magnitude >= 1024, unit < names.units.count - 1 {
      value /= 1024
      unit += 1
    }
    return Self.rounded(value, 1) + " \(names.units[unit])" + rate
  }

  /// The local time of day with milliseconds.
  private func time(_ nanoseconds: Int64) -> String {
    let seconds = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : 0
    let milliseconds = String(nanoseconds >= 0 ? nanoseconds / 1_000_000 % 1000 : 0)
    let padding = String(repeating: "0", count: 3 - milliseconds.utf8.count)
    return format(Instant(seconds: Int(seconds)).local, "%H:%M:%S") + "." + padding + milliseconds
  }

  /// `0.00818 ms`, `45.1 ms`, `5.96 s`, `2 m 3 s`.
  private func span(_ number: Int64, _ unit: JFRContent.Unit) -> String {
    let (seconds, nanoseconds) = Self.split(unit == .ticks ? header.span(number) : number, unit)
    if seconds == 0, nanoseconds == 0 { return "0 s" }
    let value = Double(seconds) + Double(nanoseconds) / 1e9
    if value.magnitude < 1 { return Self.threeDigits(value * 1000) + " ms" }
    if value.magnitude < 60 { return Self.threeDigits(value) + " s" }
    let whole = nanoseconds >= 500_000_000 ? seconds + 1 : seconds
    if whole.magnitude < 3600 { return "\(whole / 60) m \(whole % 60) s" }
    if whole.magnitude < 86400 { return "\(whole / 3600) h \(whole / 60 % 60) m" }
    return "\(whole / 86400) d \(whole / 3600 % 24) h"
  }

  /// Whole seconds, and what is left in nanoseconds.
  private static func split(_ number: Int64, _ unit: JFRContent.Unit) -> (Int64, Int64) {
    let perSecond: Int64 =
      switch unit {
      case .ticks, .nanoseconds: 1_000_000_000
      case .microseconds: 1_000_000
      case .milliseconds: 1000
      case .seconds: 1
      }
    return (number / perSecond, number % perSecond * (1_000_000_000 / perSecond))
  }

  private static func threeDigits(_ value: Double) -> String {
    // What rounds up to the next power of ten has a digit less behind the point.
    let size = value.magnitude / 0.9995
    let digits =
      size >= 100
      ? 0
      : size >= 10
        ? 1
        : size >= 1
          ? 2
          : size >= 0.1
            ? 3
            : size >= 0.01
              ? 4
              : size >= 0.001 ? 5 : 6
    return rounded(value, digits)
  }

  private static func product(_ a: Int64, _ b: Int64) -> Int64 {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? (a < 0 ? .min : .max) : product
  }

  /// Halves away from zero, as Java rounds the decimal digits it shows.
  private static func rounded(_ value: Double, _ digits: Int) -> String {
    fixed(value + value * 1e-13, digits)
  }
}

extension Int64 {
  /// The nearest number there is.
  fileprivate init(clamping value: Double) {
    self = value.isNaN ? 0 : value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int64(value)
  }
}
