internal import Linux

/// A value of an event or of the pools.
public indirect enum JFRValue {
  case null
  case flag(Bool)
  case integer(Int64)
  case real(Double)
  case text(String)
  case list([JFRValue])
  /// The fields, and the number that stands for it where it is a constant.
  case object(JFRType, [JFRValue], key: Int64?)
}

/// An event: its type, and where its fields begin.
public struct JFREvent {
  public let type: JFRType
  /// Bytes with its head.
  public let size: Int
  let position: Int
  let end: Int
}

/// A whole chunk in memory, with its types and pools understood.
public final class JFRChunk {
  public let header: JFRHeader
  private let bytes: [UInt8]
  private let metadata: JFRMetadata
  /// Where the constants of each type lie.
  private var pools: [Int64: [Int64: Int]] = [:]
  private var poolsError: JFRError?

  private static let deepest = 24

  public init(_ bytes: [UInt8]) throws(JFRError) {
    let header = try JFRHeader(bytes)
    guard header.size <= bytes.count else { throw .damaged }
    guard header.isCompressed else { throw .unsupported }
    self.header = header
    self.bytes = bytes
    metadata = try JFRMetadata(bytes, at: header.metadata, end: header.size)
    try readPools()
  }

  /// In the order of the file.
  public var types: [JFRType] { metadata.ordered }

  /// Calls `body` with the type and size of each event, those of the format itself (0 and 1) too;
  /// the events must fill the chunk exactly.
  public func forEachRecord(_ body: (Int64, Int) -> Void) throws(JFRError) {
    try walk { (type, size, _) throws(JFRError) in body(type, size) }
  }

  /// Calls `body` with each event of a known type, in the order they were written.
  public func forEachEvent(_ body: (JFREvent) throws(JFRError) -> Void) throws(JFRError) {
    try walk { (id, size, cursor) throws(JFRError) in
      guard id > 1, let type = metadata.types[id] else { return }
      try body(JFREvent(type: type, size: size, position: cursor.position, end: cursor.end))
    }
  }

  private func walk(_ body: (Int64, Int, JFRCursor) throws(JFRError) -> Void) throws(JFRError) {
    var offset = JFRHeader.length
    while offset < header.size {
      var cursor = try JFRCursor(bytes, offset, end: header.size)
      let size = try cursor.number()
      guard size > 0, size <= Int64(header.size - offset) else { throw .damaged }
      let end = offset + Int(size)
      guard cursor.position < end else { throw .damaged }
      cursor = try JFRCursor(bytes, cursor.position, end: end)
      let type = try cursor.number()
      try body(type, Int(size), cursor)
      offset = end
    }
  }
}

extension JFRChunk {
  /// Remembers where each constant lies; it is decoded when somebody asks.
  private func readPools() throws(JFRError) {
    try walk { (type, _, cursor) throws(JFRError) in
      guard type == 1 else { return }
      var cursor = cursor
      for _ in 0..<3 { _ = try cursor.number() }
      _ = try cursor.byte()
      for _ in 0..<(try cursor.count()) {
        let id = try cursor.number()
        let count = try cursor.count()
        guard let type = metadata.types[id] else { throw .damaged }
        var pool = pools[id] ?? [:]
        for _ in 0..<count {
          let key = try cursor.number()
          pool[key] = cursor.position
          try skip(type, &cursor, depth: 0)
        }
        pools[id] = pool
      }
    }
  }

  private func skip(_ type: JFRType, _ cursor: inout JFRCursor, depth: Int) throws(JFRError) {
    guard depth < Self.deepest else { throw .damaged }
    if let primitive = type.primitive {
      switch primitive {
      case .boolean, .byte: try cursor.skip(1)
      case .character, .short, .int, .long: _ = try cursor.number()
      case .float: try cursor.skip(4)
      case .double: try cursor.skip(8)
      case .string: try cursor.skipText()
      }
      return
    }
    for field in type.fields {
      let count = field.isArray ? try cursor.count() : 1
      if field.isPooled {
        for _ in 0..<count { _ = try cursor.number() }
        continue
      }
      guard let inner = metadata.types[field.type] else { throw .damaged }
      for _ in 0..<count {
        let before = cursor.position
        try skip(inner, &cursor, depth: depth + 1)
        if cursor.position == before { break }
      }
    }
  }

  /// The fields of an event, in the order of its type; constants are looked up.
  public func values(of event: JFREvent) throws(JFRError) -> [JFRValue] {
    var cursor = try JFRCursor(bytes, event.position, end: event.end)
    return try fields(event.type, &cursor, depth: 0)
  }

