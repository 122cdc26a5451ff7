import Box
import CPython
import ELF
import Linux

/// The memory of a would-be Python process: the input, again and again; its first byte tells the version.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 8 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(all[1...])
  let memory = ByteSource { offset, buffer in
    var position = Int(offset % UInt64(bytes.count))
    var filled = 0
    bytes.withUnsafeBytes { all in
      while filled < buffer.count {
        let part = all[position..<min(bytes.count, position + buffer.count - filled)]
        UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: part)
        filled += part.count
        position = 0
      }
    }
    return buffer.count
  }
  do throws(Failure) {
    let stacks = try PythonStacks(memory: memory, runtime: 0, minor: Int(all[0] % 10) + 7)
    for thread in try stacks.threads() { precondition(thread.frames.count < 10_000) }
  } catch {
    return 0
  }
  return 0
}
