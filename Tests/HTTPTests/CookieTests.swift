import Linux
import Testing

@testable import HTTP

private let now = 1_700_000_000

private func cookie(_ text: String, _ url: String = "http://www.example.com/a/b") throws -> Cookie?
{
  Cookie(text, from: try URL(url), now: now)
}

@Test func cookiesAreRead() throws {
  let plain = try #require(try cookie("a = b c "))
  #expect(plain.name == "a" && plain.value == "b c" && plain.path == "/a" && plain.expires == nil)
  #expect(plain.domain == "www.example.com" && !plain.includesSubdomains)
  let full = try #require(
    try cookie("n=v; Domain=.Example.com; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"))
  #expect(full.domain == "example.com" && full.includesSubdomains && full.isHTTPOnly)
  #expect(full.expires == now + 60 && full.path == "/")
  #expect(try cookie("n=v; Max-Age=0")?.expires == 1)
  #expect(try cookie("n=v; Expires=Thu, 01 Jan 1970 00:00:10 GMT")?.expires == 10)
}

@Test(arguments: [
  "", "novalue", "=v", "n=v; Domain=other.com", "n=v; Domain=com", "n=v; Secure",
  "__Secure-n=v", "__Host-n=v; Secure", "n=\u{1}", "n\u{1}=v",
  "n=" + String(repeating: "v", count: 5000),
])
func cookiesAreRefused(_ text: String) throws {
  #expect(try cookie(text) == nil)
}

@Test func cookiesAreSent() throws {
  let jar = CookieJar()
  let head = ResponseHead(
    status: 200,
    fields: [
      HeaderField("Set-Cookie", "a=1; Path=/"), HeaderField("set-cookie", "b=2; Path=/deep"),
      HeaderField("Set-Cookie", "c=3; Domain=example.com; Path=/"),
      HeaderField("Set-Cookie", "a=4; Path=/"), HeaderField("Set-Cookie", "d=5; Max-Age=-1"),
    ], major: 1)
  jar.take(head, from: try URL("http://www.example.com/x"), now: now)
  #expect(jar.header(try URL("http://www.example.com/deep/x"), now: now) == "b=2; a=4; c=3")
  #expect(jar.header(try URL("http://www.example.com/deeper"), now: now) == "a=4; c=3")
  #expect(jar.header(try URL("http://other.example.com/"), now: now) == "c=3")
  #expect(jar.header(try URL("http://badexample.com/"), now: now) == nil)
}

@Test func jarsAreFiles() throws {
  let jar = CookieJar()
  jar.read(
    Array(
      """
      # Netscape HTTP Cookie File
      .example.com\tTRUE\t/\tFALSE\t0\ts\t1
      #HttpOnly_www.example.com\tFALSE\t/\tTRUE\t1800000000\tsafe\t2
      broken line
      www.example.com\tFALSE\t/\tFALSE\tx\tbad\t3
      """.utf8))
  #expect(jar.cookies.count == 2)
  #expect(jar.header(try URL("https://www.example.com/"), now: now) == "safe=2; s=1")
  #expect(jar.header(try URL("http://www.example.com/"), now: now) == "s=1")
  let again = CookieJar()
  again.read(Array(jar.text.utf8), isNewSession: true)
  #expect(again.cookies.map { $0.name } == ["safe"])
}

@Test(arguments: [
  ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
  ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
  ("29 Feb 2024 12:00", 1_709_208_000),
])
func datesAreRead(_ text: String, _ seconds: Int) {
  #expect(HTTPDate.parse(text) == seconds)
}

@Test func datesAreRefused() {
  for bad in ["", "yesterday", "06 Nov", "99 Nov 1994", "06 Nov 1500 08:00:00"] {
    #expect(HTTPDate.parse(bad) == nil)
  }
  #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
}

@Test func formsAreWritten() {
  let form = Multipart(boundary: "X")
  let bytes =
    form.head(name: "a\"b", fileName: "f\n", type: "text/plain", isFirst: true) + Array("1".utf8)
    + form.head(name: "c", fileName: nil, type: nil, isFirst: false) + form.tail(isEmpty: false)
  #expect(
    String(decoding: bytes, as: UTF8.self)
      == "--X\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"f%0A\"\r\n"
      + "Content-Type: text/plain\r\n\r\n1\r\n--X\r\nContent-Disposition: form-data; name=\"c\"\r\n"
      + "\r\n\r\n--X--\r\n")
  #expect(Multipart.type(of: "A.PNG") == "image/png")
  #expect(Multipart().boundary != Multipart().boundary)
}

@Test func loginsAreEncoded() {
  #expect(
    Authorization.basic(user: "Aladdin", password: "open sesame")
      == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
  #expect(Percent.encode("a b/ü") == "a%20b%2F%C3%BC")
  #expect(Percent.decode(Array("a%20%zz%".utf8)[...]) == Array("a %zz%".utf8))
  #expect(Percent.decode(Array("%0a".utf8)[...]) == nil)
}
