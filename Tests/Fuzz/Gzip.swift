import Zlib

/// Expanding never makes more than it has room for, and ends.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let gunzipper = try? Gunzipper() else { return 0 }
  let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
  defer { room.deallocate() }
  var rest = UnsafeRawBufferPointer(start: start, count: count)
  if case .header(_, let length) = GzipHeader.parse(rest) { precondition(length <= count) }
  var made = 0
  while made < 1 << 22 {
    guard let step = try? gunzipper.step(&rest, room) else { return 0 }
    switch step {
    case .hungry: return 0
    case .memberEnd: continue
    case .output(let size):
      precondition(size <= room.count)
      made += size
    }
  }
  return 0
}
