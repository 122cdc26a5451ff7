internal import Linux

/// A program of the classic Berkeley Packet Filter, linux/filter.h and bpf(4).
public struct FilterProgram: Equatable, Sendable {
  public struct Instruction: Equatable, Sendable {
    public var code: UInt16
    public var jumpTrue: UInt8
    public var jumpFalse: UInt8
    public var operand: UInt32

    public init(_ code: UInt16, _ jumpTrue: UInt8 = 0, _ jumpFalse: UInt8 = 0, _ operand: UInt32) {
      self.code = code
      self.jumpTrue = jumpTrue
      self.jumpFalse = jumpFalse
      self.operand = operand
    }
  }

  public var instructions: [Instruction]

  public init(_ instructions: [Instruction]) { self.instructions = instructions }

  /// Takes every packet.
  public static let everything = FilterProgram([Instruction(Code.returnConstant, 0, 0, 0x40000)])

  /// The operation codes by their parts: class, size, mode, source.
  enum Code {
    static let loadWordAbsolute: UInt16 = 0x20
    static let loadHalfAbsolute: UInt16 = 0x28
    static let loadByteAbsolute: UInt16 = 0x30
    static let loadWordIndirect: UInt16 = 0x40
    static let loadHalfIndirect: UInt16 = 0x48
    static let loadByteIndirect: UInt16 = 0x50
    static let loadImmediate: UInt16 = 0x00
    static let loadMemory: UInt16 = 0x60
    static let loadLength: UInt16 = 0x80
    static let loadIndexImmediate: UInt16 = 0x01
    static let loadIndexMemory: UInt16 = 0x61
    static let loadIndexLength: UInt16 = 0x81
    static let loadIndexHeader: UInt16 = 0xB1
    static let store: UInt16 = 0x02
    static let storeIndex: UInt16 = 0x03
    static let jump: UInt16 = 0x05
    static let returnConstant: UInt16 = 0x06
    static let returnAccumulator: UInt16 = 0x16
    static let negate: UInt16 = 0x84
    static let toIndex: UInt16 = 0x07
    static let toAccumulator: UInt16 = 0x87
  }

  /// Loads beyond this offset are the kernel's own facts about a packet, not its bytes: SKF_AD_OFF.
  static let ancillary: UInt32 = 0xFFFF_F000
}

extension FilterProgram {
  /// How many bytes of a packet are wanted: 0 is none of it.
  ///
  /// What is damaged, jumps out of the program or reads beyond the packet wants nothing.
  ///
  /// - Parameter length: of the packet on the wire; `packet` may hold less.
  public func run(_ packet: UnsafeRawBufferPointer, length: Int) -> Int {
    instructions.withUnsafeBufferPointer { program in
      var machine = Machine(program, packet, length)
      return machine.run()
    }
  }
}

/// The two registers and sixteen words of memory that a filter has.
private struct Machine {
  let program: UnsafeBufferPointer<FilterProgram.Instruction>
  let packet: UnsafeRawBufferPointer
  let length: Int
  var accumulator: UInt32 = 0
  var index: UInt32 = 0
  var memory: InlineArray<16, UInt32> = .init(repeating: 0)

  /// More than any program takes for any packet.
  private static let mostSteps = 1 << 17

  init(
    _ program: UnsafeBufferPointer<FilterProgram.Instruction>, _ packet: UnsafeRawBufferPointer,
    _ length: Int
  ) {
    self.program = program
    self.packet = packet
    self.length = length
  }

  mutating func run() -> Int {
    var position = 0
    var steps = 0
    // `protochain` jumps back; all else leads forward.
    while position >= 0, position < program.count, steps < Self.mostSteps {
      steps += 1
      let one = program[position]
      position += 1
      switch one.code & 7 {
      case 0, 1:
        guard let value = load(one) else { return 0 }
        if one.code & 7 == 0 { accumulator = value } else { index = value }
      case 2: if one.operand < 16 { memory[Int(one.operand)] = accumulator }
      case 3: if one.operand < 16 { memory[Int(one.operand)] = index }
      case 4: if !calculate(one) { return 0 }
      case 5: position += jump(one)
      case 6:
        return Int(one.code & 0x18 == 0x10 ? accumulator : one.operand)
      default:
        if one.code == FilterProgram.Code.toIndex {
          index = accumulator
        } else {
          accumulator = index
        }
      }
    }
    return 0
  }

  private func load(_ one: FilterProgram.Instruction) -> UInt32? {
    let size = one.code & 0x18 == 0 ? 4 : one.code & 0x18 == 0x08 ? 2 : 1
    switch one.code & 0xE0 {
    case 0x00: return one.operand
    case 0x20: return bytes(Int(one.operand), size)
    case 0x40: return bytes(Int(index) + Int(one.operand), size)
    case 0x60: return one.operand < 16 ? memory[Int(one.operand)] : nil
    case 0x80: return UInt32(truncatingIfNeeded: length)
    case 0xA0: return bytes(Int(one.operand), 1).map { ($0 & 15) * 4 }
    default: return nil
    }
  }

  private func bytes(_ offset: Int, _ size: Int) -> UInt32? {
    guard offset <= packet.count - size else { return nil }
    var value: UInt32 = 0
    for place in 0..<size { value = value << 8 | UInt32(packet[offset + place]) }
    return value
  }

  private mutating func calculate(_ one: FilterProgram.Instruction) -> Bool {
    let other = one.code & 8 != 0 ? index : one.operand
    switch one.code & 0xF0 {
    case 0x00: accumulator &+= other
    case 0x10: accumulator &-= other
    case 0x20: accumulator &*= other
    case 0x30:
      if other == 0 { return false }
      accumulator /= other
    case 0x40: accumulator |= other
    case 0x50: accumulator &= other
    case 0x60: accumulator = other < 32 ? accumulator << other : 0
    case 0x70: accumulator = other < 32 ? accumulator >> other : 0
    case 0x80: accumulator = 0 &- accumulator
    case 0x90:
      if other == 0 { return false }
      accumulator %= other
    case 0xA0: accumulator ^= other
    default: return false
    }
    return true
  }

  private func jump(_ one: FilterProgram.Instruction) -> Int {
    let other = one.code & 8 != 0 ? index : one.operand
    let isTrue: Bool
    switch one.code & 0xF0 {
    case 0x00: return Int(Int32(bitPattern: one.operand))
    case 0x10: isTrue = accumulator == other
    case 0x20: isTrue = accumulator > other
    case 0x30: isTrue = accumulator >= other
    case 0x40: isTrue = accumulator & other != 0
    default: return program.count
    }
    return Int(isTrue ? one.jumpTrue : one.jumpFalse)
  }
}
