internal import Linux

/// A type of events or values, as a chunk describes it.
public final class JFRType {
  public let id: Int64
  public let name: String
  public let superName: String
  /// Primitive types have no fields and a layout of their own.
  let primitive: Primitive?
  public fileprivate(set) var fields: [JFRField] = []

  enum Primitive: Sendable {
    case boolean, byte, character, short, int, long, float, double, string
  }

  init(id: Int64, name: String, superName: String) {
    self.id = id
    self.name = name
    self.superName = superName
    primitive = Self.primitive(name)
  }

  private static func primitive(_ name: String) -> Primitive? {
    switch name {
    case "boolean": .boolean
    case "byte": .byte
    case "char": .character
    case "short": .short
    case "int": .int
    case "long": .long
    case "float": .float
    case "double": .double
    case "java.lang.String": .string
    default: nil
    }
  }

  public var isEvent: Bool { superName.utf8.elementsEqual("jdk.jfr.Event".utf8) }

  /// `number` without a sign, for numbers shorter than 64 bits.
  func unsigned(_ number: Int64) -> Int64 {
    switch primitive {
    case .byte: number & 0xFF
    case .short, .character: number & 0xFFFF
    case .int: number & 0xFFFF_FFFF
    default: number
    }
  }

  public func field(_ name: StaticString) -> Int? {
    fields.firstIndex { $0.name.utf8.elementsEqual("\(name)".utf8) }
  }
}

/// What the number in a field means.
public enum JFRContent: Sendable {
  case timespan(unit: Unit)
  case timestamp(ticks: Bool)
  case bytes, bits, percentage, address, frequency

  public enum Unit: Sendable { case ticks, nanoseconds, microseconds, milliseconds, seconds }
}

/// A field of a type.
public struct JFRField {
  public let name: String
  let type: Int64
  let isArray: Bool
  let isPooled: Bool
  public let content: JFRContent?
  public let isUnsigned: Bool
  /// Whether the amount is per second.
  public let isRate: Bool
  /// The number that stands for none.
  public let missing: Int64?
}

/// The metadata event of a chunk: a table of texts, and a tree of elements with attributes.
struct JFRMetadata {
  /// An element of the tree.
  struct Element {
    var name = ""
    var attributes: [(key: String, value: String)] = []
    var children: [Element] = []

    func value(_ key: StaticString) -> String? {
      attributes.first { $0.key.utf8.elementsEqual("\(key)".utf8) }?.value
    }
  }

  private(set) var types: [Int64: JFRType] = [:]
  /// In the order of the file.
  private(set) var ordered: [JFRType] = []

  private static let deepest = 16

  init(_ bytes: [UInt8], at offset: Int, end: Int) throws(JFRError) {
    var cursor = try JFRCursor(bytes, offset, end: end)
    let size = try cursor.number()
    guard size > 0, size <= Int64(end - offset), try cursor.number() == 0 else { throw .damaged }
    cursor = try JFRCursor(bytes, cursor.position, end: offset + Int(size))
    for _ in 0..<3 { _ = try cursor.number() }
    var texts: [String] = []
    for _ in 0..<(try cursor.count()) {
      if case .text(let text) = try cursor.text() { texts.append(text) } else { texts.append("") }
    }
    let root = try Self.element(&cursor, texts, depth: 0)
    guard let metadata = root.children.first(where: { $0.name == "metadata" }) else {
      throw .damaged
    }
    collect(metadata.children.filter { $0.name == "class" })
  }

  private static func element(_ cursor: inout JFRCursor, _ texts: [String], depth: Int)
    throws(JFRError) -> Element
  {
    guard depth < deepest else { throw .damaged }
    var element = Element()
    element.name = try text(&cursor, texts)
    for _ in 0..<(try cursor.count()) {
      let key = try text(&cursor, texts)
      element.attributes.append((key: key, value: try text(&cursor, texts)))
    }
    for _ in 0..<(try cursor.count()) {
      element.children.append(try Self.element(&cursor, texts, depth: depth + 1))
    }
    return element
  }

  private static func text(_ cursor: inout JFRCursor, _ texts: [String]) throws(JFRError) -> String
  {
    let index = try cursor.number()
    guard index >= 0, index < Int64(texts.count) else { throw .damaged }
    return texts[Int(index)]
  }

  private mutating func collect(_ classes: [Element]) {
    for element in classes {
      guard let id = element.value("id").flatMap({ Int64($0) }), let name = element.value("name")
      else { continue }
      let type = JFRType(id: id, name: name, superName: element.value("superType") ?? "")
      types[id] = type
      ordered.append(type)
    }
    for element in classes {
      guard let id = element.value("id").flatMap({ Int64($0) }), let type = types[id] else {
        continue
      }
      type.fields = element.children.compactMap { $0.name == "field" ? field($0) : nil }
    }
  }

  private func field(_ element: Element) -> JFRField? {
    guard let name = element.value("name"), let type = element.value("class").flatMap({ Int64($0) })
    else { return nil }
    var content: JFRContent?
    var isUnsigned = false
    var isRate = false
    for annotation in element.children where annotation.name == "annotation" {
      guard let id = annotation.value("class").flatMap({ Int64($0) }), let kind = types[id] else {
        continue
      }
      let value = annotation.value("value") ?? annotation.value("value-0") ?? ""
      switch kind.name {
      case "jdk.jfr.Unsigned": isUnsigned = true
      case "jdk.jfr.Frequency":
        isRate = true
        if content == nil { content = .frequency }
      default: content = Self.content(kind.name, value) ?? content
      }
    }
    return JFRField(
      name: name, type: type, isArray: element.value("dimension") == "1",
      isPooled: element.value("constantPool") == "true", content: content, isUnsigned: isUnsigned,
      isRate: isRate, missing: missing(type))
  }

  /// The least number that Java's type holds.
  private func missing(_ type: Int64) -> Int64? {
    switch types[type]?.primitive {
    case .int: Int64(Int32.min)
    case .long: .min
    default: nil
    }
  }

  private static func content(_ name: String, _ value: String) -> JFRContent? {
    switch name {
    case "jdk.jfr.Timestamp": return .timestamp(ticks: value == "TICKS")
    case "jdk.jfr.DataAmount": return value == "BITS" ? .bits : .bytes
    case "jdk.jfr.Percentage": return .percentage
    case "jdk.jfr.MemoryAddress": return .address
    case "jdk.jfr.Timespan":
      switch value {
      case "TICKS": return .timespan(unit: .ticks)
      case "MICROSECONDS": return .timespan(unit: .microseconds)
      case "MILLISECONDS": return .timespan(unit: .milliseconds)
      case "SECONDS": return .timespan(unit: .seconds)
      default: return .timespan(unit: .nanoseconds)
      }
    default: return nil
    }
  }
}
