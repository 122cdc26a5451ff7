import Linux
import PacketFilter

/// Any instructions at all end on any packet.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count >= 8 else { return 0 }
  let instructions = (0..<count / 8).map { number in
    let one = start + number * 8
    return FilterProgram.Instruction(
      UInt16(one[0]), one[2], one[3],
      UInt32(one[4]) | UInt32(one[5]) << 8 | UInt32(one[6]) << 16 | UInt32(one[7]) << 24)
  }
  let program = FilterProgram(instructions)
  let packet = UnsafeRawBufferPointer(start: start, count: count)
  _ = program.run(packet, length: count * 3)
  _ = program.cooked?.run(packet, length: count)
  _ = program.listing.utf8.count + program.numbers.utf8.count + program.initialisers.utf8.count
  return 0
}
