internal import Linux

/// Dates of HTTP in every form that servers write, as RFC 6265 section 5.1.1 reads them.
public enum HTTPDate {
  /// Seconds since 1970; nil where it is no date.
  public static func parse(_ text: String) -> Int? {
    var fields = Fields()
    var offset = 0
    let words = text.bytes.prefix(128).split { !isPart($0) }
    for word in words {
      if fields.hour == nil, let time = time(word) {
        (fields.hour, fields.minute, fields.second) = (time.0, time.1, time.2)
      } else if let number = Bytes.number(word) {
        if fields.day == nil, word.count <= 2, number >= 1 {
          fields.day = number
        } else if fields.year == nil, word.count == 2 || word.count == 4 {
          fields.year = number < 70 ? number + 2000 : number < 100 ? number + 1900 : number
        }
      } else if fields.month == nil, let month = month(word) {
        fields.month = month
      } else if let shift = zone(word) {
        offset = shift
      }
    }
    guard let day = fields.day, let month = fields.month, let year = fields.year,
      day <= 31, year >= 1601, year <= 9999
    else { return nil }
    let seconds =
      days(year, month, day) * 86400 + (fields.hour ?? 0) * 3600 + (fields.minute ?? 0) * 60
      + (fields.second ?? 0)
    return seconds - offset
  }

  private struct Fields {
    var day: Int?
    var month: Int?
    var year: Int?
    var hour: Int?
    var minute: Int?
    var second: Int?
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    Bytes.isLetter(byte) || Bytes.isDigit(byte) || byte == 0x3A || byte == 0x2B
  }

  private static func time(_ word: ArraySlice<UInt8>) -> (Int, Int, Int)? {
    let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let hour = Bytes.number(parts[0]),
      let minute = Bytes.number(parts[1]), hour < 24, minute < 60
    else { return nil }
    guard parts.count == 3 else { return (hour, minute, 0) }
    guard let second = Bytes.number(parts[2]), second <= 60 else { return nil }
    return (hour, minute, second)
  }

  private static let names: StaticString = "janfebmaraprmayjunjulaugsepoctnovdec"

  private static func month(_ word: ArraySlice<UInt8>) -> Int? {
    guard word.count >= 3 else { return nil }
    return names.withUTF8Buffer { names in
      for index in 0..<12 {
        let same = (0..<3).allSatisfy {
          Bytes.lower(word[word.startIndex + $0]) == names[3 * index + $0]
        }
        if same { return index + 1 }
      }
      return nil
    }
  }

  private static func zone(_ word: ArraySlice<UInt8>) -> Int? {
    guard word.count == 5, word.first == 0x2B, let number = Bytes.number(word.dropFirst()) else {
      return nil
    }
    return (number / 100 * 60 + number % 100) * 60
  }

  /// Days since 1970-01-01 of a date of the Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110 section 5.6.7.
  public static func text(_ seconds: Int) -> String {
    format(Instant(seconds: seconds).utc, "%a, %d %b %Y %H:%M:%S GMT")
  }
}
