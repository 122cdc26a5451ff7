internal import Box
internal import DNS
internal import Linux

/// The options that start with `+`, each of which `no` in front of it turns off.
enum DigPlus: Int, CaseIterable {
  case aaflag, aaonly, additional, adflag, all, answer, authority, badcookie, besteffort, bufsize
  case cdflag, `class`, cmd, comments, cookie, crypto, defname, dns64prefix, dnssec, `do`, domain
  case dscp, edns, ednsflags, ednsnegotiation, ednsopt, expandaaaa, expire, fail, headerOnly, https
  case httpsGet, httpsPost, httpPlain, httpPlainGet, httpPlainPost, identify, idnin, idnout, ignore,
    json, keepalive, keepopen
  case mapped, multiline, ndots, nsid, nssearch, onesoa, opcode, padding, qid, qr, question, raflag
  case rdflag, recurse, retry, rrcomments, search, short, showbadcookie, showbadvers, showsearch
  case split, stats, subnet, tcflag, tcp, time, timeout, tls, tlsCa, tlsCertfile, tlsHostname,
    tlsKeyfile
  case topdown, trace, tries, ttlid
  case ttlunits, unknownformat, vc, yaml, zflag

  var name: StaticString {
    switch self {
    case .aaflag: "aaflag"
    case .aaonly: "aaonly"
    case .additional: "additional"
    case .adflag: "adflag"
    case .all: "all"
    case .answer: "answer"
    case .authority: "authority"
    case .badcookie: "badcookie"
    case .besteffort: "besteffort"
    case .bufsize: "bufsize"
    case .cdflag: "cdflag"
    case .class: "class"
    case .cmd: "cmd"
    case .comments: "comments"
    case .cookie: "cookie"
    case .crypto: "crypto"
    case .defname: "defname"
    case .dns64prefix: "dns64prefix"
    case .dnssec: "dnssec"
    case .do: "do"
    case .domain: "domain"
    case .dscp: "dscp"
    case .edns: "edns"
    case .ednsflags: "ednsflags"
    case .ednsnegotiation: "ednsnegotiation"
    case .ednsopt: "ednsopt"
    case .expandaaaa: "expandaaaa"
    case .expire: "expire"
    case .fail: "fail"
    case .headerOnly: "header-only"
    case .https: "https"
    case .httpsGet: "https-get"
    case .httpsPost: "https-post"
    case .httpPlain: "http-plain"
    case .httpPlainGet: "http-plain-get"
    case .httpPlainPost: "http-plain-post"
    case .identify: "identify"
    case .idnin: "idnin"
    case .idnout: "idnout"
    case .ignore: "ignore"
    case .json: "json"
    case .keepalive: "keepalive"
    case .keepopen: "keepopen"
    case .mapped: "mapped"
    case .multiline: "multiline"
    case .ndots: "ndots"
    case .nsid: "nsid"
    case .nssearch: "nssearch"
    case .onesoa: "onesoa"
    case .opcode: "opcode"
    case .padding: "padding"
    case .qid: "qid"
    case .qr: "qr"
    case .question: "question"
    case .raflag: "raflag"
    case .rdflag: "rdflag"
    case .recurse: "recurse"
    case .retry: "retry"
    case .rrcomments: "rrcomments"
    case .search: "search"
    case .short: "short"
    case .showbadcookie: "showbadcookie"
    case .showbadvers: "showbadvers"
    case .showsearch: "showsearch"
    case .split: "split"
    case .stats: "stats"
    case .subnet: "subnet"
    case .tcflag: "tcflag"
    case .tcp: "tcp"
    case .time: "time"
    case .timeout: "timeout"
    case .tls: "tls"
    case .tlsCa: "tls-ca"
    case .tlsCertfile: "tls-certfile"
    case .tlsHostname: "tls-hostname"
    case .tlsKeyfile: "tls-keyfile"
    case .topdown: "topdown"
    case .trace: "trace"
    case .tries: "tries"
    case .ttlid: "ttlid"
    case .ttlunits: "ttlunits"
    case .unknownformat: "unknownformat"
    case .vc: "vc"
    case .yaml: "yaml"
    case .zflag: "zflag"
    }
  }

  /// The option called `word`, or the first that starts so; `ad`, `aa` and the like are their flags.
  static func named(_ word: String) -> DigPlus? {
    let word = word.asciiLowercased
    if word.isEmpty { return nil }
    // Short forms for which the first in the alphabet is not what people mean.
    switch word {
    case "a": return nil
    case "rec": return .recurse
    case "sh", "s": return .short
    case "t", "ti", "tim": return .time
    case "tr": return .trace
    case "aa": return .aaflag
    case "ed": return .edns
    case "id", "i": return .identify
    default: break
    }
    return allCases.first { "\($0.name)" == word }
      ?? allCases.first { "\($0.name)".hasPrefix(word) }
  }
}

