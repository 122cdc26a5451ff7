public import Linux

/// What an archive says about one of its members.
public struct Member: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    case regular, hardLink, symbolicLink, character, block, directory, fifo
    /// Read as a regular file, as POSIX asks; the letter is kept for the message.
    case other(UInt8)
  }

  /// Bytes of data at an offset of the file; between them are holes.
  public struct Region: Equatable, Sendable {
    public var offset: Int
    public var count: Int
    public init(offset: Int, count: Int) {
      self.offset = offset
      self.count = count
    }
  }

  public var name: [UInt8] = []
  public var kind = Kind.regular
  /// Where a link points.
  public var link: [UInt8] = []
  /// Permission bits, without the type.
  public var mode: UInt32 = 0
  public var uid = 0
  public var gid = 0
  public var user: [UInt8] = []
  public var group: [UInt8] = []
  /// Bytes of the file.
  public var size = 0
  /// Bytes that follow in the archive, before they are filled up to a whole block.
  public var storedSize = 0
  public var modified = Instant(seconds: 0)
  public var accessed: Instant?
  public var major: UInt32 = 0
  public var minor: UInt32 = 0
  /// Where the stored bytes belong; nil where the file has no holes.
  public var regions: [Region]?

  public init() {}
}

/// Why bytes are no archive.
public enum Malformed: Error, Equatable, Sendable {
  /// The first block is no header.
  case notAnArchive
  /// A header whose checksum is wrong, behind whole members.
  case badHeader
  /// A number, a record or a map of a header makes no sense.
  case badField
  /// A record is longer than any that makes sense.
  case tooLong
}

/// An archive is made of blocks of so many bytes.
public let blockSize = 512

/// `size` filled up to whole blocks.
public func padded(_ size: Int) -> Int { (size + blockSize - 1) & ~(blockSize - 1) }
