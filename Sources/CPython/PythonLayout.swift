internal import ELF

/// Where the fields lie that lead from `_PyRuntime` to file and line, on 64-bit machines.
///
/// CPython 3.8 to 3.13 as its headers lay them out; from 3.13 on it publishes the offsets itself.
struct PythonLayout: Sendable {
  let minor: Int
  var interpreters = 32
  var nextInterpreter = 0
  var threads = 8
  var nextThread = 8
  /// `sys.modules`.
  var modules = 56
  /// The kernel's thread ID; nil where only that of pthreads is kept.
  var nativeID: Int?
  var pthread = 176
  /// From the thread to its newest frame: one offset, or two where a C frame lies between.
  var frame: [Int] = [24]
  var code = 32
  var previous = 24
  /// Index of the last instruction; 3.11 on: the address of the next one.
  var instruction = 104
  /// What made a frame; 3 and above are the interpreter's own stubs. Nil before 3.11.
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
  /// Where a text has its length and its kind, and a bytes object its length and its bytes.
  var textLength = 16
  var textState = 32
  var bytesSize = 16
  var bytesData = 32
  /// What every object begins with: how it is counted, and its type.
  var head = 16
  /// A type without what classes written in Python have besides.
  var typeSize = 408
  /// From an instance back to where its dictionary is, 3.11 on.
  var managedDictionary = -24
  /// What stands before the values of an instance that has no dictionary.
  var valuesHead = 0
  /// A frame's reference to its code may say in its lowest bits how it is counted: 3.14 on.
  var codeMask: UInt64 = .max
  /// The copy of the instructions that a thread runs: the index in the frame, the array in the code object.
  var ownInstructions: (index: Int, array: Int)?

  static let oldest = 8
  static let newest = 15

  /// - Returns: nil for versions that are not known.
  init?(minor: Int) {
    self.minor = minor
    switch minor {
    case 8: break
    case 9: modules = 856
    case 10: (modules, instruction) = (856, 96)
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
    (modules, pthread) = minor == 11 ? (888, 152) : (944, 136)
    if minor >= 12 { (ascii, compact, typeSize) = (40, 56, 416) }
    if minor == 13 {
      (interpreters, nextInterpreter, threads, nativeID) = (632, 7264, 7344, 160)
      (modules, pthread, valuesHead, frame) = (7656, 152, 8, [72])
    }
  }

  /// Takes over the offsets that the process publishes.
  ///
  /// - Returns: nil where there are none, or not those of a version that is known.
  init?(published table: [UInt8]) {
    guard let offsets = PublishedOffsets(table), let interpreters = offsets.interpreters,
      let nextInterpreter = offsets.nextInterpreter, let threads = offsets.threads,
      let nextThread = offsets.nextThread, let nativeID = offsets.nativeID,
      let currentFrame = offsets.currentFrame, let executable = offsets.executable,
      let previous = offsets.previous, let instruction = offsets.instruction,
      let owner = offsets.owner, let modules = offsets.modules, let pthread = offsets.pthread,
      let typeSize = offsets.typeSize
    else { return nil }
    minor = offsets.minor
    (self.interpreters, self.nextInterpreter, self.threads) = (
      interpreters, nextInterpreter, threads
    )
    (self.nextThread, self.nativeID, frame) = (nextThread, nativeID, [currentFrame])
    (code, self.previous, self.instruction, self.owner) = (executable, previous, instruction, owner)
    (self.modules, self.pthread, self.typeSize, valuesHead) = (
      modules, pthread, typeSize, 8
    )
    if offsets.isFreeThreaded { (head, managedDictionary) = (32, -8) }
    codeMask = ~3
    ownInstructions = offsets.ownInstructions
    guard takeObjects(offsets) else { return nil }
    if offsets.isFreeThreaded, minor > 13, ownInstructions == nil { return nil }
  }

  private mutating func takeObjects(_ offsets: PublishedOffsets) -> Bool {
    guard let fileName = offsets.fileName, let name = offsets.name,
      let lineTable = offsets.lineTable, let firstLine = offsets.firstLine,
      let instructions = offsets.instructions, let bytesSize = offsets.bytesSize,
      let bytesData = offsets.bytesData, let textState = offsets.textState,
      let textLength = offsets.textLength, let ascii = offsets.asciiHead
    else { return false }
    (self.fileName, self.name, self.lineTable, self.firstLine) = (
      fileName, name, lineTable, firstLine
    )
    (self.instructions, self.bytesSize, self.bytesData) = (instructions, bytesSize, bytesData)
    // Behind the head of ASCII, others have a length in UTF-8 and where that is.
    (self.textState, self.textLength, self.ascii, compact) = (
      textState, textLength, ascii, ascii + 16
    )
    return true
  }
}
