/// A name of the shell, unique in its table: variable, function, alias and command hang on it, so
/// that a script looks no name up twice.
public final class Symbol {
  public let name: Bytes
  public var isName: Bool { name.isName }
  public var variable: Variable?
  public var function: FunctionDefinition?
  public var alias: Alias?
  /// The number of the built-in of that name, -1 where there is none, -2 where nobody looked yet.
  public var builtin = -2
  /// Where PATH led the last time.
  public var path: Bytes?
  public var pathHits = 0
  /// The number of the dynamic variable (`RANDOM`…), 0 for all others.
  public var dynamic = 0
  public var isTracked = false

  public var isReadOnly: Bool { variable?.attributes.contains(.readOnly) ?? false }

  init(_ name: Bytes) {
    self.name = name
  }
}

/// A text that stands for a command word.
public final class Alias {
  public let value: Bytes
  public init(_ value: Bytes) { self.value = value }
}

/// All names, by an open hash table over their bytes.
public final class SymbolTable {
  private var slots: [Symbol?]
  public private(set) var count = 0
  /// Gives a new symbol what its name stands for from the start.
  private let adorn: (Symbol) -> Void

  public init(adorn: @escaping (Symbol) -> Void = { _ in }) {
    slots = [Symbol?](repeating: nil, count: 128)
    self.adorn = adorn
  }

  public func intern(_ name: Bytes) -> Symbol {
    var index = find(name)
    if let symbol = slots[index] { return symbol }
    if count * 2 >= slots.count {
      grow()
      index = find(name)
    }
    let symbol = Symbol(name)
    slots[index] = symbol
    count += 1
    adorn(symbol)
    return symbol
  }

  public func intern(_ name: StaticString) -> Symbol { intern(bytes(name)) }

  /// The symbol of that name, if anybody has interned it.
  public func lookUp(_ name: Bytes) -> Symbol? { slots[find(name)] }

  /// Calls `body` with every symbol, in no order.
  public func forEach(_ body: (Symbol) -> Void) {
    for case let symbol? in slots { body(symbol) }
  }

  /// All symbols for which `test` holds, by name.
  public func sorted(where test: (Symbol) -> Bool) -> [Symbol] {
    var names: [Bytes] = []
    forEach { if test($0) { names.append($0.name) } }
    return Shell.sorted(names).map { intern($0) }
  }

  private func find(_ name: Bytes) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x7FFF_FFFF) & mask
    while let symbol = slots[index] {
      if symbol.name == name { return index }
      index = (index + 1) & mask
    }
    return index
  }

  private func grow() {
    let old = slots
    slots = [Symbol?](repeating: nil, count: old.count * 2)
    for case let symbol? in old { slots[find(symbol.name)] = symbol }
  }
}

/// What a name stands for: a text, or an array of texts.
public final class Variable {
  public struct Attributes: OptionSet, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let exported = Attributes(rawValue: 1)
    public static let readOnly = Attributes(rawValue: 2)
    public static let integer = Attributes(rawValue: 4)
    public static let lowercase = Attributes(rawValue: 8)
    public static let uppercase = Attributes(rawValue: 16)
    public static let reference = Attributes(rawValue: 32)
    public static let indexed = Attributes(rawValue: 64)
    public static let associative = Attributes(rawValue: 128)
    public static let leftAligned = Attributes(rawValue: 256)
    public static let rightAligned = Attributes(rawValue: 512)
    public static let zeroFilled = Attributes(rawValue: 1024)
    public static let trace = Attributes(rawValue: 2048)
    public static let unsigned = Attributes(rawValue: 4096)

