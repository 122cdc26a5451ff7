import Linux
import Testing

@testable import TLS

/// api.example.test, valid from 2025-01-01 to 2025-07-01, with the names that the tests look for.
let leafText = """
  -----BEGIN CERTIFICATE-----
  MIICTjCCAfOgAwIBAgIUdDV2Bc4JTktALQu+k0+TKQnmMRMwCgYIKoZIzj0EAwIw
  KzEXMBUGA1UEAwwORXhhbXBsZSBJc3N1ZXIxEDAOBgNVBAoMB0V4YW1wbGUwHhcN
  MjUwMTAxMDAwMDAwWhcNMjUwNzAxMDAwMDAwWjA6MRkwFwYDVQQDDBBhcGkuZXhh
  bXBsZS50ZXN0MQswCQYDVQQGEwJERTEQMA4GA1UECgwHRXhhbXBsZTBZMBMGByqG
  SM49AgEGCCqGSM49AwEHA0IABF6ZsmUu0FqWfQ9lwdiAsI4haK30D7oW9NgfU7By
  Ggu8HXC/YCEqh7FHxnfbYrvuEJu/80PIbT5V5mucqlbRL02jgeUwgeIwMQYDVR0R
  BCowKIIQYXBpLmV4YW1wbGUudGVzdIIOKi5leGFtcGxlLnRlc3SHBMAAAgcwDAYD
  VR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUHAwEw
  OgYIKwYBBQUHAQEELjAsMCoGCCsGAQUFBzAChh5odHRwOi8vcGtpLmV4YW1wbGUu
  dGVzdC9jYS5jcnQwHQYDVR0OBBYEFJnoH1R3QVsAlbBzNUY+spmQw1RrMB8GA1Ud
  IwQYMBaAFBcxFWS30ZH6RDQzzGE4MW/IB99ZMAoGCCqGSM49BAMCA0kAMEYCIQCC
  KNSjHDr8jTMywfBcu8rG/+AdQkj9TJT6uvA6K8esPwIhAMDbMLTJzf2DYE28+EOr
  onZlPiCckrPxGkXOB1cz6a17
  -----END CERTIFICATE-----
  """

/// Its issuer.
private let issuer = """
  -----BEGIN CERTIFICATE-----
  MIIBtjCCAVygAwIBAgIUNyz29K1+AqGzL3qN6uTdJCvdre8wCgYIKoZIzj0EAwIw
  KTEVMBMGA1UEAwwMRXhhbXBsZSBSb290MRAwDgYDVQQKDAdFeGFtcGxlMB4XDTI0
  MDEwMTAwMDAwMFoXDTMzMDEwMTAwMDAwMFowKzEXMBUGA1UEAwwORXhhbXBsZSBJ
  c3N1ZXIxEDAOBgNVBAoMB0V4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
  AARR71EpGMF96N0/02zCDiyVlyVsU8EsdBtYhHGRO1lZFpD29DSZPihKuh9lkTrr
  XTd4VjGb9Nn5tKdA+KrhBv74o2AwXjAPBgNVHRMBAf8EBTADAQH/MAsGA1UdDwQE
  AwICBDAdBgNVHQ4EFgQUFzEVZLfRkfpENDPMYTgxb8gH31kwHwYDVR0jBBgwFoAU
  Hksh+glpAviQenzYXZgtfx+dCkYwCgYIKoZIzj0EAwIDSAAwRQIhAOQPjfu0kart
  NmYzRivFM5TzL4eUP08XagMhTkqqTWjFAiAb19kKenI4yayWGeV0xolXY4WixGx4
  0yf+mO6NzmeVQA==
  -----END CERTIFICATE-----
  """

/// The root.
private let root = """
  -----BEGIN CERTIFICATE-----
  MIIBkzCCATmgAwIBAgIUeFwJs8b3gZAHbG1ono+LVLLfWWEwCgYIKoZIzj0EAwIw
  KTEVMBMGA1UEAwwMRXhhbXBsZSBSb290MRAwDgYDVQQKDAdFeGFtcGxlMB4XDTI0
  MDEwMTAwMDAwMFoXDTM0MDEwMTAwMDAwMFowKTEVMBMGA1UEAwwMRXhhbXBsZSBS
  b290MRAwDgYDVQQKDAdFeGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
  7m64MX91jvcsJaZLqqtaHnbK8otWjLUmPaURQwqgZI9HXW0f71tQx8nxxgE8HquX
  P7r6UxcXytV/dHNsWIdCP6M/MD0wDwYDVR0TAQH/BAUwAwEB/zALBgNVHQ8EBAMC
  AgQwHQYDVR0OBBYEFB5LIfoJaQL4kHp82F2YLX8fnQpGMAoGCCqGSM49BAMCA0gA
  MEUCIQDPX6gfpIXV6u9zcb7RTzMdx/63wbHLVfgNzeg69galygIgU3YIKcuBB5p8
  609VguAL25uZ0cFKyHg4G4COcfK+TVc=
  -----END CERTIFICATE-----
  """

