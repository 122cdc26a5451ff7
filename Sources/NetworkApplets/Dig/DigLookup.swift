internal import DNS
internal import Linux

/// One query of a command line, with all that was said about it.
struct DigLookup {
  var name = "."
  var type = RecordType.a
  var hasType = false
  var recordClass = RecordClass.internet
  var hasClass = false
  /// What stands behind `@`; nil asks the servers of resolv.conf.
  var server: String?
  /// Where the server listens, if not at the usual port.
  var givenPort: UInt16?
  var port: UInt16 { givenPort ?? https?.port ?? (tls.isOn ? 853 : 53) }
  var source: Endpoint?
  var family: IPAddress.Family?
  var isMicroseconds = false

  // What is sent.
  var id: UInt16?
  var operation = Operation.query
  var flags: HeaderFlags = [.recursionDesired, .authenticData]
  var hasEDNS = true
  var ednsVersion: UInt8 = 0
  var ednsFlags: UInt16 = 0
  var bufferSize: UInt16?
  var wantsSignatures = false
  var wantsNSID = false
  var wantsExpire = false
  var wantsKeepalive = false
  var sendsCookie = true
  var cookie: [UInt8]?
  var subnet: EDNSOption?
  var padding = 0
  var moreOptions: [EDNSOption] = []
  var serial: UInt32?
  var isHeaderOnly = false

  // How.
  var isTCP: Bool?
  var tls = DigTLSOptions()
  var https: DigHTTPOptions?
  var ignoresTruncation = false
  var tries = 3
  var timeout: Double?
  var skipsFailures = true
  var retriesBadCookie = true
  var showsBadCookie = false
  var showsBadVersion = false
  var negotiates = true
  var searches = false
  var showsSearch = false
  var ndots: Int?
  var domain: String?
  var traces = false
  var asksNameServers = false

  // What is shown.
  var isShort = false
  var hasComments = true
  var showsQuestion = true
  var showsAnswer = true
  var showsAuthority = true
  var showsAdditional = true
  var showsStatistics = true
  var showsQuery = false
  var identifies = false
  var isYAML = false
  var isJSON = false
  var isMultiline = false
  var onlyOneSOA = false
  var bestEffort = true
  var split: Int?
  var omitsCrypto = false
  var commentsRecords: Bool?
  var isUnknownFormat = false
  var showsTTL = true
  var hasTTLUnits = false
  var showsClass = true

  var style: MessageStyle {
    var style = MessageStyle()
    style.hasComments = hasComments
    style.showsQuestion = showsQuestion
    style.showsAnswer = showsAnswer
    style.showsAuthority = showsAuthority
    style.showsAdditional = showsAdditional
    style.onlyOneSOA = onlyOneSOA
    style.records.isMultiline = isMultiline && !isYAML
    style.records.isPlain = isYAML
    style.records.splitWidth = split ?? (isMultiline ? 44 : 56)
    style.records.omitsCrypto = omitsCrypto
    style.records.hasComments = commentsRecords ?? isMultiline
    style.records.isUnknownFormat = isUnknownFormat
    style.records.showsTTL = showsTTL
    style.records.hasTTLUnits = hasTTLUnits
    style.records.showsClass = showsClass
    return style
  }

  var isTransfer: Bool { type == .axfr || type == .ixfr }

  /// The query for `name`, an absolute one or not.
  func query(_ name: DomainName) -> Query {
    var query = Query(Question(name, type, recordClass), id: id ?? Random.number16())
    query.flags = flags
    query.operation = operation
    query.serial = type == .ixfr ? serial ?? 0 : nil
    query.isHeaderOnly = isHeaderOnly
    query.edns = edns
    query.paddingBlock = edns == nil ? 0 : padding
    return query
  }

  private var edns: EDNS? {
    guard hasEDNS else { return nil }
    var edns = EDNS()
    if let bufferSize { edns.bufferSize = bufferSize }
    edns.version = ednsVersion
    edns.flags = ednsFlags
    if wantsSignatures { edns.wantsSignatures = true }
    if wantsNSID { edns.options.append(EDNSOption(EDNSOption.nsid)) }
    if let subnet { edns.options.append(subnet) }
    if sendsCookie { edns.options.append(EDNSOption(EDNSOption.cookie, cookie ?? Random.bytes(8))) }
    if wantsExpire { edns.options.append(EDNSOption(EDNSOption.expire)) }
    if wantsKeepalive, isTCP ?? isTransfer {
      edns.options.append(EDNSOption(EDNSOption.keepalive))
    }
    edns.options += moreOptions
    return edns
  }
}
