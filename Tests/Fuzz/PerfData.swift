import HotSpot
import Linux

/// The counters file of a JVM, which anybody in the target may have written.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do throws(PerfDataError) {
    let data = try PerfData(bytes)
    _ = (data.all(), data.head, data.heapUsed, data.allowsAttach)
    for table in Statistics.allCases {
      for column in [Statistics.timestamp] + table.columns {
        precondition(column.cell(data, now: 1).utf8.count <= count + 400)
      }
    }
    if let text = data.javaCommand {
      let command = JavaCommand(counter: text, options: "")
      precondition(command.shortMain.utf8.count <= command.main.utf8.count)
    }
  } catch {
    return 0
  }
  return 0
}
