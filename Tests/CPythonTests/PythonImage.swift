import ELF

/// The memory of a Python process, made up: what 3.14 and 3.15 publish, and a thread with three frames.
struct PythonImage {
  static let base: UInt64 = 0x10_0000
  private(set) var bytes = [UInt8](repeating: 0, count: 1 << 16)

  /// Groups of the table that lead to stacks, in their order, with the fields that matter at their places; `-` is any.
  private static let groups14 = [
    "size - interpreters", "size - next threads - - modules - - - - - - - - -",
    "size - nextThread - frame pthread native - -",
    "size previous executable instruction - owner - index",
    "size file - name lines first - - - instructions array", "size -", "typeSize - - -",
    "size - -", "size - -", "size - - -", "size - -", "size -", "size - -",
    "size bytesSize bytesData",
    "size state length ascii", "size -",
  ]
  private static let groups15 = [
    "size - interpreters", "size - next threads - - modules - - - - - - - - -",
    "size - nextThread - frame - - - pthread native - - - - - -", "-",
    "size previous executable instruction - owner - index",
    "size file - name lines first - - - instructions array", "size -", "typeSize - - - - -",
    "size -",
    "size - -", "size - -", "size - - -", "size - -", "size -", "size - -",
    "size bytesSize bytesData", "size state length ascii -", "size - - - -",
  ]

  private var offsets: [Substring: Int] = [
    "interpreters": 0x300, "next": 72, "threads": 80, "nextThread": 16, "frame": 88, "native": 168,
    "previous": 8, "executable": 0, "instruction": 56, "owner": 74, "index": 72, "file": 112,
    "name": 128, "lines": 136, "first": 68, "instructions": 208, "array": 184, "modules": 96,
    "pthread": 160, "typeSize": 416, "bytesSize": 16,
    "bytesData": 32, "state": 32, "length": 16, "ascii": 40, "size": 1000,
  ]
  private let isFreeThreaded: Bool

  /// - Parameter version: as in PY_VERSION_HEX.
  init(version: Int, isFreeThreaded: Bool = false, wrong: (field: Substring, value: Int)? = nil) {
    self.isFreeThreaded = isFreeThreaded
    if isFreeThreaded {
      // Every object is 16 bytes larger, and a frame has an index more.
      offsets.merge([
        "owner": 78, "bytesSize": 32, "bytesData": 48, "state": 48, "length": 32, "ascii": 56,
      ]) {
        $1
      }
    }
    if let wrong { offsets[wrong.field] = wrong.value }
    bytes.replaceSubrange(0..<8, with: Array("xdebugpy".utf8))
    put(8, version)
    put(16, isFreeThreaded ? 1 : 0)
    var place = 24
    for group in version >> 16 == 0x30F ? Self.groups15 : Self.groups14 {
      for field in group.split(separator: " ") {
        put(place, offsets[field] ?? 7)
        place += 8
      }
    }
    fill()
  }

  var memory: ByteSource {
    let bytes = bytes
    return ByteSource { offset, buffer in
      guard offset >= Self.base, offset - Self.base < UInt64(bytes.count) else { return -1 }
      let start = Int(offset - Self.base)
      let count = min(buffer.count, bytes.count - start)
      for index in 0..<count { buffer[index] = bytes[start + index] }
      return count
    }
  }

  private subscript(_ field: Substring) -> Int { offsets[field] ?? 0 }

