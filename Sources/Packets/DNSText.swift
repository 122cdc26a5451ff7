internal import Linux

/// Questions and answers of the domain name system in tcpdump's short form, RFC 1035.
extension PacketPrinter {
  /// A message behind its length, as TCP carries it.
  func dnsStream(_ start: Int, _ size: Int) throws(Truncated) {
    reading = "domain"
    guard size >= 2 else {
      return put(" [DNS over TCP: length ", size, " < 2] (invalid)")
    }
    let stated = try number16(start)
    guard stated == size - 2 else {
      put(" [prefix length(", stated, ") != length(")
      put(size - 2)
      return put(")] (invalid)")
    }
    put(" ")
    try dns(start + 2, size - 2, isMulticast: false)
  }

  func dns(_ start: Int, _ size: Int, isMulticast: Bool) throws(Truncated) {
    reading = "domain"
    guard size >= 12 else {
      return put("domain [length ", size, " < 12] (invalid)")
    }
    try need(start, 12)
    let flags = try number16(start + 2)
    var message = DomainMessage(start: start, isMulticast: isMulticast)
    for section in 0..<4 { message.counts[section] = try number16(start + 4 + 2 * section) }
    if flags & 0x8000 != 0 {
      try dnsResponse(message, flags)
    } else {
      try dnsQuery(message, flags)
    }
    put(" (", size, ")")
  }

  private func dnsResponse(_ message: DomainMessage, _ flags: Int) throws(Truncated) {
    let start = message.start
    put(try number16(start))
    put(Self.operations[flags >> 11 & 15])
    put(Self.responses[flags & 15])
    if flags & 0x0400 != 0 { put("*") }
    if flags & 0x0080 == 0 { put("-") }
    if flags & 0x0200 != 0 { put("|") }
    if flags & 0x0020 != 0 { put("$") }
    if message.counts[0] != 1 { put(" [", message.counts[0], "q]") }
    var offset = start + 12
    for number in 0..<message.counts[0] {
      if number > 0 { put(",") }
      if style.verbosity > 1 {
        put(" q:")
        offset = try question(offset, message)
      } else {
        offset = try skipName(offset) + 4
      }
    }
    put(" ", message.counts[1], "/")
    put(message.counts[2])
    put("/", message.counts[3])
    try sections(offset, message, firstLabel: "")
  }

  private func dnsQuery(_ message: DomainMessage, _ flags: Int) throws(Truncated) {
    let start = message.start
    put(try number16(start))
    put(Self.operations[flags >> 11 & 15])
    put(Self.responses[flags & 15])
    if flags & 0x0100 != 0 { put("+") }
    if flags & 0x0010 != 0 { put("%") }
    if flags >> 11 & 15 == 1 {
      if message.counts[0] > 0 { put(" [", message.counts[0], "q]") }
      if message.counts[1] != 1 { put(" [", message.counts[1], "a]") }
    } else {
      if message.counts[1] > 0 { put(" [", message.counts[1], "a]") }
      if message.counts[0] != 1 { put(" [", message.counts[0], "q]") }
    }
    if message.counts[2] > 0 { put(" [", message.counts[2], "n]") }
    if message.counts[3] > 0 { put(" [", message.counts[3], "au]") }
    var offset = start + 12
    for _ in 0..<message.counts[0] { offset = try question(offset, message) }
    if style.verbosity > 1 { try sections(offset, message, firstLabel: " an:") }
  }

  /// The records; those beside the answers only where much is to be told.
  private func sections(_ start: Int, _ message: DomainMessage, firstLabel: StaticString)
    throws(Truncated)
  {
    var offset = start
    let labels: [StaticString] = [firstLabel, " ns:", " ar:"]
    for section in 1...(style.verbosity > 1 ? 3 : 1) {
      for number in 0..<message.counts[section] {
        if offset >= end { throw Truncated() }
        if number == 0 { put(labels[section - 1]) } else { put(",") }
        offset = try record(offset, message)
      }
    }
  }

  private static let operations: [StaticString] = [
    "", " inv_q", " stat", " op3", " notify", " update", " op6", " op7", " op8", " updateA",
    " updateD", " updateDA", " updateM", " updateMA", " zoneInit", " zoneRef",
  ]

  private static let responses: [StaticString] = [
    "", " FormErr", " ServFail", " NXDomain", " NotImp", " Refused", " YXDomain", " YXRRSet",
    " NXRRSet", " NotAuth", " NotZone", " Resp11", " Resp12", " Resp13", " Resp14", " NoChange",
  ]

  private func question(_ start: Int, _ message: DomainMessage) throws(Truncated) -> Int {
    let behind = try skipName(start)
    let type = try number16(behind)
    var kind = try number16(behind + 2)
    put(" ")
    putType(type)
    if message.isMulticast {
      put(kind & 0x8000 != 0 ? " (QU)" : " (QM)")
      kind &= 0x7FFF
    }
    if kind != 1 { putClass(kind) }
    put("? ")
    _ = try domainName(start, message: message.start)
    return behind + 4
  }

  private func putType(_ type: Int) {
    if let name = DomainType.name(type) { put(name) } else { put("Type", type) }
  }

  private func putClass(_ kind: Int) {
    switch kind {
    case 3: put(" CHAOS")
    case 4: put(" HS")
    case 255: put(" ANY")
    default: put(" (Class ", kind, ")")
    }
  }

