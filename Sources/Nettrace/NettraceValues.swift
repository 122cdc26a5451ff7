internal import Linux

/// A field's value.
public enum NettraceValue {
  case text(String)
  case integer(Int64)
  case real(Double)

  public var text: String? { if case .text(let text) = self { text } else { nil } }

  public var number: Double? {
    switch self {
    case .text: nil
    case .integer(let number): Double(number)
    case .real(let number): number
    }
  }
}

extension NettraceEvent {
  /// The fields by name, those of objects within objects like all others.
  ///
  /// Where a type is not known, the fields behind it are left out.
  public func values() throws(NettraceError) -> [(name: String, value: NettraceValue)] {
    var cursor = NettraceCursor(payload)
    var values: [(name: String, value: NettraceValue)] = []
    _ = try Self.read(kind.fields, &cursor, &values)
    return values
  }

  /// - Returns: whether reading can go on behind these.
  private static func read(
    _ fields: [NettraceField], _ cursor: inout NettraceCursor,
    _ values: inout [(name: String, value: NettraceValue)]
  ) throws(NettraceError) -> Bool {
    for field in fields {
      if field.type == NettraceField.object {
        guard try read(field.fields, &cursor, &values) else { return false }
        continue
      }
      guard let value = try value(field.type, &cursor) else { return false }
      values.append((field.name, value))
    }
    return true
  }

  /// By System.TypeCode; 17 is a GUID.
  private static func value(_ type: UInt32, _ cursor: inout NettraceCursor) throws(NettraceError)
    -> NettraceValue?
  {
    switch type {
    case 3: return .integer(try cursor.uint32() == 0 ? 0 : 1)
    case 4, 8: return .integer(Int64(try cursor.uint16()))
    case 5: return .integer(Int64(Int8(bitPattern: try cursor.byte())))
    case 6: return .integer(Int64(try cursor.byte()))
    case 7: return .integer(Int64(Int16(bitPattern: try cursor.uint16())))
    case 9: return .integer(Int64(try cursor.int32()))
    case 10: return .integer(Int64(try cursor.uint32()))
    case 11, 12, 16: return .integer(Int64(bitPattern: try cursor.uint64()))
    case 13: return .real(Double(Float(bitPattern: try cursor.uint32())))
    case 14: return .real(Double(bitPattern: try cursor.uint64()))
    case 17:
      try cursor.skip(16)
      return .text("")
    case 18: return .text(try cursor.text())
    default: return nil
    }
  }
}
