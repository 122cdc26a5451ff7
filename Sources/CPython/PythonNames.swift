internal import ELF

/// The names of threads: `threading._active` leads from the IDs of pthreads to objects that have a `_name`.
///
/// How dictionaries and instances lie in memory: Include/internal/pycore_dict.h and pycore_object.h of each version.
struct PythonNames {
  private let memory: PythonMemory
  private let layout: PythonLayout

  private static let mostEntries = 1 << 16
  private static let largestTable = 1 << 24

  init(_ memory: PythonMemory, _ layout: PythonLayout) {
    self.memory = memory
    self.layout = layout
  }

  /// By the IDs of pthreads; none where nothing has imported `threading`.
  func names(of interpreter: UInt64) -> [UInt64: String] {
    guard let modules = memory.pointer(interpreter, layout.modules),
      let threading = value(of: "threading", in: modules),
      let namespace = field(.namespace, of: threading),
      let active = value(of: "_active", in: namespace), isInstance(active, of: .dictionary),
      let keys = field(.keys, of: active)
    else { return [:] }
    var names: [UInt64: String] = [:]
    for entry in entries(keys) where entry.key != 0 && entry.value != 0 {
      guard let id = number(entry.key), let name = attribute("_name", of: entry.value),
        isInstance(name, of: .text)
      else { continue }
      names[id] = memory.text(name)
    }
    return names
  }

  // MARK: Dictionaries

  private struct Entry {
    let key: UInt64
    let value: UInt64
  }

  private func value(of name: String, in dictionary: UInt64) -> UInt64? {
    guard isInstance(dictionary, of: .dictionary),
      let keys = field(.keys, of: dictionary), let values = field(.values, of: dictionary)
    else { return nil }
    return value(of: name, keys: keys, values: values == 0 ? nil : values)
  }

  /// - Parameter values: where they lie apart from the keys, which instances of a class share.
  private func value(of name: String, keys: UInt64, values: UInt64?) -> UInt64? {
    let entries = entries(keys)
    guard let index = entries.firstIndex(where: { isText($0.key, name) }) else { return nil }
    let value = values.map { memory.pointer($0, layout.valuesHead + 8 * index) }
    return value ?? entries[index].value
  }

  /// The entries of a table of keys, in the order in which they came; a key of 0 is one that was removed.
  private func entries(_ keys: UInt64) -> [Entry] {
    guard let table = table(keys), table.count <= Self.mostEntries,
      let bytes = memory.read(keys &+ UInt64(table.start), table.count * table.stride)
    else { return [] }
    let numbers = LittleEndian(bytes)
    return (0..<table.count).map { index in
      // Entries of three begin with the hash.
      let key = index * table.stride + table.stride - 16
      return Entry(key: numbers.number(key, 8) ?? 0, value: numbers.number(key + 8, 8) ?? 0)
    }
  }

  /// Where entries begin, how many there are, and the size of each.
  private func table(_ keys: UInt64) -> (start: Int, count: Int, stride: Int)? {
    guard let bytes = memory.read(keys, 40) else { return nil }
    let numbers = LittleEndian(bytes)
    if layout.minor <= 10 {
      guard let slots = numbers.int(8, 8), slots <= Self.largestTable,
        let count = numbers.int(32, 8)
      else { return nil }
      return (40 + slots * (slots <= 0xFF ? 1 : slots <= 0xFFFF ? 2 : 4), count, 24)
    }
    guard let exponent = numbers.int(9, 1), exponent <= 24, let kind = numbers.int(10, 1),
      let count = numbers.int(24, 8)
    else { return nil }
    return (32 + (1 << exponent), count, kind == 0 ? 24 : 16)
  }

  // MARK: Objects

  /// Fields, by how far they stand behind what every object begins with.
  private enum Field: Int {
    case type = -8
    /// Of a module: its dictionary, md_dict.
    case namespace = 0
    /// Of a dictionary: ma_keys, ma_values.
    case keys = 16
    case values = 24
    /// Of a type: tp_flags.
    case flags = 152
  }

  /// Of a type, likewise: tp_basicsize and tp_dictoffset.
  private static let basicSize = 16
  private static let dictionaryOffset = 272

  private func field(_ field: Field, of object: UInt64) -> UInt64? {
    memory.pointer(object, layout.head + field.rawValue)
  }

  /// What the flags of a type say of its instances: Py_TPFLAGS_*.
  private enum TypeFlag: UInt64 {
    case inlineValues = 0x4
    case managedDictionary = 0x10
    case number = 0x100_0000
    case text = 0x1000_0000
    case dictionary = 0x2000_0000
  }

  private func type(of object: UInt64) -> (address: UInt64, flags: UInt64)? {
    guard let type = field(.type, of: object), let flags = field(.flags, of: type) else {
      return nil
    }
    return (type, flags)
  }

  private func isInstance(_ object: UInt64, of flag: TypeFlag) -> Bool {
    (type(of: object)?.flags ?? 0) & flag.rawValue != 0
  }

  private func isText(_ object: UInt64, _ wanted: String) -> Bool {
    object != 0 && memory.pointer(object, layout.textLength) == UInt64(wanted.utf8.count)
      && memory.text(object) == wanted
  }

  /// An int that is not negative and no longer than 90 bits, in digits of 30.
  private func number(_ object: UInt64) -> UInt64? {
    guard isInstance(object, of: .number), let head = memory.pointer(object, layout.head) else {
      return nil
    }
    let count = layout.minor >= 12 ? head >> 3 : head
    guard count <= 3 else { return nil }
    var value: UInt64 = 0
    for index in 0..<Int(count) {
      guard let digit = memory.number32(object, layout.head + 8 + 4 * index) else { return nil }
      value |= UInt64(truncatingIfNeeded: digit) << UInt64(30 * index)
    }
    return value
  }

  /// An attribute of an instance, which is in a dictionary of its own or among values with keys that its class has.
  private func attribute(_ name: String, of object: UInt64) -> UInt64? {
    guard let type = type(of: object) else { return nil }
    guard layout.minor >= 11, type.flags & TypeFlag.managedDictionary.rawValue != 0 else {
      guard let offset = memory.number32(type.address, layout.head + Self.dictionaryOffset),
        offset > 0,
        let dictionary = memory.pointer(object, offset)
      else { return nil }
      return value(of: name, in: dictionary)
    }
    guard let keys = memory.pointer(type.address, layout.typeSize + Self.cachedKeys),
      let managed = memory.pointer(object, layout.managedDictionary)
    else { return nil }
    if let values = values(of: object, type, managed) {
      return value(of: name, keys: keys, values: values)
    }
    return value(of: name, in: managed)
  }

  /// From the end of a type to the keys that its instances share: tables of functions, and three names.
  private static let cachedKeys = 464

  /// Where an instance's values lie; nil where it has a dictionary.
  private func values(
    of object: UInt64, _ type: (address: UInt64, flags: UInt64), _ managed: UInt64
  ) -> UInt64? {
    switch layout.minor {
    case 11:
      return memory.pointer(object, layout.managedDictionary - 8).flatMap { $0 == 0 ? nil : $0 }
    // An odd address is one less than that of values.
    case 12: return managed & 1 == 1 ? managed &+ 1 : nil
    default:
      guard managed == 0, type.flags & TypeFlag.inlineValues.rawValue != 0,
        let size = memory.number32(type.address, layout.head + Self.basicSize)
      else { return nil }
      return object &+ UInt64(truncatingIfNeeded: size)
    }
  }
}