extension DigLookup {
  /// Applies `+word`; returns whether `+cmd` or `+nocmd` was meant, which is the command line's.
  mutating func apply(plus word: String) throws(Failure) -> Bool? {
    let bytes = word.bytes
    let equals = bytes.firstIndex(of: UInt8(ascii: "="))
    var name = String(bytes: bytes[..<(equals ?? bytes.endIndex)]).asciiLowercased
    let value = equals.map { String(bytes: bytes[($0 + 1)...]) }
    var isOn = true
    if name.hasPrefix("no"), DigPlus.named(name) == nil || name.hasPrefix("nos") && name != "nos" {
      isOn = false
      name = String(name.dropFirst(2))
    }
    if name == "nssearch" { isOn = true }
    guard let option = DigPlus.named(name) else { throw .usage("+\(word): unknown option") }
    if option == .cmd { return isOn }
    try apply(option, isOn, value, "+" + word)
    return nil
  }

  private mutating func apply(
    _ option: DigPlus, _ isOn: Bool, _ value: String?, _ word: String
  ) throws(Failure) {
    if try applyDisplay(option, isOn, value, word) { return }
    switch option {
    case .aaflag, .aaonly: set(.authoritative, isOn)
    case .adflag: set(.authenticData, isOn)
    case .cdflag: set(.checkingDisabled, isOn)
    case .raflag: set(.recursionAvailable, isOn)
    case .rdflag, .recurse: set(.recursionDesired, isOn)
    case .tcflag: set(.truncated, isOn)
    case .zflag: set(.reserved, isOn)
    case .headerOnly: isHeaderOnly = isOn
    case .qid: id = isOn ? try number(value, 65535, word).map { UInt16($0) } : nil
    case .opcode:
      guard isOn else { return operation = .query }
      guard let value, let code = Operation(name: value) else { throw .usage("\(word): no opcode") }
      operation = code
    case .edns:
      hasEDNS = isOn
      ednsVersion = isOn ? UInt8(try number(value, 255, word) ?? 0) : 0
    case .ednsflags:
      hasEDNS = hasEDNS || isOn
      ednsFlags = isOn ? UInt16(try number(value, 65535, word) ?? 0) : 0
    case .ednsopt: try addOption(isOn, value, word)
    case .ednsnegotiation: negotiates = isOn
    case .bufsize:
      hasEDNS = hasEDNS || isOn
      bufferSize = isOn ? UInt16(try number(value, 65535, word) ?? 1232) : nil
    case .dnssec, .do:
      hasEDNS = hasEDNS || isOn
      wantsSignatures = isOn
    case .nsid:
      hasEDNS = hasEDNS || isOn
      wantsNSID = isOn
    case .expire:
      hasEDNS = hasEDNS || isOn
      wantsExpire = isOn
    case .keepalive:
      hasEDNS = hasEDNS || isOn
      wantsKeepalive = isOn
    case .cookie: try setCookie(isOn, value, word)
    case .subnet: try setSubnet(isOn, value, word)
    case .padding:
      hasEDNS = hasEDNS || isOn
      padding = isOn ? Int(try number(value, 512, word) ?? 0) : 0
    case .tcp, .vc: isTCP = isOn
    case .ignore: ignoresTruncation = isOn
    case .tries: tries = max(1, Int(try number(value, 1_000_000, word) ?? 3))
    case .retry: tries = 1 + Int(try number(value, 1_000_000, word) ?? 2)
    case .time, .timeout: timeout = isOn ? max(1, Double(try number(value, 65535, word) ?? 5)) : nil
    case .fail: skipsFailures = !isOn
    case .badcookie: retriesBadCookie = isOn
    case .search, .defname: searches = isOn
    case .showsearch:
      showsSearch = isOn
      searches = isOn
    case .ndots:
      ndots = isOn ? Int(try number(value, 1000, word) ?? 1) : nil
    case .domain:
      domain = isOn ? value : nil
      searches = isOn
      if isOn, value == nil { throw .usage("\(word): needs a value") }
    case .trace: traces = isOn
    case .nssearch: asksNameServers = isOn
    case .tls, .tlsCa, .tlsCertfile, .tlsHostname, .tlsKeyfile:
      try tls.apply(option, isOn, value, word)
    case .https, .httpsGet, .httpsPost, .httpPlain, .httpPlainGet, .httpPlainPost:
      https = isOn ? try DigHTTPOptions(option, value, word) : nil
    // Both ways: BIND has given it up.
    case .mapped: throw Self.refusal(option, word)
    case .dscp, .keepopen, .topdown, .expandaaaa, .dns64prefix, .idnin, .idnout:
      if isOn { throw Self.refusal(option, word) }
    default: break
    }
  }

