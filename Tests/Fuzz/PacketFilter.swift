import Linux
import PacketFilter

/// An expression is a program or is refused; the program ends on any packet, and can be listed.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count >= 2 else { return 0 }
  let links: [Int32] = [1, 113, 276, 101, 0, 228]
  var compiler = FilterCompiler(linkType: links[Int(start[0]) % links.count], snapshot: 65536)
  compiler.isOptimised = start[1] & 1 == 0
  compiler.addresses = { name in
    name.utf8.count % 2 == 0 ? [.loopbackV4, .loopbackV6] : nil
  }
  compiler.port = { name, isTCP in name.utf8.count % 3 == 0 ? UInt16(name.utf8.count) : nil }
  let bytes = Array(UnsafeBufferPointer(start: start + 2, count: min(count - 2, 300)))
  guard let program = try? compiler.compile(String(bytes: bytes)) else { return 0 }
  for size in [0, 14, 60, 200] {
    let packet = [UInt8]((0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + count) })
    packet.withUnsafeBytes { _ = program.run($0, length: size) }
  }
  _ = program.cooked?.instructions.count
  precondition(program.listing.utf8.count >= program.instructions.count)
  return 0
}