  /// One field of an event.
  public func value(_ index: Int, of event: JFREvent) throws(JFRError) -> JFRValue {
    var cursor = try JFRCursor(bytes, event.position, end: event.end)
    for field in event.type.fields.prefix(index) { _ = try value(field, &cursor, nil, depth: 0) }
    guard index < event.type.fields.count else { throw .damaged }
    return try value(event.type.fields[index], &cursor, 0, depth: 0)
  }

  /// The number that stands for a constant in field `index`: the same number, the same constant.
  public func key(_ index: Int, of event: JFREvent) throws(JFRError) -> Int64 {
    var cursor = try JFRCursor(bytes, event.position, end: event.end)
    for field in event.type.fields.prefix(index) { _ = try value(field, &cursor, nil, depth: 0) }
    return try cursor.number()
  }

  /// The constant `key` of a type.
  public func constant(_ type: Int64, _ key: Int64, depth: Int = 0) throws(JFRError) -> JFRValue {
    guard depth < Self.deepest, let position = pools[type]?[key], let type = metadata.types[type]
    else { return .null }
    var cursor = try JFRCursor(bytes, position, end: header.size)
    let constant = try value(type, &cursor, depth: depth + 1)
    guard case .object(let type, let fields, _) = constant else { return constant }
    return .object(type, fields, key: key)
  }

  private func fields(_ type: JFRType, _ cursor: inout JFRCursor, depth: Int) throws(JFRError)
    -> [JFRValue]
  {
    var values: [JFRValue] = []
    for field in type.fields { values.append(try value(field, &cursor, depth, depth: depth)) }
    return values
  }

  /// - Parameter lookup: nil passes the value by without looking up constants.
  private func value(
    _ field: JFRField, _ cursor: inout JFRCursor, _ lookup: Int?, depth: Int
  ) throws(JFRError) -> JFRValue {
    guard field.isArray else { return try single(field, &cursor, lookup, depth: depth) }
    var items: [JFRValue] = []
    for _ in 0..<(try cursor.count()) {
      let before = cursor.position
      items.append(try single(field, &cursor, lookup, depth: depth))
      if cursor.position == before { break }
    }
    return .list(items)
  }

  private func single(
    _ field: JFRField, _ cursor: inout JFRCursor, _ lookup: Int?, depth: Int
  ) throws(JFRError) -> JFRValue {
    guard let type = metadata.types[field.type] else { throw .damaged }
    if field.isPooled {
      let key = try cursor.number()
      return lookup == nil ? .null : try constant(field.type, key, depth: depth + 1)
    }
    if lookup == nil {
      try skip(type, &cursor, depth: depth)
      return .null
    }
    let value = try value(type, &cursor, depth: depth + 1)
    guard field.isUnsigned, case .integer(let number) = value else { return value }
    return .integer(type.unsigned(number))
  }

  private func value(_ type: JFRType, _ cursor: inout JFRCursor, depth: Int) throws(JFRError)
    -> JFRValue
  {
    guard depth < Self.deepest else { return .null }
    guard let primitive = type.primitive else {
      return .object(type, try fields(type, &cursor, depth: depth), key: nil)
    }
    switch primitive {
    case .boolean: return .flag(try cursor.byte() != 0)
    case .byte: return .integer(Int64(Int8(bitPattern: try cursor.byte())))
    case .short: return .integer(Int64(Int16(truncatingIfNeeded: try cursor.number())))
    case .character, .int: return .integer(Int64(Int32(truncatingIfNeeded: try cursor.number())))
    case .long: return .integer(try cursor.number())
    case .float:
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: try cursor.bigEndian(4)))
      // The shortest decimal that is this number, so that it is shown without the digits of a double.
      return .real(parseDouble(float.description) ?? Double(float))
    case .double: return .real(Double(bitPattern: try cursor.bigEndian(8)))
    case .string:
      switch try cursor.text() {
      case .null: return .null
      case .text(let text): return .text(text)
      case .pooled(let key): return try constant(type.id, key, depth: depth + 1)
      }
    }
  }
}

extension JFRValue {
  /// The field called `name` of an object.
  public func member(_ name: StaticString) -> JFRValue? {
    guard case .object(let type, let values, _) = self, let index = type.field(name),
      index < values.count
    else { return nil }
    return values[index]
  }

  /// The text of a text, or of a symbol, which is an object around one.
  public var text: String? {
    switch self {
    case .text(let text): text
    case .object: member("string")?.text
    default: nil
    }
  }

  /// The number that stands for this constant.
  public var key: Int64? { if case .object(_, _, let key) = self { key } else { nil } }

  public var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
}
