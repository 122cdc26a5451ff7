internal import Linux
internal import Netlink

/// Writes what TCP knows of a connection, in the words and the order of ss(8).
struct SsInfoWriter {
  private let text: TextBuffer
  private let isNumeric: Bool
  private let isListening: Bool
  private let withOptions: Bool

  init(_ text: TextBuffer, isNumeric: Bool, isListening: Bool, withOptions: Bool) {
    self.text = text
    self.withOptions = withOptions
    self.isNumeric = isNumeric
    self.isListening = isListening
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    guard let fields = Attributes.first(InetAttribute.info, in: bytes) else {
      return writeCongestion(bytes)
    }
    let info = TCPInfo(fields)
    if withOptions { writeOptions(info) }
    writeCongestion(bytes)
    writeTimes(info)
    writeSizes(info)
    writeCounters(info)
    writeCongestionDetails(bytes)
    writeRates(info)
    writeLimits(info)
    writeLosses(info)
    writeUpperLayer(bytes)
  }

  private func put(_ name: StaticString, _ value: UInt64) {
    text.append(name)
    text.append(decimal: value)
  }

  private func put(_ name: StaticString, unlessZero value: UInt32) {
    if value != 0 { put(name, UInt64(value)) }
  }

  private func put(_ name: StaticString, unlessZero value: UInt64) {
    if value != 0 { put(name, value) }
  }

  /// Microseconds as milliseconds.
  private func put(_ name: StaticString, micro value: UInt32) {
    text.append(name)
    text.append(text: general(Double(value) / 1000))
  }

  private func writeOptions(_ info: TCPInfo) {
    if info.options.contains(.timestamps) { text.append(" ts") }
    if info.options.contains(.selective) { text.append(" sack") }
    if info.options.contains(.congestionNotices) { text.append(" ecn") }
    if info.options.contains(.congestionNoticesSeen) { text.append(" ecnseen") }
    if info.options.contains(.fastOpen) { text.append(" fastopen") }
  }

  private func writeCongestion(_ bytes: UnsafeRawBufferPointer) {
    guard let name = Attributes.first(InetAttribute.congestion, in: bytes)?.textBytes,
      !name.isEmpty
    else { return }
    text.append(UInt8(ascii: " "))
    text.append(name)
  }

  private func writeTimes(_ info: TCPInfo) {
    if info.options.contains(.scaling) {
      put(" wscale:", UInt64(info.sendScale))
      put(",", UInt64(info.receiveScale))
    }
    // Three seconds is what a connection starts with that has not sent anything.
    if info.retransmissionTimeout != 0, info.retransmissionTimeout != 3_000_000 {
      put(" rto:", micro: info.retransmissionTimeout)
    }
    put(" backoff:", unlessZero: UInt32(info.backoff))
    if info.roundTrip != 0 {
      put(" rtt:", micro: info.roundTrip)
      put("/", micro: info.roundTripVariation)
    }
    if info.acknowledgementTimeout != 0 { put(" ato:", micro: info.acknowledgementTimeout) }
  }

  private func writeSizes(_ info: TCPInfo) {
    put(" mss:", unlessZero: info.roundTrip == 0 && isListening ? 0 : info.sendSegment)
    put(" pmtu:", unlessZero: info.pathMTU)
    put(" rcvmss:", unlessZero: info.receiveSegment)
    put(" advmss:", unlessZero: info.advertisedSegment)
    put(" cwnd:", unlessZero: info.congestionWindow)
    if info.sendThreshold < 0xFFFF { put(" ssthresh:", unlessZero: info.sendThreshold) }
  }

  private func writeCounters(_ info: TCPInfo) {
    put(" bytes_sent:", unlessZero: info.bytesSent)
    put(" bytes_retrans:", unlessZero: info.bytesRetransmitted)
    put(" bytes_acked:", unlessZero: info.bytesAcknowledged)
    put(" bytes_received:", unlessZero: info.bytesReceived)
    put(" segs_out:", unlessZero: info.segmentsOut)
    put(" segs_in:", unlessZero: info.segmentsIn)
    put(" data_segs_out:", unlessZero: info.dataSegmentsOut)
    put(" data_segs_in:", unlessZero: info.dataSegmentsIn)
  }

  /// What DCTCP and BBR tell of themselves, `struct tcp_dctcp_info` and `tcp_bbr_info`.
  private func writeCongestionDetails(_ bytes: UnsafeRawBufferPointer) {
    if let dctcp = Attributes.first(InetAttribute.dctcp, in: bytes) {
      if dctcp.half(0) == 0 {
        text.append(" dctcp:fallback_mode")
      } else {
        put(" dctcp:(ce_state:", UInt64(dctcp.half(2)))
        put(",alpha:", UInt64(dctcp.word(4)))
        put(",ab_ecn:", UInt64(dctcp.word(8)))
        put(",ab_tot:", UInt64(dctcp.word(12)))
        text.append(")")
      }
    }
    guard let bbr = Attributes.first(InetAttribute.bbr, in: bytes) else { return }
    text.append(" bbr:(bw:")
    let bandwidth = UInt64(bbr.word(0)) | UInt64(bbr.word(4)) << 32
    writeRate(Double(bandwidth) * 8)
    put("bps,mrtt:", micro: bbr.word(8))
    if bbr.word(12) != 0 {
      text.append(",pacing_gain:")
      text.append(text: general(Double(bbr.word(12)) / 256))
    }
    if bbr.word(16) != 0 {
      text.append(",cwnd_gain:")
      text.append(text: general(Double(bbr.word(16)) / 256))
    }
    text.append(")")
  }

