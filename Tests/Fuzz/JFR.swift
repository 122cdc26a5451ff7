import JFR
import Linux

/// A flight recording, as a target hands it out.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(JFRError) {
    let chunk = try JFRChunk(bytes)
    var size = 0
    try chunk.forEachRecord { size += $1 }
    precondition(size <= count)
    try chunk.forEachEvent { (event) throws(JFRError) in
      for value in try chunk.values(of: event) {
        for frame in JFRFrame.frames(value)?.frames ?? [] { _ = (frame.name, frame.parameters) }
      }
      for index in event.type.fields.indices { _ = try chunk.value(index, of: event) }
    }
  } catch {
    return 0
  }
  return 0
}
