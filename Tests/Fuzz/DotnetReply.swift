import DotnetIPC

/// What the socket of a would-be .NET runtime answers: a head, then the payload of any command.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  if let head = IPCHead(Array(bytes.prefix(IPCMessage.headSize))) {
    precondition(head.payloadSize <= 65535)
  }
  let payload = Array(bytes.dropFirst(IPCMessage.headSize))
  for command: UInt8 in [0, 4, 8] {
    if let information = ProcessInformation(payload, command: command) {
      precondition(information.commandLine.utf16.count <= payload.count / 2)
    }
  }
  _ = ProcessVariables.size(payload)
  let entries = ProcessVariables.entries(payload)
  precondition(entries.reduce(0) { $0 + $1.utf16.count } <= payload.count / 2)
  let sockets = DiagnosticSockets(bytes)
  for entry in sockets.entries { precondition(entry.name.pid >= 0 && entry.name.start >= 0) }
  return 0
}
