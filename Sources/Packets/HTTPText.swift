internal import Linux

/// The first line of HTTP/1, or with `-v` all of its lines; RFC 9112.
extension PacketPrinter {
  func http(_ start: Int, _ size: Int) throws(Truncated) {
    reading = "http"
    let limit = min(end, start + size)
    // A line with anything else in it than text is no line of HTTP.
    guard isHTTP(start, limit) else { return put("HTTP") }
    if style.verbosity == 0 {
      let line = lineEnd(start, limit)
      put("HTTP")
      guard isText(start..<line.text) else { return }
      if line.next == nil, start + size > end { throw Truncated() }
      put(": ")
      if line.text > start { try safe(start..<line.text) }
      if line.next == nil { throw Truncated() }
      return
    }
    put("HTTP, length: ", size)
    var offset = start
    while offset < limit {
      let line = lineEnd(offset, limit)
      guard isText(offset..<line.text) else { return }
      if line.next == nil, start + size > end { throw Truncated() }
      put("\n\t")
      try safe(offset..<line.text)
      guard let next = line.next else { throw Truncated() }
      offset = next
    }
  }

  /// Whether it starts with a method or with the name of the protocol.
  private func isHTTP(_ start: Int, _ limit: Int) -> Bool {
    var offset = start
    while offset < limit, packet[offset] > 0x20, packet[offset] < 0x7F { offset += 1 }
    let word = packet.part(start..<offset)
    for method in [
      "GET", "PUT", "COPY", "HEAD", "LOCK", "MOVE", "POLL", "POST", "BCOPY", "BMOVE", "MKCOL",
      "TRACE", "LABEL", "MERGE", "DELETE", "SEARCH", "UNLOCK", "REPORT", "UPDATE", "NOTIFY",
      "BDELETE", "CONNECT", "OPTIONS", "CHECKIN", "PROPFIND", "CHECKOUT", "CCM_POST", "SUBSCRIBE",
      "PROPPATCH", "BPROPFIND", "BPROPPATCH", "UNCHECKOUT", "MKACTIVITY", "MKWORKSPACE",
      "UNSUBSCRIBE", "RPC_CONNECT", "VERSION-CONTROL", "BASELINE-CONTROL",
    ] as [StaticString] where equals(word, method) {
      return true
    }
    return word.count >= 5 && equals(packet.part(start..<start + 5), "HTTP/")
  }

  private func isText(_ range: Range<Int>) -> Bool {
    range.allSatisfy { packet[$0] >= 0x20 && packet[$0] < 0x7F || packet[$0] == 9 }
  }

  private func equals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    let other = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    return bytes.count == other.count && compareBytes(bytes, other) == 0
  }

  /// Where the text of a line ends, and where the next line starts; nil where this one is not whole.
  private func lineEnd(_ start: Int, _ limit: Int) -> (text: Int, next: Int?) {
    guard let found = packet.part(0..<limit).offset(of: 10, from: start) else {
      return (limit, nil)
    }
    return (found > start && packet[found - 1] == 13 ? found - 1 : found, found + 1)
  }
}
