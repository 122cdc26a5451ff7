public import Linux

/// What the header of a capture tells about all of its packets, pcap-savefile(5).
public struct CaptureFormat: Sendable {
  /// A number of pcap-linktype(7), as files have it.
  public var linkType: Int32
  /// The most bytes that are kept of a packet.
  public var snapshot: Int
  /// Whether times are kept to the nanosecond.
  public var isNanoseconds = false

  public init(linkType: Int32, snapshot: Int, isNanoseconds: Bool = false) {
    self.linkType = linkType
    self.snapshot = snapshot
    self.isNanoseconds = isNanoseconds
  }

  /// The most bytes of a packet that anybody keeps.
  public static let largestSnapshot = 262_144
}

/// One packet of a capture.
public struct CapturedPacket {
  public var seconds: Int
  public var nanoseconds: Int
  /// On the wire; `bytes` may hold less.
  public var length: Int
  /// Valid until the next packet is read.
  public var bytes: UnsafeRawBufferPointer

  public init(seconds: Int, nanoseconds: Int, length: Int, bytes: UnsafeRawBufferPointer) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.length = length
    self.bytes = bytes
  }
}

/// Why a capture cannot be read on.
public enum CaptureError: Error {
  case system(SystemError)
  /// What is wrong with the file, in words.
  case damaged(String)

  public var reason: String {
    switch self {
    case .system(let error): error.reason
    case .damaged(let text): text
    }
  }
}

/// The bytes of a capture in memory of our own, refilled from wherever they come from.
final class CaptureBuffer {
  typealias Fill = (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int

  private let fill: Fill
  private var memory: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0

  init(fill: @escaping Fill) {
    self.fill = fill
    memory = .allocate(byteCount: 262_144, alignment: 16)
  }

  deinit { memory.deallocate() }

  /// The next `count` bytes, or what is left of them; they stay where they are until the next call.
  func take(_ count: Int) throws(CaptureError) -> UnsafeRawBufferPointer {
    let taken = try peek(count)
    start += taken.count
    return taken
  }

  func peek(_ count: Int) throws(CaptureError) -> UnsafeRawBufferPointer {
    if end - start < count { try refill(count) }
    let upper = min(end, start + count)
    return UnsafeRawBufferPointer(rebasing: memory[start..<upper])
  }

  /// Whether all is read.
  func isAtEnd() throws(CaptureError) -> Bool { try peek(1).isEmpty }

  private func refill(_ count: Int) throws(CaptureError) {
    if memory.count - start < count {
      let room = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(memory.count, count), alignment: 16)
      if end > start {
        room.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[start..<end]))
      }
      memory.deallocate()
      memory = room
      end -= start
      start = 0
    }
    while end - start < count {
      let got: Int
      do throws(SystemError) {
        got = try fill(UnsafeMutableRawBufferPointer(rebasing: memory[end...]))
      } catch {
        throw .system(error)
      }
      if got <= 0 { return }
      end += min(got, memory.count - end)
    }
  }
}

/// Numbers of either byte order at any place of foreign bytes.
struct ByteOrder {
  let isSwapped: Bool

  /// Nothing is read beyond the bytes: what is not there is 0.
  func number32(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    guard offset >= 0, offset + 4 <= bytes.count else { return 0 }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isSwapped ? value.byteSwapped : value
  }

  func number16(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt16 {
    guard offset >= 0, offset + 2 <= bytes.count else { return 0 }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return isSwapped ? value.byteSwapped : value
  }
}
