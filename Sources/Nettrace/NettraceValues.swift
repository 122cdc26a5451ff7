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
    var values = NettraceValues(payload, isSix: kind.isSix)
    _ = try values.read(kind.fields)
    return values.all
  }
}

/// Reads the fields of a payload.
struct NettraceValues {
  private(set) var all: [(name: String, value: NettraceValue)] = []
  private var cursor: NettraceCursor
  private let isSix: Bool
  /// Elements of arrays that are still read: arrays of arrays of nothing have no end of them.
  private var elements = 1 << 16

  init(_ payload: UnsafeRawBufferPointer, isSix: Bool) {
    cursor = NettraceCursor(payload)
    self.isSix = isSix
  }

  /// - Returns: whether reading can go on behind these.
  mutating func read(_ fields: [NettraceField]) throws(NettraceError) -> Bool {
    for field in fields {
      if field.type == NettraceField.object {
        guard try read(field.fields) else { return false }
        continue
      }
      guard let value = try value(field) else { return false }
      all.append((field.name, value))
    }
    return true
  }

  /// By System.TypeCode; 17 is a GUID, and from 19 on they are the trace's own.
  private mutating func value(_ field: NettraceField) throws(NettraceError) -> NettraceValue? {
    switch field.type {
    case 3: return .integer(try cursor.uint32() == 0 ? 0 : 1)
    case 4, 8: return .integer(Int64(try cursor.uint16()))
    case 5: return .integer(Int64(Int8(bitPattern: try cursor.byte())))
    case 6, 23: return .integer(Int64(try cursor.byte()))
    case 7: return .integer(Int64(Int16(bitPattern: try cursor.uint16())))
    case 9: return .integer(Int64(try cursor.int32()))
    case 10: return .integer(Int64(try cursor.uint32()))
    case 16 where isSix: return .text(try date())
    case 11, 12, 16: return .integer(Int64(bitPattern: try cursor.uint64()))
    case 13: return .real(Double(Float(bitPattern: try cursor.uint32())))
    case 14: return .real(Double(bitPattern: try cursor.uint64()))
    case 17:
      try cursor.skip(16)
      return .text("")
    case 18: return .text(try cursor.text())
    case 20:
      let folded = try cursor.varint()
      return .integer(Int64(bitPattern: folded >> 1) ^ -Int64(folded & 1))
    case 21: return .integer(Int64(bitPattern: try cursor.varint()))
    case NettraceField.array, NettraceField.fixedArray, NettraceField.relative,
      NettraceField.absolute:
      return try list(field)
    default: return nil
    }
  }

  /// Year, month, weekday, day, hour, minute, second and millisecond.
  private mutating func date() throws(NettraceError) -> String {
    var parts: [Int] = []
    for _ in 0..<8 { parts.append(Int(try cursor.uint16())) }
    let two = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
    let fraction = String(String(parts[7] % 1000 + 1000).dropFirst())
    return
      "\(parts[0])-\(two(parts[1]))-\(two(parts[3]))T\(two(parts[4])):\(two(parts[5])):\(two(parts[6]))"
      + "." + fraction
  }

  /// An array: a text where its elements are parts of characters, else its elements with commas.
  private mutating func list(_ field: NettraceField) throws(NettraceError) -> NettraceValue? {
    guard let element = field.fields.first else { return nil }
    switch field.type {
    case NettraceField.array: return try list(of: element, Int(try cursor.uint16()))
    case NettraceField.fixedArray: return try list(of: element, field.count)
    default: return try elsewhere(element, isRelative: field.type == NettraceField.relative)
    }
  }

  /// The size in bytes and the place of an array stand in the field's stead.
  private mutating func elsewhere(_ element: NettraceField, isRelative: Bool) throws(NettraceError)
    -> NettraceValue?
  {
    let word = Int(try cursor.uint32())
    let start = (isRelative ? cursor.position : 0) + (word & 0xFFFF)
    guard start <= cursor.bytes.count, word >> 16 <= cursor.bytes.count - start else {
      throw .damaged
    }
    let bytes = cursor.bytes.part(start..<(start + word >> 16))
    elements -= bytes.count
    guard elements > 0 else { return nil }
    if let text = Self.text(element, bytes) { return .text(text) }
    let rest = cursor
    defer { cursor = rest }
    cursor = NettraceCursor(bytes)
    var parts: [String] = []
    while cursor.remaining > 0, let part = try part(element) { parts.append(part) }
    return .text(parts.joined(separator: ","))
  }

  private mutating func list(of element: NettraceField, _ count: Int) throws(NettraceError)
    -> NettraceValue?
  {
    let width = element.type == 23 ? 1 : element.type == 4 ? 2 : 0
    if width > 0, let text = Self.text(element, try cursor.part(count * width)) {
      return .text(text)
    }
    var parts: [String] = []
    for _ in 0..<count {
      guard let part = try part(element) else { return nil }
      parts.append(part)
    }
    return .text(parts.joined(separator: ","))
  }

  /// - Returns: nil where there is no going on.
  private mutating func part(_ element: NettraceField) throws(NettraceError) -> String? {
    elements -= 1
    guard elements > 0 else { return nil }
    if element.type == NettraceField.object {
      let held = all.count
      guard try read(element.fields) else { return nil }
      let inner = all[held...].map { Self.text($0.value) }
      all.removeLast(all.count - held)
      return "{" + inner.joined(separator: ",") + "}"
    }
    return try value(element).map { Self.text($0) }
  }

  private static func text(_ value: NettraceValue) -> String {
    switch value {
    case .text(let text): text
    case .integer(let number): String(number)
    case .real(let number): general(number)
    }
  }

  private static func text(_ element: NettraceField, _ bytes: UnsafeRawBufferPointer) -> String? {
    switch element.type {
    case 4: String(utf16: bytes)
    case 23: String(decoding: bytes, as: UTF8.self)
    default: nil
    }
  }
}
