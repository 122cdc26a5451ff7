/// Text of the shell: any bytes but NUL.
public typealias Bytes = [UInt8]

// Character literals for bytes: `byte == "a"`.
extension UInt8: @retroactive ExpressibleByUnicodeScalarLiteral {
  @_transparent
  public init(unicodeScalarLiteral value: Unicode.Scalar) {
    self = UInt8(truncatingIfNeeded: value.value)
  }
}

extension UInt8 {
  @inlinable public var isDigit: Bool { self &- 0x30 < 10 }
  @inlinable public var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  @inlinable public var isNameStart: Bool { isLetter || self == "_" }
  @inlinable public var isName: Bool { isNameStart || isDigit }
  @inlinable public var isBlank: Bool { self == " " || self == "\t" }
  @inlinable public var isSpace: Bool { self == " " || self &- 9 < 5 }
  @inlinable public var isUpper: Bool { self &- 0x41 < 26 }
  @inlinable public var isLower: Bool { self &- 0x61 < 26 }
  @inlinable public var upper: UInt8 { isLower ? self - 32 : self }
  @inlinable public var lower: UInt8 { isUpper ? self + 32 : self }

  /// The value of a digit in radix 16.
  public var hexadecimalValue: Int? {
    if isDigit { return Int(self) - 0x30 }
    let letter = self | 0x20
    return letter &- 0x61 < 6 ? Int(letter) - 0x61 + 10 : nil
  }

  /// Whether the byte ends an unquoted word.
  @inlinable public var endsWord: Bool {
    switch self {
    case " ", "\t", "\n", ";", "&", "|", "<", ">", "(", ")": true
    default: false
    }
  }
}

/// Lets a `switch` over bytes have constants as its cases.
public func ~= (pattern: StaticString, value: Bytes) -> Bool { value.equals(pattern) }

/// The bytes of a constant.
public func bytes(_ text: StaticString) -> Bytes {
  text.withUTF8Buffer { Bytes($0) }
}

extension [UInt8] {
  /// Whether this is the constant `text`.
  public func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { other in
      for index in 0..<other.count where other[index] != self[index] { return false }
      return true
    }
  }

  /// Whether this starts with the constant `text`.
  public func starts(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { other in
      for index in 0..<other.count where other[index] != self[index] { return false }
      return true
    }
  }

  public mutating func put(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  /// Appends a decimal number.
  public mutating func append(decimal number: Int) {
    if number >= 0, number < 10 { return append(UInt8(0x30 + number)) }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    Swift.withUnsafeMutableBytes(of: &digits) { buffer in
      var index = 24
      var rest = number.magnitude
      repeat {
        index -= 1
        buffer[index] = UInt8(0x30 + rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 {
        index -= 1
        buffer[index] = "-"
      }
      append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[index...]))
    }
  }

  public init(decimal number: Int) {
    self = []
    append(decimal: number)
  }

  /// Whether these bytes are a name: letters, digits and `_`, no digit in front.
  public var isName: Bool {
    guard let first, first.isNameStart else { return false }
    return allSatisfy { $0.isName }
  }

  /// The decimal number that is all of this, with a sign if any; nil where it is none or too large.
  public var decimal: Int? {
    var index = 0
    let isNegative = first == "-"
    if isNegative || first == "+" { index = 1 }
    guard index < count, count < 21 else { return nil }
    var value = 0
    while index < count {
      guard self[index].isDigit else { return nil }
      let (product, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(self[index] - 0x30))
      if high || carry { return nil }
      value = sum
      index += 1
    }
    return isNegative ? -value : value
  }

  /// The index of `byte` from `start` on.
  public func index(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = start
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// The piece between two indices, which may lie outside.
  public func piece(_ start: Int, _ end: Int) -> Bytes {
    let low = Swift.max(0, Swift.min(start, count))
    let high = Swift.max(low, Swift.min(end, count))
    if low == 0, high == count { return self }
    // As a block: a slice would be walked byte by byte.
    return withUnsafeBufferPointer { Bytes(UnsafeBufferPointer(rebasing: $0[low..<high])) }
  }

  /// Less than `other` byte by byte.
  public func precedes(_ other: Bytes) -> Bool {
    let shared = Swift.min(count, other.count)
    var index = 0
    while index < shared {
      if self[index] != other[index] { return self[index] < other[index] }
      index += 1
    }
    return count < other.count
  }
}

/// Sorts names byte by byte: a merge sort of indices, since sorting a new type compiles anew.
public func sorted(_ names: [Bytes]) -> [Bytes] {
  var order = Array(names.indices)
  var other = order
  var width = 1
  while width < order.count {
    var start = 0
    while start < order.count {
      let middle = min(start + width, order.count)
      let end = min(start + 2 * width, order.count)
      var (left, right, out) = (start, middle, start)
      while out < end {
        let takesRight =
          right < end && (left >= middle || names[order[right]].precedes(names[order[left]]))
        other[out] = order[takesRight ? right : left]
        if takesRight { right += 1 } else { left += 1 }
        out += 1
      }
      start = end
    }
    swap(&order, &other)
    width *= 2
  }
  return order.map { names[$0] }
}
