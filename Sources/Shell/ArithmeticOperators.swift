extension ArithmeticNode.Operator {
  /// The result of a binary operator on 64 bits, which wrap around; nil: a division by zero.
  public func apply(_ a: Int, _ b: Int) -> Int? {
    switch self {
    case .multiply: a &* b
    case .divide: b == 0 ? nil : a.dividedReportingOverflow(by: b).partialValue
    case .remainder: b == 0 ? nil : a.remainderReportingOverflow(dividingBy: b).partialValue
    case .add: a &+ b
    case .subtract: a &- b
    case .shiftLeft: a &<< b
    case .shiftRight: a &>> b
    case .rotateLeft: Int(bitPattern: Self.rotate(UInt(bitPattern: a), b))
    case .rotateRight: Int(bitPattern: Self.rotate(UInt(bitPattern: a), -(b & 63)))
    case .less: a < b ? 1 : 0
    case .lessOrEqual: a <= b ? 1 : 0
    case .greater: a > b ? 1 : 0
    case .greaterOrEqual: a >= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    case .notEqual: a != b ? 1 : 0
    case .bitAnd: a & b
    case .bitXor: a ^ b
    case .bitOr: a | b
    case .power: Self.power(a, b)
    default: 0
    }
  }

  private static func rotate(_ value: UInt, _ count: Int) -> UInt {
    let count = UInt(truncatingIfNeeded: count & 63)
    return count == 0 ? value : value << count | value >> (64 - count)
  }

  /// nil for a negative exponent.
  private static func power(_ base: Int, _ exponent: Int) -> Int? {
    if exponent < 0 { return nil }
    var (result, factor, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* factor }
      factor = factor &* factor
      rest >>= 1
    }
    return result
  }
}
