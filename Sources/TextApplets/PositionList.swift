internal import Linux

/// A list of positions as cut(1) takes it: `1,3-5,-2,7-`.
struct PositionList: Equatable {
  /// Sorted, from 1 on; those that overlap are one, neighbours stay apart.
  private(set) var ranges: [ClosedRange<Int>] = []

  struct Malformed: Error, Equatable { let reason: String }

  init(_ text: String) throws(Malformed) {
    var found: [ClosedRange<Int>] = []
    for item in text.bytes.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == 0x2C || $0 == 0x20 || $0 == 0x09 })
    {
      found.append(try Self.range(Array(item), text))
    }
    for index in sortedIndices(found.count, { found[$0].lowerBound < found[$1].lowerBound }) {
      let range = found[index]
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
  }

  private static func range(_ item: [UInt8], _ text: String) throws(Malformed)
    -> ClosedRange<Int>
  {
    let dash = item.firstIndex(of: UInt8(ascii: "-"))
    let low = try number(item[..<(dash ?? item.count)], text)
    guard let dash else {
      guard let low else { throw Malformed(reason: "\(text): positions are numbered from 1") }
      return low...low
    }
    let high = try number(item[(dash + 1)...], text)
    guard low != nil || high != nil else {
      throw Malformed(reason: "\(text): range with no endpoint")
    }
    guard low ?? 1 <= high ?? .max else { throw Malformed(reason: "\(text): decreasing range") }
    return (low ?? 1)...(high ?? .max)
  }

  /// nil where there is none.
  private static func number(_ digits: ArraySlice<UInt8>, _ text: String) throws(Malformed) -> Int?
  {
    if digits.isEmpty { return nil }
    var value = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else {
        throw Malformed(reason: "\(text): not a list of positions")
      }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(digit - 0x30))
      guard !overflow, !carry else { throw Malformed(reason: "\(text): too large") }
      value = sum
    }
    guard value > 0 else { throw Malformed(reason: "\(text): positions are numbered from 1") }
    return value
  }

  /// All positions that are not in the list.
  var complement: PositionList {
    var result = self
    result.ranges = []
    var next = 1
    for range in ranges {
      if range.lowerBound > next { result.ranges.append(next...(range.lowerBound - 1)) }
      if range.upperBound == .max { return result }
      next = range.upperBound + 1
    }
    result.ranges.append(next...Int.max)
    return result
  }
}
