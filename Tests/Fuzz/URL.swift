import HTTP
import Linux

/// URLs, references, cookies, dates and proxies of anybody are read or refused; what is read is read again the same.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let text = String(bytes: Array(UnsafeBufferPointer(start: start, count: count)))
  _ = HTTPDate.parse(text)
  _ = ContentRange(text)
  _ = try? Proxy(text)
  _ = Proxy.isBypassed("host.example.com", text)
  _ = Proxy.isBypassed("10.1.2.3", text)
  guard let base = try? URL("http://host.example.com/a/b?c") else { return 0 }
  if let target = try? base.resolving(text) {
    precondition(target.path.utf8.first == 0x2F && !target.target.utf8.contains(0x0A))
  }
  if let cookie = Cookie(text, from: base, now: 1_700_000_000) {
    precondition(!cookie.fileLine.utf8.contains(0x0A))
    precondition(cookie.domain.sameBytes(as: base.host) || base.host.hasSuffix("." + cookie.domain))
  }
  let jar = CookieJar()
  jar.read(text.bytes)
  _ = jar.header(base, now: 1)
  guard let url = try? URL(text) else { return 0 }
  precondition(url.path.utf8.first == 0x2F && url.authority.utf8.allSatisfy { $0 > 0x20 })
  guard url.scheme != "file", let again = try? URL(url.text()) else { return 0 }
  precondition(again.host.sameBytes(as: url.host) && again.effectivePort == url.effectivePort)
  precondition(again.path.sameBytes(as: url.path))
  return 0
}