    /// Attributes that change what is assigned.
    public static let transforming: Attributes = [
      .integer, .lowercase, .uppercase, .leftAligned, .rightAligned, .zeroFilled,
    ]
    public static let aligning: Attributes = [.leftAligned, .rightAligned, .zeroFilled]
    public static let array: Attributes = [.indexed, .associative]
  }

  /// The text; nil where the variable has attributes but no value.
  public var text: Bytes?
  public var attributes: Attributes
  public var list: ArrayValue?
  /// Field width for the aligning attributes; base of an integer.
  public var width = 0
  public var base = 0
  /// The base of an integer that takes that of the first number it gets.
  public static let anyBase = -1

  public init(_ text: Bytes?, _ attributes: Attributes = []) {
    self.text = text
    self.attributes = attributes
  }

  public var isArray: Bool { list != nil }
  public var isSet: Bool { text != nil || list != nil }
}

/// The elements of an array: by number in ascending order, or by key in order of their first assignment.
public final class ArrayValue {
  public let isAssociative: Bool
  /// Indices of an indexed array, ascending; empty while they are 0, 1, 2, …
  private var indices: [Int] = []
  private var keys: [Bytes] = []
  public private(set) var values: [Bytes] = []
  private var positions: [Bytes: Int] = [:]

  public init(associative: Bool) { isAssociative = associative }

  public init(_ values: [Bytes]) {
    isAssociative = false
    self.values = values
  }

  public func copy() -> ArrayValue {
    let copy = ArrayValue(associative: isAssociative)
    copy.indices = indices
    copy.keys = keys
    copy.values = values
    copy.positions = positions
    return copy
  }

  public var count: Int { values.count }

  /// The position of index `index`, or where it would go.
  private func position(_ index: Int) -> (position: Int, isThere: Bool) {
    if indices.isEmpty { return (min(index, values.count), index < values.count) }
    var (low, high) = (0, indices.count)
    while low < high {
      let middle = (low + high) / 2
      if indices[middle] < index { low = middle + 1 } else { high = middle }
    }
    return (low, low < indices.count && indices[low] == index)
  }

  public var lastIndex: Int { indices.last ?? values.count - 1 }

  public subscript(index: Int) -> Bytes? {
    let (position, isThere) = position(index)
    return isThere ? values[position] : nil
  }

  public func set(_ index: Int, _ value: Bytes) {
    let (position, isThere) = position(index)
    if isThere {
      values[position] = value
      return
    }
    if indices.isEmpty, index == values.count {
      values.append(value)
      return
    }
    if indices.isEmpty { indices = Array(0..<values.count) }
    indices.insert(index, at: position)
    values.insert(value, at: position)
  }

  /// Puts `body` of each value in its place.
  public func changeAll<Failure>(
    _ body: (Bytes) throws(Failure) -> Bytes
  ) throws(Failure) {
    for index in values.indices { values[index] = try body(values[index]) }
  }

  public func remove(_ index: Int) {
    let (position, isThere) = position(index)
    guard isThere else { return }
    if indices.isEmpty {
      if position == values.count - 1 {
        values.removeLast()
        return
      }
      indices = Array(0..<values.count)
    }
    indices.remove(at: position)
    values.remove(at: position)
  }

  public subscript(key: Bytes) -> Bytes? { positions[key].map { values[$0] } }

  public func set(_ key: Bytes, _ value: Bytes) {
    if let position = positions[key] {
      values[position] = value
    } else {
      positions[key] = values.count
      keys.append(key)
      values.append(value)
    }
  }

  public func remove(_ key: Bytes) {
    guard let position = positions[key] else { return }
    positions[key] = nil
    keys.remove(at: position)
    values.remove(at: position)
    for index in position..<keys.count { positions[keys[index]] = index }
  }

  /// The keys or the indices as text, in order.
  public var names: [Bytes] {
    if isAssociative { return keys }
    if indices.isEmpty { return (0..<values.count).map { Bytes(decimal: $0) } }
    return indices.map { Bytes(decimal: $0) }
  }

  /// The index of each value, for slices.
  public var numbers: [Int] {
    indices.isEmpty || isAssociative ? Array(0..<values.count) : indices
  }
}
