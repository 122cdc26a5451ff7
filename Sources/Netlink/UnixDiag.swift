public import Linux

/// Attributes of unix_diag, by their numbers.
public enum UnixAttribute {
  public static let name = 0
  public static let file = 1
  public static let peer = 2
  public static let pending = 3
  public static let queues = 4
  public static let memory = 5
  public static let shutdown = 6
  public static let uid = 7
}

extension SocketList {
  private static let unixHeadLength = 16
  /// UDIAG_SHOW_NAME, _VFS, _PEER, _ICONS, _RQLEN, _MEMINFO, _UID.
  private static let showAll: UInt32 = 0x7F

  /// Appends the unix sockets, unix(7).
  public func addUnix(states: StateSet, over transport: NetlinkTransport) throws(SystemError) {
    var request = NetlinkRequest(Self.byFamily, isDump: true, sequence: UInt32(records.count &+ 7))
    request.put(UInt8(1))
    request.put(zeroes: 3)
    request.put(states.rawValue)
    request.put(UInt32(0))
    request.put(Self.showAll)
    request.put(zeroes: 8)
    try transport.exchange(request) { message in
      if message.type == Self.byFamily { addUnix(message.payload) }
    }
  }

  /// Appends the socket of one unix_diag message; what is too short to be one is left out.
  public func addUnix(_ payload: UnsafeRawBufferPointer) {
    let fields = Fields(payload)
    guard fields.has(0, Self.unixHeadLength) else { return }
    var record = SocketRecord(Self.unixKind(fields.byte(1)), state: fields.byte(2))
    record.localPort = fields.word(4)
    record.inode = record.localPort
    record.cookie = UInt64(fields.word(8)) | UInt64(fields.word(12)) << 32
    Attributes.forEach(in: payload, from: Self.unixHeadLength) { type, value in
      switch type {
      case UnixAttribute.name: record.name = keep(value.bytes)
      case UnixAttribute.peer: record.remotePort = value.word(0)
      case UnixAttribute.queues:
        record.receiveQueue = value.word(0)
        record.sendQueue = value.word(4)
      case UnixAttribute.shutdown: record.shutdown = value.byte(0)
      case UnixAttribute.uid: record.uid = value.word(0)
      default: break
      }
    }
    if keepsDetails { record.details = keep(fields.slice(Self.unixHeadLength)) }
    records.append(record)
  }

  /// By the number of socket(2).
  static func unixKind(_ type: UInt8) -> SocketKind {
    switch type {
    case 2: .unixDatagram
    case 5: .unixSequenced
    default: .unixStream
    }
  }
}
