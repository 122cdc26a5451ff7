import Linux
import Packets

/// Any bytes are some packet: what is told of them is text, and not much more than they are.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let start, count >= 3 else { return 0 }
  let links: [LinkType] = [
    .ethernet, .linuxCooked, .linuxCooked2, .null, .loop, .raw, .ipv4, .ipv6,
  ]
  var style = PacketStyle()
  style.verbosity = Int(start[1] & 3)
  style.showsLink = start[1] & 4 != 0
  style.isQuiet = start[1] & 8 != 0
  style.isAbsolute = start[1] & 16 != 0
  style.dumpsUnknown = start[1] & 32 != 0
  let printer = PacketPrinter(style)
  let packet = UnsafeRawBufferPointer(start: start + 3, count: count - 3)
  // What was captured may be less than the packet was, and damaged files say that it was more.
  let length = start[2] & 1 == 0 ? packet.count : Int(start[2]) * 300
  for _ in 0..<2 {
    printer.out.removeAll()
    let header = printer.tell(packet, length: length, link: links[Int(start[0]) % links.count])
    precondition(header <= packet.count)
    HexDump.write(packet, header..<packet.count, hasText: true, "\n\t", to: printer.out)
    HexDump.writeText(packet, header..<packet.count, to: printer.out)
    for byte in printer.out.bytes {
      precondition(byte >= 0x20 && byte < 0x7F || byte == 10 || byte == 9)
    }
  }
  return 0
}
