internal import ELF

/// The offsets that CPython publishes at the start of `_PyRuntime` from 3.13 on, for debuggers. PEP 768.
///
/// The table is a row of groups of 64-bit numbers, the first of each group the size of a structure, the others offsets in
/// it; each minor version has groups and fields of its own. Include/internal/pycore_debug_offsets.h.
struct PublishedOffsets {
  private let numbers: LittleEndian
  private let places: Places
  let minor: Int
  /// Whether it was built without the global lock.
  let isFreeThreaded: Bool

  /// Where the groups begin, counted in numbers.
  private struct Places {
    let thread: Int
    /// From the start of the thread's group to the two IDs.
    let threadIDs: Int
    let frame: Int
    let code: Int
    let type: Int
    let bytes: Int
    let text: Int
    /// The lowest version with this table, as in PY_VERSION_HEX.
    let since: UInt64
  }

  /// How much of `_PyRuntime` the longest of the tables takes.
  static let length = 94 * 8
  private static let runtime = 3
  private static let interpreter = 6
  /// Larger than any structure of any version.
  private static let largest = 1 << 24

  private static func places(_ minor: Int) -> Places? {
    switch minor {
    case 13:
      Places(
        thread: 19, threadIDs: 5, frame: 28, code: 34, type: 46, bytes: 64, text: 67,
        since: 0x030D_0000)
    case 14:
      Places(
        thread: 22, threadIDs: 5, frame: 31, code: 39, type: 52, bytes: 74, text: 77,
        since: 0x030E_00C1)
    case 15:
      // The fourth beta put another number among those of the thread.
      Places(
        thread: 22, threadIDs: 8, frame: 39, code: 47, type: 60, bytes: 86, text: 89,
        since: 0x030F_00B4)
    default: nil
    }
  }

  /// - Returns: nil where the table is missing, or is that of a version that is not known.
  init?(_ table: [UInt8]) {
    numbers = LittleEndian(table)
    guard table.starts(with: Array("xdebugpy".utf8)), let version = numbers.number(8, 8),
      version >> 24 == 3, let places = Self.places(Int(version >> 16 & 0xFF)),
      version >= places.since, let lockless = numbers.number(16, 8), lockless < 2
    else { return nil }
    self.places = places
    minor = Int(version >> 16 & 0xFF)
    isFreeThreaded = lockless == 1
  }

  /// Number `index` of the group at `group`; nil where it is no offset in that structure.
  private func offset(_ group: Int, _ index: Int) -> Int? {
    guard let size = numbers.int(group * 8, 8), size <= Self.largest,
      let offset = numbers.int((group + index) * 8, 8), offset < size
    else { return nil }
    return offset
  }

  var interpreters: Int? { offset(Self.runtime, 2) }
  var nextInterpreter: Int? { offset(Self.interpreter, 2) }
  var threads: Int? { offset(Self.interpreter, 3) }
  var modules: Int? { offset(Self.interpreter, minor == 13 ? 5 : 6) }
  var nextThread: Int? { offset(places.thread, 2) }
  var currentFrame: Int? { offset(places.thread, 4) }
  var pthread: Int? { offset(places.thread, places.threadIDs) }
  var nativeID: Int? { offset(places.thread, places.threadIDs + 1) }
  var previous: Int? { offset(places.frame, 1) }
  var executable: Int? { offset(places.frame, 2) }
  var instruction: Int? { offset(places.frame, 3) }
  var owner: Int? { offset(places.frame, 5) }
  var fileName: Int? { offset(places.code, 1) }
  var name: Int? { offset(places.code, 3) }
  var lineTable: Int? { offset(places.code, 4) }
  var firstLine: Int? { offset(places.code, 5) }
  /// The instructions lie behind the structure's other fields.
  var instructions: Int? {
    numbers.int((places.code + 9) * 8, 8).flatMap { $0 <= Self.largest ? $0 : nil }
  }
  var typeSize: Int? {
    numbers.int(places.type * 8, 8).flatMap { $0 <= Self.largest ? $0 : nil }
  }
  var bytesSize: Int? { offset(places.bytes, 1) }
  var bytesData: Int? { offset(places.bytes, 2) }
  var textState: Int? { offset(places.text, 1) }
  var textLength: Int? { offset(places.text, 2) }
  /// The size of the head of a text that is ASCII.
  var asciiHead: Int? { offset(places.text, 3) }

  /// Where 3.14 and later without the global lock keep each thread's copy of the instructions: the index in the frame,
  /// the array in the code object.
  var ownInstructions: (index: Int, array: Int)? {
    guard isFreeThreaded, minor > 13, let index = offset(places.frame, 7),
      let array = offset(places.code, 10)
    else { return nil }
    return (index, array)
  }
}
