import Linux
import Testing

@testable import Pcap

/// Reads all packets of a capture, a few bytes at a time.
func read(_ bytes: [UInt8], step: Int = 7) -> (
  format: CaptureFormat?, packets: [[UInt8]], error: String?
) {
  var position = 0
  var packets: [[UInt8]] = []
  do throws(CaptureError) {
    let reader = try CaptureReader { (room) throws(SystemError) in
      let size = min(step, room.count, bytes.count - position)
      for place in 0..<size { room[place] = bytes[position + place] }
      position += size
      return size
    }
    do throws(CaptureError) {
      while let packet = try reader.next() { packets.append(Array(packet.bytes)) }
    } catch {
      return (reader.format, packets, error.reason)
    }
    return (reader.format, packets, nil)
  } catch {
    return (nil, packets, error.reason)
  }
}

func capture(_ packets: [[UInt8]], isNanoseconds: Bool = false) -> [UInt8] {
  let format = CaptureFormat(linkType: 1, snapshot: 1000, isNanoseconds: isNanoseconds)
  let out = TextBuffer()
  CaptureWriter.header(format).withUnsafeBytes { out.append($0) }
  for bytes in packets {
    bytes.withUnsafeBytes {
      CaptureWriter.write(
        CapturedPacket(seconds: 5, nanoseconds: 6007, length: $0.count, bytes: $0), format, to: out)
    }
  }
  return Array(out.bytes)
}

@Test func whatIsWrittenIsRead() {
  let packets: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 9, count: 999)]
  let all = read(capture(packets))
  #expect(all.packets == packets && all.error == nil && all.format?.snapshot == 1000)
  #expect(read(capture(packets, isNanoseconds: true)).format?.isNanoseconds == true)
}

@Test func lyingLength() {
  var bytes = capture([[1, 2, 3]])
  bytes[32 + 2] = 0xFF
  #expect(read(bytes).error?.hasPrefix("invalid packet capture length 16711683") == true)
}

@Test(arguments: 0..<43)
func everyCut(_ count: Int) {
  let all = read(Array(capture([[1, 2, 3]]).prefix(count)))
  #expect((all.error == nil) == (count == 24 || count == 43))
}

@Test func emptyAndForeign() {
  #expect(read([]).error == "truncated dump file; tried to read 4 file header bytes, only got 0")
  #expect(read(Array("no capture".utf8)).error == "unknown file format")
}

/// Section, interface of type 1 with microseconds, a packet of three bytes in four.
let blocks: [UInt8] =
  [0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0]
  + [UInt8](repeating: 0xFF, count: 8) + [28, 0, 0, 0]
  + [1, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 20, 0, 0, 0]
  + [6, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0]
  + [7, 8, 9, 0, 36, 0, 0, 0]

@Test func blocksOfPcapng() {
  let all = read(blocks)
  #expect(all.packets == [[7, 8, 9]] && all.error == nil && all.format?.snapshot == 65536)
  var lying = blocks
  lying[28 + 20 + 20] = 200
  #expect(read(lying).error == "block of 24 bytes holds a packet of 200 captured bytes")
  var nobody = blocks
  nobody[28 + 20 + 8] = 1
  #expect(read(nobody).error?.hasPrefix("a packet arrived on interface 1") == true)
  for count in 0..<blocks.count { _ = read(Array(blocks.prefix(count))) }
}