  private func writeRates(_ info: TCPInfo) {
    if info.roundTrip > 0, info.sendSegment > 0, info.congestionWindow > 0 {
      text.append(" send ")
      let bits = Double(info.congestionWindow) * Double(info.sendSegment) * 8_000_000
      writeRate(bits / Double(info.roundTrip))
      text.append("bps")
    }
    put(" lastsnd:", unlessZero: info.lastSent)
    put(" lastrcv:", unlessZero: info.lastReceived)
    put(" lastack:", unlessZero: info.lastAcknowledged)
    if info.pacingRate != 0, info.pacingRate != .max {
      text.append(" pacing_rate ")
      writeRate(Double(info.pacingRate) * 8)
      text.append("bps")
      if info.maximumPacingRate != 0, info.maximumPacingRate != .max {
        text.append("/")
        writeRate(Double(info.maximumPacingRate) * 8)
        text.append("bps")
      }
    }
    if info.deliveryRate != 0 {
      text.append(" delivery_rate ")
      writeRate(Double(info.deliveryRate) * 8)
      text.append("bps")
    }
    put(" delivered:", unlessZero: info.delivered)
    put(" delivered_ce:", unlessZero: info.deliveredMarked)
    if info.isLimitedByApplication { text.append(" app_limited") }
  }

  private func writeLimits(_ info: TCPInfo) {
    guard info.busyTime != 0 else { return }
    put(" busy:", info.busyTime / 1000)
    text.append("ms")
    writeShare(" rwnd_limited:", info.windowLimitedTime, of: info.busyTime)
    writeShare(" sndbuf_limited:", info.bufferLimitedTime, of: info.busyTime)
  }

  private func writeShare(_ name: StaticString, _ part: UInt64, of whole: UInt64) {
    if part == 0 { return }
    put(name, part / 1000)
    text.append("ms(")
    text.append(text: fixed(100 * Double(part) / Double(whole), 1))
    text.append("%)")
  }

  private func writeLosses(_ info: TCPInfo) {
    put(" unacked:", unlessZero: info.unacknowledged)
    if info.retransmitted != 0 || info.totalRetransmitted != 0 {
      put(" retrans:", UInt64(info.retransmitted))
      put("/", UInt64(info.totalRetransmitted))
    }
    put(" lost:", unlessZero: info.lost)
    put(" sacked:", unlessZero: isListening ? 0 : info.sacked)
    put(" dsack_dups:", unlessZero: info.duplicates)
    put(" fackets:", unlessZero: info.forwardAcknowledged)
    if info.reordering != 3 { put(" reordering:", unlessZero: info.reordering) }
    put(" reord_seen:", unlessZero: info.reorderingsSeen)
    if info.receiveRoundTrip != 0 { put(" rcv_rtt:", micro: info.receiveRoundTrip) }
    put(" rcv_space:", unlessZero: info.receiveSpace)
    put(" rcv_ssthresh:", unlessZero: info.receiveThreshold)
    put(" notsent:", unlessZero: info.bytesNotSent)
    if info.leastRoundTrip != 0, info.leastRoundTrip != .max {
      put(" minrtt:", micro: info.leastRoundTrip)
    }
    put(" rcv_ooopack:", unlessZero: info.outOfOrder)
    put(" snd_wnd:", unlessZero: info.sendWindow)
  }

  /// A layer above TCP such as kernel TLS, by its name.
  private func writeUpperLayer(_ bytes: UnsafeRawBufferPointer) {
    guard let layer = Attributes.first(InetAttribute.upperLayer, in: bytes),
      let name = Attributes.first(1, in: layer.bytes)?.textBytes, !name.isEmpty
    else { return }
    text.append(" tcp-ulp-")
    text.append(name)
  }

  /// Bits per second: in full, or rounded with a unit.
  private func writeRate(_ rate: Double) {
    if isNumeric {
      text.append(text: fixed(rate, 0))
    } else if rate >= 1e12 {
      text.append(text: general(rate / 1e12, digits: 3) + "T")
    } else if rate >= 1e9 {
      text.append(text: general(rate / 1e9, digits: 3) + "G")
    } else if rate >= 1e6 {
      text.append(text: general(rate / 1e6, digits: 3) + "M")
    } else if rate >= 1e3 {
      text.append(text: general(rate / 1e3, digits: 3) + "k")
    } else {
      text.append(text: general(rate))
    }
  }
}
