import GRPC
import Linux

/// Messages of gRPC of anybody: frames, health, reflection and descriptors.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  var frames = FrameReader()
  bytes.withUnsafeBytes { frames.add($0) }
  while let message = try? frames.next() { precondition(message.count + 5 <= bytes.count) }
  var reader = ProtobufReader(bytes[...])
  var fields = 0
  while let found = try? reader.next() {
    precondition(found.number >= 1)
    fields += 1
  }
  precondition(fields <= bytes.count)
  _ = try? Health.status(bytes)
  if case .files(let files)? = try? Reflection.parse(bytes) {
    for file in files { show(file) }
  }
  show(bytes)
  return 0
}

func show(_ bytes: [UInt8]) {
  guard let file = try? FileDescriptor(bytes) else { return }
  for service in file.services { _ = service.text }
  for item in file.enums { _ = item.text() }
  for message in file.messages { _ = message.text(isProto3: file.isProto3) }
  for name in [file.package + ".M", "S", file.package + ".S/Do"] { _ = file.symbol(name) }
}
