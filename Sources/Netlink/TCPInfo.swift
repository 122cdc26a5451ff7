/// What the kernel knows of a connection: `struct tcp_info` of tcp(7), as long as this kernel sends it.
public struct TCPInfo {
  let fields: Fields

  public init(_ fields: Fields) { self.fields = fields }

  public var retransmits: UInt8 { fields.byte(2) }
  public var backoff: UInt8 { fields.byte(4) }
  public var options: Options { Options(rawValue: fields.byte(5)) }
  public var sendScale: UInt8 { fields.byte(6) & 15 }
  public var receiveScale: UInt8 { fields.byte(6) >> 4 }
  public var isLimitedByApplication: Bool { fields.byte(7) & 1 != 0 }

  /// Microseconds.
  public var retransmissionTimeout: UInt32 { fields.word(8) }
  public var acknowledgementTimeout: UInt32 { fields.word(12) }
  public var sendSegment: UInt32 { fields.word(16) }
  public var receiveSegment: UInt32 { fields.word(20) }
  /// Segments; of a listening socket the connections that wait.
  public var unacknowledged: UInt32 { fields.word(24) }
  /// Segments; of a listening socket how many connections may wait.
  public var sacked: UInt32 { fields.word(28) }
  public var lost: UInt32 { fields.word(32) }
  public var retransmitted: UInt32 { fields.word(36) }
  public var forwardAcknowledged: UInt32 { fields.word(40) }
  /// Milliseconds ago.
  public var lastSent: UInt32 { fields.word(44) }
  public var lastReceived: UInt32 { fields.word(52) }
  public var lastAcknowledged: UInt32 { fields.word(56) }
  public var pathMTU: UInt32 { fields.word(60) }
  public var receiveThreshold: UInt32 { fields.word(64) }
  /// Microseconds.
  public var roundTrip: UInt32 { fields.word(68) }
  public var roundTripVariation: UInt32 { fields.word(72) }
  public var sendThreshold: UInt32 { fields.word(76) }
  public var congestionWindow: UInt32 { fields.word(80) }
  public var advertisedSegment: UInt32 { fields.word(84) }
  public var reordering: UInt32 { fields.word(88) }
  public var receiveRoundTrip: UInt32 { fields.word(92) }
  public var receiveSpace: UInt32 { fields.word(96) }
  public var totalRetransmitted: UInt32 { fields.word(100) }
  /// Bytes per second; all ones is no limit.
  public var pacingRate: UInt64 { fields.long(104) }
  public var maximumPacingRate: UInt64 { fields.long(112) }
  public var bytesAcknowledged: UInt64 { fields.long(120) }
  public var bytesReceived: UInt64 { fields.long(128) }
  public var segmentsOut: UInt32 { fields.word(136) }
  public var segmentsIn: UInt32 { fields.word(140) }
  public var bytesNotSent: UInt32 { fields.word(144) }
  public var leastRoundTrip: UInt32 { fields.word(148) }
  public var dataSegmentsIn: UInt32 { fields.word(152) }
  public var dataSegmentsOut: UInt32 { fields.word(156) }
  public var deliveryRate: UInt64 { fields.long(160) }
  /// Microseconds.
  public var busyTime: UInt64 { fields.long(168) }
  public var windowLimitedTime: UInt64 { fields.long(176) }
  public var bufferLimitedTime: UInt64 { fields.long(184) }
  public var delivered: UInt32 { fields.word(192) }
  public var deliveredMarked: UInt32 { fields.word(196) }
  public var bytesSent: UInt64 { fields.long(200) }
  public var bytesRetransmitted: UInt64 { fields.long(208) }
  public var duplicates: UInt32 { fields.word(216) }
  public var reorderingsSeen: UInt32 { fields.word(220) }
  public var outOfOrder: UInt32 { fields.word(224) }
  public var sendWindow: UInt32 { fields.word(228) }

  /// What both ends agreed on.
  public struct Options: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let timestamps = Options(rawValue: 1)
    public static let selective = Options(rawValue: 2)
    public static let scaling = Options(rawValue: 4)
    public static let congestionNotices = Options(rawValue: 8)
    public static let congestionNoticesSeen = Options(rawValue: 16)
    public static let fastOpen = Options(rawValue: 32)
  }
}
