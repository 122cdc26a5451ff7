/// The checksum of IP, ICMP, UDP and TCP, RFC 1071.
public func internetChecksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
  var sum: UInt64 = 0
  var isHigh = true
  for byte in bytes {
    sum &+= isHigh ? UInt64(byte) << 8 : UInt64(byte)
    isHigh.toggle()
  }
  while sum > 0xFFFF { sum = (sum & 0xFFFF) + sum >> 16 }
  return ~UInt16(truncatingIfNeeded: sum)
}

/// Two or four bytes in network order at an index; 0 where they are not there.
extension Array where Element == UInt8 {
  func number16(at index: Int) -> UInt16 {
    guard index >= 0, index + 2 <= count else { return 0 }
    return UInt16(self[index]) << 8 | UInt16(self[index + 1])
  }

  func number32(at index: Int) -> UInt32 {
    UInt32(number16(at: index)) << 16 | UInt32(number16(at: index + 2))
  }
}