  private mutating func put(_ place: Int, _ value: Int, _ size: Int = 8) {
    for index in 0..<size {
      bytes[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  private mutating func point(_ place: Int, to other: Int, tag: Int = 0) {
    put(place, Int(Self.base) + other + tag)
  }

  /// An interpreter at 0x1000, its thread at 0x2000, whose frames are: one of a generator, the interpreter's own, a plain one.
  private mutating func fill() {
    point(0x300, to: 0x1000)
    point(0x1000 + self["threads"], to: 0x2000)
    put(0x2000 + self["native"], 4711)
    point(0x2000 + self["frame"], to: 0x3000)
    let code = 0x4000
    let instructions = isFreeThreaded ? 0x5000 : code + self["instructions"]
    for (frame, previous, owner, unit) in [
      (0x3000, 0x3100, 1, 3), (0x3100, 0x3200, 3, 0), (0x3200, 0, 0, 1),
    ] {
      point(frame + self["executable"], to: code, tag: 1)
      if previous != 0 { point(frame + self["previous"], to: previous) }
      put(frame + self["owner"], owner, 1)
      point(frame + self["instruction"], to: instructions + 2 * unit)
    }
    if isFreeThreaded {
      // Each thread has its copy of the instructions; this one runs the second.
      point(code + self["array"], to: 0x4800)
      put(0x4800, 2)
      point(0x4808, to: 0x5800)
      point(0x4810, to: 0x5000)
      for frame in [0x3000, 0x3100, 0x3200] { put(frame + self["index"], 1, 4) }
    }
    point(code + self["name"], to: 0x6000)
    point(code + self["file"], to: 0x6100)
    point(code + self["lines"], to: 0x6200)
    put(code + self["first"], 10, 4)
    text(0x6000, Array("work".utf8), kind: 1, isASCII: true)
    text(0x6100, [0x2F, 0, 0xE4, 0, 0x5C, 0x4F], kind: 2, isASCII: false)
    fillNames()
    // Two units on the first line, then two on the next.
    let table = [0x80 | 0 << 3 | 1, 5, 0x80 | 11 << 3 | 1, 1, 2]
    put(0x6200 + self["bytesSize"], table.count)
    for (index, byte) in table.enumerated() { put(0x6200 + self["bytesData"] + index, byte, 1) }
  }

  /// What every object begins with.
  private var head: Int { isFreeThreaded ? 32 : 16 }

  /// `sys.modules["threading"]._active[0x7F0012345678]._name`; the object has its values behind it.
  private mutating func fillNames() {
    let (text, number, dictionary, thread) = (0x7000, 0x7400, 0x7800, 0x7C00)
    for (type, flags) in [
      (text, 1 << 28), (number, 1 << 24), (dictionary, 1 << 29), (thread, 1 << 4 | 1 << 2),
    ] {
      put(type + head + 152, flags)
    }
    point(0x1000 + self["modules"], to: 0x8000)
    table(0x8000, dictionary, [(0x8400, 0x8400), (0x8500, 0x8600)])
    string(0x8400, text, "sys")
    string(0x8500, text, "threading")
    point(0x8600 + head, to: 0x8700)
    table(0x8700, dictionary, [(0, 0), (0x8B00, 0x8C00)])
    string(0x8B00, text, "_active")
    table(0x8C00, dictionary, [(0x9000, 0x9100)], isGeneral: true)
    point(0x9000 + head - 8, to: number)
    put(0x9000 + head, 2 << 3)
    put(0x9000 + head + 8, 0x12345678, 4)
    put(0x9000 + head + 12, 0x1FC00, 4)
    put(0x2000 + self["pthread"], 0x1FC00 << 30 | 0x12345678)
    // The class's keys, and the values of its instance.
    point(0x9100 + head - 8, to: thread)
    put(thread + head + 16, head)
    point(thread + self["typeSize"] + 464, to: 0x9200)
    keys(0x9200, [(0x8400, 0), (0x9400, 0)])
    string(0x9400, text, "_name")
    put(0x9100 + head + 3, 1, 1)
    point(0x9100 + head + 16, to: 0x9500)
    string(0x9500, text, "worker-1")
  }

  private mutating func string(_ place: Int, _ type: Int, _ content: String) {
    point(place + head - 8, to: type)
    text(place, Array(content.utf8), kind: 1, isASCII: true)
  }

  /// A dictionary with its keys and values in one table.
  private mutating func table(
    _ place: Int, _ type: Int, _ entries: [(key: Int, value: Int)], isGeneral: Bool = false
  ) {
    point(place + head - 8, to: type)
    point(place + head + 16, to: place + 0x100)
    keys(place + 0x100, entries, isGeneral: isGeneral)
  }

  private mutating func keys(
    _ place: Int, _ entries: [(key: Int, value: Int)], isGeneral: Bool = false
  ) {
    put(place + 9, 3, 1)
    put(place + 10, isGeneral ? 0 : 1, 1)
    put(place + 24, entries.count)
    for (index, entry) in entries.enumerated() {
      let start = place + 40 + (isGeneral ? 24 * index + 8 : 16 * index)
      if entry.key != 0 { point(start, to: entry.key) }
      if entry.value != 0 { point(start + 8, to: entry.value) }
    }
  }

  private mutating func text(_ place: Int, _ content: [UInt8], kind: Int, isASCII: Bool) {
    put(place + self["length"], content.count / kind)
    let state = kind | 8 | (isASCII ? 16 : 0)
    // Interned, in two bits; in a byte of its own where there is no global lock.
    put(place + self["state"], isFreeThreaded ? state << 8 | 1 : state << 2 | 1, 4)
    let start = place + self["ascii"] + (isASCII ? 0 : 16)
    bytes.replaceSubrange(start..<(start + content.count), with: content)
  }
}
