import Archive
import Linux

/// Whatever the blocks say, regions lie inside the file and in order, and sizes are no surprise.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  var decoder = Decoder()
  var offset = 0
  while offset + blockSize <= bytes.count {
    var block = Array(bytes[offset..<(offset + blockSize)])
    // Sums that are right, or no header would ever pass.
    if offset == 0 || block[0] & 1 == 1 { repair(&block) }
    offset += blockSize
    do throws(Malformed) {
      let step = try take(&decoder, block)
      guard case .member(let member) = step else { continue }
      precondition(member.size >= 0 && member.storedSize >= 0)
      var end = 0
      for region in member.regions ?? [] {
        precondition(region.offset >= end && region.count >= 0)
        end = region.offset + region.count
      }
      precondition(end <= member.size || member.regions == nil)
      _ = try? Encoder(.pax).header(member)
      _ = try? Encoder(.gnu).header(member)
      offset += min(padded(min(member.storedSize, 1 << 20)), 4096)
    } catch {
      return 0
    }
  }
  return 0
}

private func take(_ decoder: inout Decoder, _ block: [UInt8]) throws(Malformed) -> Decoder.Step {
  var result: Decoder.Step?
  var failure: Malformed?
  block.withUnsafeBytes { raw in
    do throws(Malformed) {
      result = try decoder.take(raw)
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return result ?? .more
}

private func repair(_ block: inout [UInt8]) {
  for index in 148..<156 { block[index] = 0x20 }
  var sum = block.reduce(0) { $0 + Int($1) }
  for index in stride(from: 153, through: 148, by: -1) {
    block[index] = 0x30 + UInt8(sum & 7)
    sum >>= 3
  }
  block[154] = 0
}
