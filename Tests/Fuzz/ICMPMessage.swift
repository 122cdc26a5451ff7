import ICMP
import Linux

/// Messages off the wire and records off the error queue: the first byte tells the family and the kind.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(all[1...])
  let family: IPAddress.Family = all[0] & 1 == 0 ? .v4 : .v6
  switch all[0] >> 1 & 3 {
  case 0:
    if let echo = Echo(bytes, family) {
      precondition(echo.payload.count == bytes.count - Echo.headerSize)
      let again = Echo(echo.bytes, family)
      precondition(again == echo)
      if family == .v4 { precondition(internetChecksum(echo.bytes) == 0) }
    }
  case 1:
    if let error = ICMPError(bytes, family) {
      check(error.quoted, bytes.count)
      check(error.complaint)
    }
  case 2: if let packet = QuotedPacket(bytes, family) { check(packet, bytes.count) }
  default:
    if let error = ExtendedError(record: bytes) {
      precondition(bytes.count >= 16)
      if let complaint = error.complaint { check(complaint) }
      if let offender = error.offender { precondition(!offender.description.isEmpty) }
    }
  }
  return 0
}

private func check(_ packet: QuotedPacket, _ size: Int) {
  precondition(packet.payload.count <= size)
  precondition(packet.source.family == packet.destination.family)
  _ = packet.ports
  if let echo = packet.echo { precondition(echo.family == packet.source.family) }
}

private func check(_ complaint: Complaint) {
  precondition(!complaint.words.isEmpty)
  precondition(complaint.words.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
  if complaint.mtu != nil { precondition(complaint.kind == .tooBig) }
  precondition(!(complaint.isHopLimit && complaint.isPortUnreachable))
}