  /// The one place that says what this build cannot do.
  private static func refusal(_ option: DigPlus, _ word: String) -> Failure {
    switch option {
    case .mapped: .usage("\(word): addresses are used as they are given")
    case .idnin, .idnout: .usage("\(word): names are taken and shown as they are on the wire")
    default: .usage("\(word): not supported")
    }
  }

  /// - Returns: whether `option` is about what is shown.
  private mutating func applyDisplay(
    _ option: DigPlus, _ isOn: Bool, _ value: String?, _ word: String
  ) throws(Failure) -> Bool {
    switch option {
    case .all: showAll(isOn)
    case .answer: showsAnswer = isOn
    case .authority: showsAuthority = isOn
    case .additional: showsAdditional = isOn
    case .question: showsQuestion = isOn
    case .comments: hasComments = isOn
    case .stats: showsStatistics = isOn
    case .short: setShort(isOn)
    case .identify: identifies = isOn
    case .qr: showsQuery = isOn
    case .multiline: isMultiline = isOn
    case .ttlid: showsTTL = isOn
    case .ttlunits:
      hasTTLUnits = isOn
      showsTTL = true
    case .class: showsClass = isOn
    case .crypto: omitsCrypto = !isOn
    case .onesoa: onlyOneSOA = isOn
    case .besteffort: bestEffort = isOn
    case .rrcomments: commentsRecords = isOn
    case .split:
      // A block of four digits is the least.
      split = isOn ? (try number(value, 1023, word)).map { (Int($0) + 3) / 4 * 4 } : 0
    case .unknownformat: isUnknownFormat = isOn
    case .yaml: isYAML = isOn
    case .json: isJSON = isOn
    case .showbadcookie: showsBadCookie = isOn
    case .showbadvers: showsBadVersion = isOn
    default: return false
    }
    return true
  }

  private mutating func set(_ flag: HeaderFlags, _ isOn: Bool) {
    if isOn { flags.insert(flag) } else { flags.remove(flag) }
  }

  private mutating func showAll(_ isOn: Bool) {
    showsQuestion = isOn
    showsAuthority = isOn
    showsAnswer = isOn
    showsAdditional = isOn
    hasComments = isOn
    showsStatistics = isOn
  }

  private mutating func setShort(_ isOn: Bool) {
    isShort = isOn
    guard isOn else { return }
    showAll(false)
    showsAnswer = true
    commentsRecords = commentsRecords ?? false
  }

  private mutating func addOption(_ isOn: Bool, _ value: String?, _ word: String) throws(Failure) {
    guard isOn else { return moreOptions = [] }
    guard let value else { throw .usage("\(word): ednsopt no code point specified") }
    let parts = value.bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1)
    guard let first = parts.first, let code = EDNSOption.code(named: String(bytes: first)),
      let data = hexBytes(parts.count > 1 ? Array(parts[1]) : [])
    else { throw .usage("\(word): not CODE:HEX") }
    hasEDNS = true
    moreOptions.append(EDNSOption(code, data))
  }

  private mutating func setCookie(_ isOn: Bool, _ value: String?, _ word: String) throws(Failure) {
    sendsCookie = isOn
    hasEDNS = hasEDNS || isOn
    guard isOn, let value else { return }
    guard let bytes = hexBytes(value.bytes), bytes.count >= 8, bytes.count <= 40 else {
      throw .usage("\(word): not 8 to 40 bytes in hexadecimal")
    }
    cookie = bytes
  }

  private mutating func setSubnet(_ isOn: Bool, _ value: String?, _ word: String) throws(Failure) {
    guard isOn else { return subnet = nil }
    guard let value, let option = EDNSOption.subnet(value) else {
      throw .usage("\(word): not an address, ADDRESS/PREFIX or 0")
    }
    hasEDNS = true
    subnet = option
  }

  private func number(_ value: String?, _ most: UInt32, _ word: String) throws(Failure) -> UInt32? {
    guard let value else { return nil }
    let isHex = value.hasPrefix("0x")
    guard let number = isHex ? UInt32(value.dropFirst(2), radix: 16) : UInt32(value), number <= most
    else { throw .usage("\(word): not a number up to \(most)") }
    return number
  }
}
