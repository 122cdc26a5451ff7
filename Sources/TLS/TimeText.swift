public import Linux

/// `20261231235959Z`, X.680; nil for other forms.
func generalizedTime(_ bytes: ArraySlice<UInt8>) -> Instant? {
  let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }.map { Int($0 - 0x30) }
  guard digits.count == 14, bytes.count == 15, bytes.last == UInt8(ascii: "Z") else { return nil }
  let number = { (range: Range<Int>) in digits[range].reduce(0) { $0 * 10 + $1 } }
  return instant(
    year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10),
    minute: number(10..<12), second: number(12..<14))
}

/// The point in time of a date of the Gregorian calendar; nil where it is none.
func instant(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) -> Instant? {
  guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61 else {
    return nil
  }
  // Days since 1970 of a year that begins in March.
  let shifted = month > 2 ? year : year - 1
  let era = shifted >= 0 ? shifted / 400 : -((399 - shifted) / 400)
  let ofEra = shifted - era * 400
  let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  return Instant(seconds: ((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// The time of a `Date` field of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110 section 5.6.7.
public func httpDate(_ text: String) -> Instant? {
  let bytes = text.bytes
  guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[28] == UInt8(ascii: "T") else {
    return nil
  }
  let number = { (range: Range<Int>) -> Int in
    var value = 0
    for byte in bytes[range] {
      guard byte >= 0x30, byte <= 0x39 else { return -1 }
      value = value * 10 + Int(byte - 0x30)
    }
    return value
  }
  let names = "JanFebMarAprMayJunJulAugSepOctNovDec".bytes
  guard
    let month = (0..<12).first(where: {
      names[($0 * 3)..<($0 * 3 + 3)].elementsEqual(bytes[8..<11])
    })
  else { return nil }
  let (day, year) = (number(5..<7), number(12..<16))
  let (hour, minute, second) = (number(17..<19), number(20..<22), number(23..<25))
  guard day > 0, year > 0, hour >= 0, minute >= 0, second >= 0 else { return nil }
  return instant(
    year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
}
