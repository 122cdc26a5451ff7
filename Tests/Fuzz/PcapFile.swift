import Linux
import Pcap

/// A file that says it is a capture is read to its end or refused, and what it holds can be written.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let all = UnsafeRawBufferPointer(start: start, count: count)
  var position = 0
  let reader = try? CaptureReader { (room) throws(SystemError) in
    let size = min(room.count, count - position, 100)
    if size > 0, let target = room.baseAddress {
      copyBytes(all.part(position..<position + size), to: target)
    }
    position += size
    return size
  }
  guard let reader else { return 0 }
  let buffer = TextBuffer()
  var packets = 0
  while let packet = try? reader.next() {
    precondition(packet.bytes.count <= reader.format.snapshot && packet.bytes.count <= count)
    CaptureWriter.write(packet, reader.format, to: buffer)
    packets += 1
    precondition(packets <= count / 12)
    if buffer.count > 1 << 20 { buffer.removeAll() }
  }
  return 0
}
