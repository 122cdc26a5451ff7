internal import CText
internal import Linux

/// The message digests of sums of files.
public enum DigestAlgorithm: Sendable, CaseIterable {
  case md5, sha1, sha224, sha256, sha384, sha512, blake2b

  /// As it stands in tagged lines, `SHA256 (file) = …`.
  public var tag: StaticString {
    switch self {
    case .md5: "MD5"
    case .sha1: "SHA1"
    case .sha224: "SHA224"
    case .sha256: "SHA256"
    case .sha384: "SHA384"
    case .sha512: "SHA512"
    case .blake2b: "BLAKE2b"
    }
  }

  /// Bytes of a digest in full length.
  public var size: Int {
    switch self {
    case .md5: 16
    case .sha1: 20
    case .sha224: 28
    case .sha256: 32
    case .sha384: 48
    case .sha512, .blake2b: 64
    }
  }

  fileprivate var blockSize: Int {
    switch self {
    case .md5, .sha1, .sha224, .sha256: 64
    case .sha384, .sha512, .blake2b: 128
    }
  }
}

/// A digest of bytes that come piece by piece: RFC 1321, FIPS 180-4, RFC 7693.
public struct Digest {
  private let algorithm: DigestAlgorithm
  private let length: Int
  private var narrow: [UInt32] = []
  private var wide: [UInt64] = []
  private var pending: [UInt8] = []
  private var total: UInt64 = 0

  /// - Parameter length: bytes of the digest; only BLAKE2b has other lengths than its own.
  public init(_ algorithm: DigestAlgorithm, length: Int? = nil) {
    self.algorithm = algorithm
    self.length = length ?? algorithm.size
    switch algorithm {
    case .md5: narrow = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
    case .sha1: narrow = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
    case .sha224:
      narrow = [
        0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7,
        0xbefa_4fa4,
      ]
    case .sha256:
      narrow = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
      ]
    case .sha384:
      wide = [
        0xcbbb_9d5d_c105_9ed8, 0x629a_292a_367c_d507, 0x9159_015a_3070_dd17,
        0x152f_ecd8_f70e_5939, 0x6733_2667_ffc0_0b31, 0x8eb4_4a87_6858_1511,
        0xdb0c_2e0d_64f9_8fa7, 0x47b5_481d_befa_4fa4,
      ]
    case .sha512, .blake2b:
      wide = [
        0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b,
        0xa54f_f53a_5f1d_36f1, 0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f,
        0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
      ]
      // The parameter block: the length of the digest, no key, depth and fan-out 1.
      if algorithm == .blake2b { wide[0] ^= 0x0101_0000 ^ UInt64(self.length) }
    }
  }

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var bytes = bytes
    let block = algorithm.blockSize
    if !pending.isEmpty {
      let wanted = min(block - pending.count, bytes.count)
      pending.append(contentsOf: bytes.part(0..<wanted))
      bytes = bytes.part(wanted..<bytes.count)
      // The last block of BLAKE2b is marked: it waits for more to come.
      if pending.count < block || (algorithm == .blake2b && bytes.isEmpty) { return }
      let full = pending
      pending = []
      full.withUnsafeBytes { compress($0) }
    }
    var whole = bytes.count / block * block
    if algorithm == .blake2b, whole == bytes.count, whole > 0 { whole -= block }
    if whole > 0 { compress(bytes.part(0..<whole)) }
    pending.append(contentsOf: bytes.part(whole..<bytes.count))
  }

  /// The digest; nothing may be added any more.
  public mutating func finish() -> [UInt8] {
    let block = algorithm.blockSize
    if algorithm == .blake2b {
      let size = pending.count
      pending += repeatElement(0, count: block - size)
      pending.withUnsafeBytes { bytes in
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
        ctext_blake2b(&wide, base, 1, total, size, 1)
      }
      return Array(wide.flatMap { Self.bytes($0.littleEndian) }.prefix(length))
    }
    let bits = (total + UInt64(pending.count)) &* 8
    let lengthSize = block / 8
    pending.append(0x80)
    let rest = (pending.count + lengthSize) % block
    pending += repeatElement(0, count: (rest == 0 ? 0 : block - rest) + lengthSize - 8)
    pending += Self.bytes(algorithm == .md5 ? bits.littleEndian : bits.bigEndian)
    let last = pending
    last.withUnsafeBytes { compress($0) }
    var digest: [UInt8] = []
    for word in narrow {
      let ordered = algorithm == .md5 ? word.littleEndian : word.bigEndian
      digest += Self.bytes(UInt64(ordered)).prefix(4)
    }
    for word in wide { digest += Self.bytes(word.bigEndian) }
    return Array(digest.prefix(length))
  }

  private static func bytes(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
  }

  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    guard let base = blocks.bindMemory(to: UInt8.self).baseAddress else { return }
    let count = blocks.count / algorithm.blockSize
    switch algorithm {
    case .md5: ctext_md5(&narrow, base, count)
    case .sha1: ctext_sha1(&narrow, base, count)
    case .sha224, .sha256: ctext_sha256(&narrow, base, count)
    case .sha384, .sha512: ctext_sha512(&wide, base, count)
    case .blake2b: ctext_blake2b(&wide, base, count, total, 0, 0)
    }
    total += UInt64(blocks.count)
  }
}

/// The checksum of POSIX cksum.
public struct CyclicChecksum {
  private var value: UInt32 = 0
  public private(set) var size = 0

  public init() {}

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    value = ctext_cksum(value, base, bytes.count)
    size += bytes.count
  }

  /// The checksum with the length behind the bytes, as POSIX wants it.
  public func finish() -> UInt32 {
    var value = value
    var length = size
    while length > 0 {
      var byte = UInt8(truncatingIfNeeded: length)
      value = ctext_cksum(value, &byte, 1)
      length >>= 8
    }
    return ~value
  }
}
