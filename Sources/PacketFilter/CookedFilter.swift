internal import Linux

extension FilterProgram {
  /// This program for a cooked socket, as packet(7) gives packets without their link layer.
  ///
  /// It was compiled for packets behind a header of LINUX_SLL2: what it reads there are facts that the
  /// kernel has beside the packet.
  ///
  /// - Returns: nil where the kernel cannot know what is read: then each packet is filtered here.
  public var cooked: FilterProgram? {
    var program = self
    for (number, one) in instructions.enumerated() {
      switch one.code {
      case Code.loadLength, Code.loadIndexLength: return nil
      case Code.loadWordAbsolute, Code.loadHalfAbsolute, Code.loadByteAbsolute,
        Code.loadWordIndirect, Code.loadHalfIndirect, Code.loadByteIndirect, Code.loadIndexHeader:
        if one.operand >= Self.ancillary { continue }
        guard let operand = Self.cookedOperand(one) else { return nil }
        program.instructions[number].operand = operand
      default: continue
      }
    }
    return program
  }

  private static func cookedOperand(_ one: Instruction) -> UInt32? {
    if one.operand >= 20 { return one.operand - 20 }
    // SKF_AD_PROTOCOL, SKF_AD_IFINDEX, SKF_AD_HATYPE, SKF_AD_PKTTYPE.
    switch (one.operand, one.code) {
    case (0, Code.loadHalfAbsolute): return ancillary + 0
    case (4, Code.loadWordAbsolute): return ancillary + 8
    case (8, Code.loadHalfAbsolute): return ancillary + 28
    case (10, Code.loadByteAbsolute): return ancillary + 4
    default: return nil
    }
  }

  /// Whether it asks the kernel for what is not in the packet: such a program runs nowhere else.
  public var isForKernelOnly: Bool {
    instructions.contains { one in
      switch one.code {
      case Code.loadWordAbsolute, Code.loadHalfAbsolute, Code.loadByteAbsolute:
        one.operand >= Self.ancillary
      default: false
      }
    }
  }
}
