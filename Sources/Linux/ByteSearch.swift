internal import CLinux

/// The index of the first `byte` in `bytes`, memchr(3).
public func firstIndex(of byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
  let start = bytes.startIndex
  return bytes.withUnsafeBytes { raw in
    guard let base = raw.baseAddress, let found = memchr(base, Int32(byte), raw.count) else {
      return nil
    }
    return start + (UnsafeRawPointer(found) - base)
  }
}

/// The index of the last `byte` in `bytes`, memrchr(3).
public func lastIndex(of byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
  let start = bytes.startIndex
  return bytes.withUnsafeBytes { raw in
    guard let base = raw.baseAddress, let found = memrchr(base, Int32(byte), raw.count) else {
      return nil
    }
    return start + (UnsafeRawPointer(found) - base)
  }
}
