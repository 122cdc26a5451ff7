internal import Linux

/// The address resolution protocol and its reverse, RFC 826 and RFC 903.
extension PacketPrinter {
  func arp(_ start: Int, _ length: Int) throws(Truncated) {
    reading = "arp"
    try need(start, 8)
    let hardware = try number16(start)
    let network = try number16(start + 2)
    let size = try number8(start + 4)
    let networkSize = try number8(start + 5)
    let operation = try number16(start + 6)
    try need(start + 8, 2 * (size + networkSize))
    if !style.showsLink { put("ARP, ") }
    let isShort = network == EtherType.ipv4 && networkSize == 4 && size > 0
    if !isShort || style.verbosity > 0 {
      put(Self.hardware(hardware) ?? "Unknown Hardware")
      if Self.hardware(hardware) == nil { put(" (", hardware, ")") }
      put(" (len ", size, "), ")
      put(EtherType.name(network) ?? "Unknown Protocol")
      if EtherType.name(network) == nil {
        put(" (0x")
        hexadecimal(network, 4)
        put(")")
      }
      put(" (len ", networkSize, ")")
      if !isShort, style.verbosity == 0 { return put(", length ", length) }
      put(", ")
    }
    guard try arpText(start, operation, size, network == EtherType.ipv4 && networkSize == 4) else {
      return
    }
    put(", length ", length)
  }

  private static func hardware(_ number: Int) -> StaticString? {
    switch number {
    case 1: "Ethernet"
    case 6: "TokenRing"
    case 7: "ArcNet"
    case 15: "FrameRelay"
    case 23: "Strip"
    case 24: "IEEE 1394"
    case 32: "InfiniBand"
    default: nil
    }
  }

  /// False where the operation is not known, and the bytes have been shown.
  private func arpText(_ start: Int, _ operation: Int, _ size: Int, _ isIPv4: Bool)
    throws(Truncated) -> Bool
  {
    let sender = start + 8
    let senderAddress = sender + size
    let target = senderAddress + (isIPv4 ? 4 : try number8(start + 5))
    let targetAddress = target + size
    switch operation {
    case 1:
      put("Request who-has ")
      try arpAddress(targetAddress, isIPv4)
      // Who asks for an address that it has no idea of leaves it out.
      try need(target, size)
      let isGiven = (target..<target + size).contains { packet[$0] != 0 }
      if isGiven {
        put(" (")
        try putHardware(target, size)
        put(")")
      }
      put(" tell ")
      try arpAddress(senderAddress, isIPv4)
    case 2:
      put("Reply ")
      try arpAddress(senderAddress, isIPv4)
      put(" is-at ")
      try putHardware(sender, size)
    case 3, 8:
      put(operation == 3 ? "Reverse Request who-is " : "Inverse Request who-is ")
      try putHardware(target, size)
      put(" tell ")
      try putHardware(sender, size)
    case 4:
      put("Reverse Reply ")
      try putHardware(target, size)
      put(" at ")
      try arpAddress(targetAddress, isIPv4)
    case 9:
      put("Inverse Reply ")
      try putHardware(sender, size)
      put(" at ")
      try arpAddress(senderAddress, isIPv4)
    default:
      put(operation == 10 ? "NACK Reply " : "Unknown (")
      if operation != 10 { put(operation) }
      if operation != 10 { put(") ") }
      dumpUnknown(start, end)
      return false
    }
    return true
  }

  private func arpAddress(_ offset: Int, _ isIPv4: Bool) throws(Truncated) {
    if isIPv4 { try putAddress4(offset) } else { put("<wrong proto type>") }
  }
}
