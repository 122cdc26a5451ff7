internal import CLinux

/// All packets of one interface or of all of them, packet(7). Needs CAP_NET_RAW in the network namespace.
public final class PacketSocket {
  public let descriptor: Int32

  /// - Parameter isCooked: packets come without the header of their link layer.
  public init(isCooked: Bool) throws(SystemError) {
    descriptor = Int32(
      try check("socket", "packet socket") { Int(clinux_packet_socket(isCooked ? 1 : 0)) })
  }

  deinit { _ = close(descriptor) }

  /// Asks for times and tags, and for `buffer` bytes of room in the kernel.
  public func prepare(buffer: Int) throws(SystemError) {
    try check("setsockopt", "packet socket") {
      Int(clinux_packet_options(descriptor, Int32(clamping: buffer)))
    }
  }

  /// Lets only what a program of the classic filter wants through, SO_ATTACH_FILTER.
  ///
  /// - Parameter instructions: of eight bytes each, as `struct sock_filter` is laid out.
  public func attach(_ instructions: [UInt64]) throws(SystemError) {
    try check("setsockopt", "filter") {
      Int(clinux_attach_filter(descriptor, instructions, UInt16(clamping: instructions.count)))
    }
  }

  /// Starts: packets come in from now on.
  ///
  /// - Parameter interface: an index; 0 is all of them.
  public func bind(interface: UInt32, isPromiscuous: Bool) throws(SystemError) {
    try check("bind", "packet socket") {
      Int(clinux_packet_bind(descriptor, interface, isPromiscuous ? 1 : 0))
    }
  }

  /// What the kernel says about a packet.
  public struct Facts {
    /// On the wire.
    public var length = 0
    /// What of it has come: a filter may have cut it, or there was no more room.
    public var captured = 0
    public var time = Instant(seconds: 0)
    public var interface: UInt32 = 0
    /// ARPHRD_ of the interface, and the type of Ethernet.
    public var hardware: UInt16 = 0
    public var protocolNumber: UInt16 = 0
    /// 0 to us, 1 broadcast, 2 multicast, 3 to others, 4 from us.
    public var kind: UInt8 = 0
    /// The sender's address in the link layer, its first byte lowest, and how long it is.
    public var address: UInt64 = 0
    public var addressSize: UInt8 = 0
    /// The tag of a virtual network that was taken out of the packet: its type and its value.
    public var tag: (type: UInt16, value: UInt16)?
  }

  /// The next packet; nil where none waits.
  public func receive(into bytes: UnsafeMutableRawBufferPointer) throws(SystemError) -> Facts? {
    var raw = clinux_packet()
    do throws(SystemError) {
      try check("recvmsg", "packet socket") {
        clinux_receive_packet(descriptor, bytes.baseAddress, bytes.count, &raw)
      }
    } catch {
      if error.errno == .wouldBlock { return nil }
      throw error
    }
    var facts = Facts()
    facts.length = raw.length
    facts.captured = min(raw.captured, bytes.count)
    facts.time = Instant(
      seconds: Int(truncatingIfNeeded: raw.seconds),
      nanoseconds: Int(truncatingIfNeeded: raw.nanoseconds))
    if raw.seconds == 0 { facts.time = Clock().now() }
    facts.interface = raw.interface
    facts.hardware = raw.hardware
    facts.protocolNumber = raw.protocol
    facts.kind = raw.kind
    facts.address = raw.address
    facts.addressSize = raw.address_size
    if raw.has_tag != 0 { facts.tag = (type: raw.tag_type, value: raw.tag) }
    return facts
  }

  /// Packets that passed the filter and packets that there was no room for, since the last call.
  public func takeStatistics() -> (received: Int, dropped: Int)? {
    var packets: UInt32 = 0
    var drops: UInt32 = 0
    guard clinux_packet_statistics(descriptor, &packets, &drops) == 0 else { return nil }
    return (Int(packets), Int(drops))
  }

  /// ARPHRD_ and IFF_ of an interface; nil where there is none of that name.
  public static func interface(_ name: String) -> (hardware: Int32, flags: Int16)? {
    guard let socket = try? Socket(.v4, .datagram) else { return nil }
    var flags: Int16 = 0
    let hardware = name.withCString { clinux_hardware(socket.descriptor, $0, &flags) }
    return hardware < 0 ? nil : (hardware, flags)
  }

  /// The mask of an interface's IPv4 network; 0 where it has none.
  public static func netmask(_ name: String) -> UInt32 {
    guard let socket = try? Socket(.v4, .datagram) else { return 0 }
    return name.withCString { clinux_address_mask(socket.descriptor, $0) }
  }
}

extension Interface {
  /// The interfaces of this network namespace with their indices, if_nameindex(3).
  public static func all() -> [(name: String, index: UInt32)] {
    guard let list = if_nameindex() else { return [] }
    defer { if_freenameindex(list) }
    var found: [(name: String, index: UInt32)] = []
    var entry = list
    while entry.pointee.if_index != 0, let name = entry.pointee.if_name {
      found.append((name: String(foreign: name), index: entry.pointee.if_index))
      entry += 1
    }
    return found
  }
}
