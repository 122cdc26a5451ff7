import Linux
import TLS

/// What a hostile peer or file holds is read without a crash: the first byte chooses how.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  guard let kind = all.first else { return 0 }
  let bytes = Array(all.dropFirst())
  switch kind % 6 {
  case 0:
    if let record = TLSRecord(bytes) { precondition(record.length <= TLSRecord.largest) }
    _ = Speech(bytes).advice
  case 1:
    for block in PEM.blocks(bytes) { precondition(block.der.count <= bytes.count) }
  case 2: walk(bytes, bytes.indices, 0)
  case 3: staple(bytes)
  case 4:
    _ = httpDate(String(bytes: bytes))
  default: look(bytes)
  }
  return 0
}

private func walk(_ bytes: [UInt8], _ range: Range<Int>, _ depth: Int) {
  var reader = DERReader(bytes, range)
  while let value = reader.next() {
    precondition(
      range.contains(value.whole.lowerBound) && value.whole.upperBound <= range.upperBound)
    precondition(value.content.upperBound == value.whole.upperBound)
    if value.tag & 0x20 != 0, depth < 20 { walk(bytes, value.content, depth + 1) }
  }
}

/// A response to whatever certificate comes before it.
private func staple(_ bytes: [UInt8]) {
  var reader = DERReader(bytes)
  guard let first = reader.next(), let leaf = Certificate(der: Array(bytes[first.whole])) else {
    return
  }
  let rest = Array(bytes[first.whole.upperBound...])
  let check = StapleCheck(rest, of: leaf, chain: [leaf], now: Instant(seconds: 1_740_000_000))
  precondition(!check.isGood || check.signer != nil)
  _ = check.words
}

private func look(_ bytes: [UInt8]) {
  guard let certificate = Certificate(der: bytes) else { return }
  _ = (certificate.subject.text(), certificate.issuer.short, certificate.text())
  _ = (certificate.alternativeNames, certificate.issuerAddresses, certificate.keyUsage)
  _ = (certificate.notBefore, certificate.daysLeft(Instant(seconds: 0)), certificate.key?.text)
  _ = (certificate.isFor("a.test"), certificate.isFor("192.0.2.1"), certificate.purposes.count)
  _ = (certificate.keyInfo, certificate.keyBits, certificate.emails, certificate.ocspAddresses)
}
