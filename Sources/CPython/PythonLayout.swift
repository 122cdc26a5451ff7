internal import ELF

/// Where the fields lie that lead from `_PyRuntime` to file and line, on 64-bit machines.
///
/// CPython 3.8 to 3.12 as its headers lay them out; from 3.13 on it publishes the offsets itself.
struct PythonLayout: Sendable {
  let minor: Int
  var interpreters = 32
  var nextInterpreter = 0
  var threads = 8
  let nextThread = 8
  /// The kernel's thread ID; nil where only that of pthreads is kept.
  var nativeID: Int?
  var pthread = 176
  /// From the thread to its newest frame: one offset, or two where a C frame lies between.
  var frame: [Int] = [24]
  var code = 32
  var previous = 24
  /// Index of the last instruction; 3.11 on: the address of the next one.
  var instruction = 104
  /// What made a frame; 3 is the interpreter's own stub. Nil before 3.11.
  var owner: Int?
  var fileName = 104
  var name = 112
  var firstLine = 40
  var lineTable = 120
  /// The instructions within a code object, 3.11 on.
  var instructions: Int?
  /// Heads of a text that is ASCII, and of others.
  var ascii = 48
  var compact = 72

  static let oldest = 8
  static let newest = 13

  /// - Returns: nil for versions that are not known.
  init?(minor: Int) {
    self.minor = minor
    switch minor {
    case 8, 9: break
    case 10: instruction = 96
    case 11, 12, 13: setFrames(minor)
    default: return nil
    }
  }

  private mutating func setFrames(_ minor: Int) {
    (interpreters, threads, nativeID) = minor == 11 ? (40, 16, 160) : (40, 72, 144)
    frame = minor == 11 ? [56, 8] : [56, 0]
    (code, previous, instruction) = minor == 11 ? (32, 48, 56) : (0, 8, 56)
    owner = minor == 11 ? 69 : 70
    (fileName, name, firstLine, lineTable) = (112, 128, minor == 11 ? 72 : 68, 136)
    instructions = minor == 11 ? 184 : minor == 12 ? 192 : 200
    if minor >= 12 { (ascii, compact) = (40, 56) }
    if minor == 13 {
      (interpreters, nextInterpreter, threads, nativeID) = (632, 7264, 7344, 160)
      frame = [72]
    }
  }

  /// Takes over the offsets that 3.13 writes at the start of `_PyRuntime`.
  ///
  /// - Returns: nil where the table is not of this version.
  init?(published table: [UInt8]) {
    let numbers = LittleEndian(table)
    guard table.starts(with: Array("xdebugpy".utf8)), let version = numbers.number(8, 8),
      version >> 24 == 3, version >> 16 & 0xFF == 13, numbers.number(16, 8) == 0,
      let heads = numbers.int(40, 8), let next = numbers.int(64, 8),
      let threads = numbers.int(72, 8)
    else { return nil }
    self.init(minor: 13)
    guard heads < 1 << 20, next < 1 << 20, threads < 1 << 20 else { return nil }
    (interpreters, nextInterpreter, self.threads) = (heads, next, threads)
  }
}