  private func record(_ start: Int, _ message: DomainMessage) throws(Truncated) -> Int {
    var offset: Int
    if style.verbosity > 0 {
      put(" ")
      offset = try domainName(start, message: message.start)
    } else {
      offset = try skipName(start)
    }
    // Nothing is said of a record whose start is not all there.
    guard has(offset, 10) else { return end }
    let type = try number16(offset)
    var kind = try number16(offset + 2)
    if type != 41 {
      if message.isMulticast, kind & 0x8000 != 0 {
        put(" (Cache flush)")
        kind &= 0x7FFF
      }
      if kind != 1 { putClass(kind) }
      if style.verbosity > 2 {
        put(" [")
        putLifetime(try number32(offset + 4))
        put("]")
      }
    }
    put(" ")
    putType(type)
    let size = try number16(offset + 8)
    let data = offset + 10
    offset = data + size
    try need(data, size)
    try recordData(type, data, size, message)
    return offset
  }

  /// Days, hours, minutes and seconds of a time to live.
  private func putLifetime(_ value: UInt32) {
    if value == 0 { return put("0s") }
    var rest = Int(value)
    for (unit, name) in [(604_800, "w"), (86400, "d"), (3600, "h"), (60, "m"), (1, "s")]
      as [(Int, StaticString)] where rest >= unit
    {
      put(rest / unit)
      put(name)
      rest %= unit
    }
  }

  private func recordData(
    _ type: Int, _ data: Int, _ size: Int, _ message: DomainMessage
  ) throws(Truncated) {
    let limit = data + size
    switch type {
    case 1:
      guard size == 4 else { throw Truncated() }
      put(" ")
      putDotted(try number32(data))
    case 2, 5, 12, 39:
      put(" ")
      _ = try domainName(data, message: message.start)
    case 6:
      guard style.verbosity > 0 else { return }
      put(" ")
      var offset = try domainName(data, message: message.start)
      put(" ")
      offset = try domainName(offset, message: message.start)
      for number in 0..<5 {
        put(" ")
        put(try number32(offset + 4 * number))
      }
    case 15:
      put(" ")
      _ = try domainName(data + 2, message: message.start)
      put(" ", try number16(data))
    case 16, 99:
      var offset = data
      while offset < limit {
        let length = try number8(offset)
        put(" \"")
        try safe(offset + 1..<offset + 1 + length)
        put("\"")
        offset += 1 + length
      }
    case 28:
      guard size == 16, let address = try address6(data) else { throw Truncated() }
      put(" ")
      put(text: address.description)
    case 33:
      put(" ")
      _ = try domainName(data + 6, message: message.start)
      put(":", try number16(data + 4), " ")
      put(try number16(data))
      put(" ", try number16(data + 2))
    case 41:
      // The class of this record is a size, and its time to live are flags: RFC 6891.
      put(" UDPsize=", try number16(data - 8))
      if try number16(data - 4) & 0x8000 != 0 { put(" DO") }
    default: return
    }
  }

  // MARK: names

  /// Where a name ends.
  private func skipName(_ start: Int) throws(Truncated) -> Int {
    var offset = start
    while true {
      let length = try number8(offset)
      if length == 0 { return offset + 1 }
      switch length >> 6 {
      case 0: offset += 1 + length
      case 3: return offset + 2
      default: throw Truncated()
      }
    }
  }

  /// Puts a name, and answers where it ends. Pointers only lead backwards, so that names end.
  func domainName(_ start: Int, message: Int) throws(Truncated) -> Int {
    var offset = start
    var behind: Int?
    var latest = start
    if try number8(start) == 0 {
      put(".")
      return start + 1
    }
    while true {
      let length = try number8(offset)
      switch length >> 6 {
      case 0:
        if length == 0 { return behind ?? offset + 1 }
        for place in offset + 1...offset + length { safe(UInt8(try number8(place))) }
        put(".")
        offset += 1 + length
      case 3:
        let target = message + (try number16(offset) & 0x3FFF)
        if behind == nil { behind = offset + 2 }
        guard target < latest else {
          put("<BAD PTR>")
          throw Truncated()
        }
        latest = target
        offset = target
        if try number8(offset) == 0 { put(".") }
      default:
        put("<LABEL type ", length & 0xC0, " not known>")
        throw Truncated()
      }
    }
  }
}

/// A message whose counts have been read.
private struct DomainMessage {
  let start: Int
  let isMulticast: Bool
  var counts: InlineArray<4, Int> = .init(repeating: 0)

  init(start: Int, isMulticast: Bool) {
    self.start = start
    self.isMulticast = isMulticast
  }
}

/// The types of records that tcpdump knows by name.
enum DomainType {
  static func name(_ type: Int) -> StaticString? {
    let first: [StaticString] = [
      "", "A", "NS", "MD", "MF", "CNAME", "SOA", "MB", "MG", "MR", "NULL", "WKS", "PTR", "HINFO",
      "MINFO", "MX", "TXT", "RP", "AFSDB", "X25", "ISDN", "RT", "NSAP", "NSAP_PTR", "SIG", "KEY",
      "PX", "GPOS", "AAAA", "LOC", "NXT", "EID", "NIMLOC", "SRV", "ATMA", "NAPTR", "KX", "CERT",
      "A6", "DNAME", "SINK", "OPT", "APL", "DS", "SSHFP", "IPSECKEY", "RRSIG", "NSEC", "DNSKEY",
    ]
    if type > 0, type < first.count { return first[type] }
    return switch type {
    case 99: "SPF"
    case 100: "UINFO"
    case 101: "UID"
    case 102: "GID"
    case 103: "UNSPEC"
    case 104: "UNSPECA"
    case 249: "TKEY"
    case 250: "TSIG"
    case 251: "IXFR"
    case 252: "AXFR"
    case 253: "MAILB"
    case 254: "MAILA"
    case 255: "ANY"
    case 256: "URI"
    default: nil
    }
  }
}
