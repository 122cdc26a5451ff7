internal import CLinux

extension File {
  /// A file for reading and writing in the folder `folder` that has no name, so that it is gone with us.
  ///
  /// O_TMPFILE of open(2); where the file system has none, a file whose name is removed at once.
  public static func temporary(in folder: String) throws(SystemError) -> File {
    if let file = try? open(folder, OpenMode(rawValue: O_RDWR | 0o20200000), permissions: 0o600) {
      return file
    }
    var attempt = 0
    while true {
      let name = folder + "/.debugbox-\(getpid())-\(attempt)"
      do throws(SystemError) {
        let file = try open(name, [.readWrite, .create, .exclusive, .noFollow], permissions: 0o600)
        _ = name.withPath { unlink($0) }
        return file
      } catch {
        attempt += 1
        guard error.errno == .exists, attempt < 1000 else { throw error.about(folder) }
      }
    }
  }
}

/// The number at the start of `bytes`, strtod(3); nil where there is none. At most 255 bytes are looked at.
public func leadingDouble(_ bytes: UnsafeRawBufferPointer) -> Double? {
  var text = [CChar](repeating: 0, count: 256)
  let count = min(bytes.count, 255)
  for index in 0..<count { text[index] = CChar(bitPattern: bytes[index]) }
  return text.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return nil }
    var end: UnsafeMutablePointer<CChar>?
    let value = strtod(start, &end)
    guard let end, UnsafePointer(end) != start else { return nil }
    return value
  }
}
