import ELF
import Linux

/// A program file of a target.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let file = ELFFile(ByteSource(bytes)) else { return 0 }
  for section in file.sections { _ = file.contents(section) }
  _ = (file.buildID, file.isDynamic, file.symbol("_PyRuntime"))
  if let info = GoBuildInfo(file) { precondition(info.modules.utf8.count <= count) }
  return 0
}
