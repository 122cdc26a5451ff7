import Box
import Linux
import Nettrace

/// A trace, as a target sends it; the first byte says into which pieces it is cut.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 1 else { return 0 }
  let all = UnsafeRawBufferPointer(start: start, count: count)
  // A seed is a trace without such a byte in front.
  let isWhole = all[0] == UInt8(ascii: "N")
  let step = isWhole ? count : Int(all[0]) * 16 + 1
  let bytes = isWhole ? all : all.part(1..<count)
  let timelines = ThreadTimelines()
  feed(bytes, timelines, step)
  let hot = HotMethods(timelines, managedOnly: false)
  precondition(hot.methods.reduce(0) { $0 + $1.own } == timelines.samples)
  for timeline in timelines.timelines.prefix(16) {
    for span in timeline.spans.prefix(16) { _ = timelines.tree.frames(span.node) }
  }
  let heap = HeapCollector()
  feed(bytes, heap, step)
  precondition(heap.lines().reduce(0) { $0 + $1.count } == heap.objects)
  let counters = CounterCollector(interval: 1, client: "")
  feed(bytes, counters, step)
  _ = counters.drain()
  feed(bytes, EveryValue(), step)
  var written = 0
  try? SpeedscopeText(timelines) { (piece) throws(Failure) in written += piece.count }
    .write(title: "")
  try? CollapsedText(timelines) { (piece) throws(Failure) in written += piece.count }.write()
  return 0
}

/// Reads the fields of all events.
private final class EveryValue: NettraceSink {
  func event(_ event: NettraceEvent) { _ = try? event.values() }
}

private func feed(_ bytes: UnsafeRawBufferPointer, _ sink: any NettraceSink, _ step: Int) {
  let reader = NettraceReader(sink)
  var position = 0
  do throws(NettraceError) {
    while position < bytes.count {
      let end = min(bytes.count, position + step)
      try reader.take(bytes.part(position..<end))
      position = end
    }
    try reader.finish()
  } catch {
    return
  }
}
