internal import CLinux

/// A buffered stream to a descriptor, or to memory in unit tests.
///
/// The first failure is kept; what follows it is dropped, so that applets need not check each line.
public final class Output {
  let descriptor: Int32
  /// Grows with what is written; most programs of a script write little.
  private let buffer = TextBuffer()
  /// What went wrong, if anything did.
  public private(set) var failure: SystemError?
  /// What becomes of all bytes before they are written: foreign text on its way to a terminal.
  public var filter: ((UnsafeRawBufferPointer) -> [UInt8])?

  static let capacity = 65536

  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// A stream that only collects.
  public static func memory() -> Output { Output(descriptor: -1) }

  public func write(_ text: String) {
    if text.utf8.contains(0xF4) {
      write(text.bytes)
    } else {
      var text = text
      text.withUTF8 { buffer.append(UnsafeRawBufferPointer($0)) }
    }
    flushIfFull()
  }

  public func write(_ bytes: some Sequence<UInt8>) {
    bytes.withContiguousStorageIfAvailable { buffer.append(UnsafeRawBufferPointer($0)) }
      ?? append(bytes)
    flushIfFull()
  }

  private func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { buffer.append(byte) }
  }

  public func write(_ byte: UInt8) {
    buffer.append(byte)
    flushIfFull()
  }

  /// Large pieces pass the buffer by.
  public func write(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.capacity / 2, descriptor >= 0 else {
      buffer.append(bytes)
      return flushIfFull()
    }
    flush()
    send(bytes)
  }

  public func line(_ text: String) {
    write(text)
    write(UInt8(ascii: "\n"))
  }

  /// Writes what is buffered.
  public func flush() {
    guard descriptor >= 0, buffer.count > 0 else { return }
    send(buffer.bytes)
    buffer.removeAll()
  }

  /// What was collected in memory.
  public var text: String { String(bytes: Array(buffer.bytes)) }

  private func flushIfFull() {
    if buffer.count >= Self.capacity { flush() }
  }

  func send(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    if let filter { filter(bytes).withUnsafeBytes { sendAsIs($0) } } else { sendAsIs(bytes) }
  }

  private func sendAsIs(_ bytes: UnsafeRawBufferPointer) {
    do throws(SystemError) {
      try writeAll(bytes, to: descriptor)
    } catch {
      failure = error
    }
  }
}
