import Linux
import Testing

@testable import Digests

@Suite struct DigestTests {
  private func hexadecimal(_ algorithm: DigestAlgorithm, _ text: [UInt8], pieces: Int = 1 << 20)
    -> String
  {
    var digest = Digest(algorithm)
    var rest = text[...]
    while !rest.isEmpty {
      Array(rest.prefix(pieces)).withUnsafeBytes { digest.add($0) }
      rest = rest.dropFirst(pieces)
    }
    return digest.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// RFC 1321 appendix A.5, FIPS 180-4 examples, RFC 7693 appendix A.
  @Test(arguments: [
    (DigestAlgorithm.md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
    (.md5, "", "d41d8cd98f00b204e9800998ecf8427e"),
    (.md5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      .sha1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    (.sha224, "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      .sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      .sha384, "abc",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
    ),
    (
      .sha512, "abc",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    ),
    (
      .blake2b, "abc",
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    ),
  ]) func vectors(_ algorithm: DigestAlgorithm, _ text: String, _ expected: String) {
    #expect(hexadecimal(algorithm, text.bytes) == expected)
    #expect(hexadecimal(algorithm, text.bytes, pieces: 1) == expected)
  }

  @Test(arguments: DigestAlgorithm.allCases) func piecesDoNotMatter(_ algorithm: DigestAlgorithm) {
    for length in [55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 255, 256, 257, 1000] {
      let text = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
      let whole = hexadecimal(algorithm, text)
      for size in [1, 7, 63, 64, 100, 128] {
        #expect(hexadecimal(algorithm, text, pieces: size) == whole)
      }
    }
  }

  /// POSIX cksum of "123456789" and of nothing.
  @Test func checksum() {
    var sum = CyclicChecksum()
    #expect(sum.finish() == 4_294_967_295)
    Array("123456789".utf8).withUnsafeBytes { sum.add($0) }
    #expect(sum.finish() == 930_766_865)
    #expect(sum.size == 9)
  }

  @Test func linesOfSums() {
    func parse(_ text: String) -> SumLine? { SumLine(text.bytes, .md5, length: 16) }
    let digest = "d41d8cd98f00b204e9800998ecf8427e"
    #expect(parse(digest + "  a b")?.file == "a b".bytes)
    #expect(parse(digest + " *a")?.file == "a".bytes)
    #expect(parse("MD5 (a) b) = " + digest)?.file == "a) b".bytes)
    #expect(parse("\\" + digest + "  a\\nb\\\\")?.file == "a\nb\\".bytes)
    #expect(parse(digest.asciiUppercased + "  a")?.digest == digest.bytes)
    #expect(parse("\\" + digest + "  a\\x") == nil)
    #expect(parse("") == nil)
    #expect(parse(digest) == nil)
    #expect(parse(String(digest.dropLast()) + "  a") == nil)
    #expect(parse("MD5 (a = " + digest) == nil)
    #expect(parse("SHA1 (a) = " + digest) == nil)
  }
}