/// The key of the first.
private let key = """
  -----BEGIN PRIVATE KEY-----
  MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgiIkq0jd3rWS9saAk
  61BFdJS1C5EonLCyDDvl8WOOmsihRANCAARembJlLtBaln0PZcHYgLCOIWit9A+6
  FvTYH1OwchoLvB1wv2AhKoexR8Z322K77hCbv/NDyG0+VeZrnKpW0S9N
  -----END PRIVATE KEY-----
  """

private let now = Instant(seconds: 1_750_000_000)

private func certificate(_ text: String) throws -> Certificate {
  let der = try #require(PEM.certificates(Array(text.utf8)).first)
  return try #require(Certificate(der: der))
}

private func verify(
  trusting trusted: [String], between: [String] = [issuer],
  _ change: (inout ChainVerifier) -> Void = { _ in }
) throws -> ChainVerifier.Outcome {
  var verifier = ChainVerifier()
  verifier.trust = Trust(trusted.map { Array($0.utf8) })
  verifier.untrusted = between.flatMap { PEM.certificates(Array($0.utf8)) }
  verifier.time = now
  change(&verifier)
  return try verifier.verify(certificate(leafText))
}

@Test func factsOfACertificate() throws {
  let it = try certificate(leafText)
  #expect(it.subject.text() == "CN = api.example.test, C = DE, O = Example")
  #expect(it.subject.text(.rfc2253) == "O=Example,C=DE,CN=api.example.test")
  #expect(it.issuer.commonName == "Example Issuer")
  #expect(it.notAfter?.seconds == 1_751_328_000)
  #expect(it.daysLeft(now) == 15)
  #expect(it.key?.text == "EC prime256v1")
  #expect(it.signatureAlgorithm == "ecdsa-with-SHA256")
  #expect(it.keyUsage == ["digitalSignature"])
  #expect(it.issuerAddresses == ["http://pki.example.test/ca.crt"])
  #expect(!it.isCA && !it.isSelfIssued)
  #expect(
    it.alternativeNames.map { $0.description }
      == ["api.example.test", "*.example.test", "192.0.2.7"])
  #expect(it.fingerprint()?.count == 32)
  #expect(it.der == PEM.certificates(Array(leafText.utf8)).first)
}

@Test func namesOfACertificate() throws {
  let it = try certificate(leafText)
  #expect(it.isFor("api.example.test") && it.isFor("b.example.test") && it.isFor("192.0.2.7"))
  #expect(!it.isFor("example.test") && !it.isFor("a.b.example.test") && !it.isFor("192.0.2.8"))
}

@Test func certificatesThatAreNone() throws {
  #expect(Certificate(der: []) == nil)
  #expect(Certificate(der: [0x30, 0x03, 0x02, 0x01, 0x00]) == nil)
  let der = try #require(PEM.certificates(Array(leafText.utf8)).first)
  #expect(Certificate(der: Array(der.dropLast(40))) == nil)
  var lying = der
  lying[3] = 0xFF
  #expect(Certificate(der: lying) == nil)
}

@Test func chainsThatAreWhole() throws {
  let outcome = try verify(trusting: [root])
  #expect(outcome.verdict.isGood)
  #expect(outcome.chain.count == 3 && outcome.untrustedCount == 2)
}

@Test func chainsThatAreNot() throws {
  #expect(try verify(trusting: [root], between: []).verdict.code == 20)
  #expect(try verify(trusting: []).verdict.code == 20)
  #expect(try verify(trusting: [issuer]).verdict.code == 2)
  #expect(try verify(trusting: [issuer]) { $0.acceptsPartialChain = true }.verdict.isGood)
  #expect(
    try verify(trusting: [root]) { $0.time = Instant(seconds: 1_760_000_000) }.verdict.code == 10)
  #expect(
    try verify(trusting: [root]) { $0.time = Instant(seconds: 1_720_000_000) }.verdict.code == 9)
  #expect(try verify(trusting: [root]) { $0.hostName = "other.test" }.verdict.code == 62)
  #expect(try verify(trusting: [root]) { $0.purpose = "sslclient" }.verdict.code == 26)
}

@Test func keysOfCertificates() throws {
  let own = try PrivateKey(Array(key.utf8)).publicKey
  let its = try #require(certificate(leafText).key)
  #expect(own.isSame(as: its))
  #expect(own.keyInfo == (try certificate(leafText).keyInfo))
  let others = try #require(certificate(issuer).key)
  #expect(!own.isSame(as: others))
  #expect(throws: TLSFailure.self) { try PrivateKey(Array(leafText.utf8)) }
  #expect(throws: TLSFailure.self) { try PrivateKey([]) }
}

@Test func issuersOfCertificates() throws {
  #expect(try certificate(leafText).isIssued(by: certificate(issuer)))
  #expect(try !certificate(leafText).isIssued(by: certificate(root)))
  #expect(try certificate(root).isSelfSigned)
}

@Test func optionsThatAreWrong() {
  var options = TLSOptions()
  options.ciphers = "NONSENSE"
  #expect(throws: TLSFailure.self) { try TLSContext(options) }
  options.ciphers = nil
  options.alpn = [""]
  #expect(throws: TLSFailure.self) { try TLSContext(options) }
  options.alpn = []
  options.certificate = Array(leafText.utf8)
  #expect(throws: TLSFailure.self) { try TLSContext(options) }
  options.privateKey = Array(key.utf8)
  #expect(throws: Never.self) { try TLSContext(options) }
}
