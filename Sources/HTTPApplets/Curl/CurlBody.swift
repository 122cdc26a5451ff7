internal import Box
internal import HTTP
internal import Linux
internal import Target

/// A file as a body.
final class FileSource: UploadSource {
  private let file: File
  private let size: Int?
  private let start: Int
  private var left: Int

  /// - Parameter start: where the body begins in the file.
  init(_ file: consuming File, from start: Int = 0) throws(SystemError) {
    let status = try file.status()
    size = status.kind == .regular ? max(0, status.size - start) : nil
    if start > 0 { try file.seek(to: start) }
    self.start = start
    left = size ?? .max
    self.file = file
  }

  override var length: Int? { size }

  override func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferFailure) -> Int {
    // A file that grows meanwhile is sent as long as it was said to be.
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, left)])
    if room.isEmpty { return 0 }
    do throws(SystemError) {
      let count = try file.read(into: room)
      if size != nil { left -= count }
      return count
    } catch {
      throw TransferFailure(.readError, "Failed to read the file: " + error.reason)
    }
  }

  override func rewind() throws(TransferFailure) -> Bool {
    guard size != nil, (try? file.seek(to: start)) != nil else { return false }
    left = size ?? .max
    return true
  }
}

/// Makes bodies of `-d`, `-F` and `-T`; every path goes through the funnel.
struct CurlBody {
  private let paths: Paths
  private static let limit = 1 << 30

  init(_ paths: Paths) { self.paths = paths }

  private func failed(_ path: String, _ failure: Failure) -> TransferFailure {
    TransferFailure(.readError, "Failed to open/read " + (failure.text ?? path))
  }

  func source(_ path: String, from start: Int = 0) throws(TransferFailure) -> FileSource {
    do throws(Failure) {
      if path == "-" {
        return try attempt { () throws(SystemError) in try FileSource(try File.standardInput()) }
      }
      let file = try paths.location(path).openToRead()
      do throws(SystemError) {
        return try FileSource(file, from: start)
      } catch {
        throw .system(error.about(path))
      }
    } catch {
      throw failed(path, error)
    }
  }

  private func contents(_ path: String) throws(TransferFailure) -> [UInt8] {
    do throws(Failure) {
      if path == "-" {
        return try attempt { () throws(SystemError) in
          try File.standardInput().contents(limit: Self.limit)
        }
      }
      return try paths.location(path).contents(limit: Self.limit)
    } catch {
      throw failed(path, error)
    }
  }

  // MARK: data

  func data(_ operation: CurlOperation) throws(TransferFailure) -> UploadSource? {
    if operation.data.isEmpty { return nil }
    if operation.data.count == 1, case .file(let path) = operation.data[0] {
      let file = try source(path)
      if file.length != nil { return file }
      return BytesSource(try all(file))
    }
    return BytesSource(try bytes(operation.data, separator: operation.isJSON ? nil : 0x26))
  }

  func bytes(_ items: [CurlData], separator: UInt8?) throws(TransferFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, item) in items.enumerated() {
      if index > 0, let separator { bytes.append(separator) }
      switch item {
      case .text(let text): bytes += text.bytes
      case .file(let path): bytes += try contents(path)
      case .trimmedFile(let path):
        bytes += try contents(path).filter { $0 != 10 && $0 != 13 && $0 != 0 }
      case .encoded(let name, let text):
        if !name.isEmpty { bytes += (name + "=").bytes }
        bytes += Self.formEncoded(text.bytes)
      case .encodedFile(let name, let path):
        if !name.isEmpty { bytes += (name + "=").bytes }
        bytes += Self.formEncoded(try contents(path))
      }
    }
    return bytes
  }

  /// Percent-encoded, and blanks as `+`.
  private static func formEncoded(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for word in bytes.split(separator: 0x20, omittingEmptySubsequences: false) {
      if word.startIndex > 0 { result.append(UInt8(ascii: "+")) }
      result += Percent.encode(Array(word))
    }
    return result
  }

  private func all(_ source: UploadSource) throws(TransferFailure) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try source.read(into: buffer)
      if count == 0 { return bytes }
      bytes.append(raw: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if bytes.count > Self.limit {
        throw TransferFailure(.readError, "more than \(Self.limit >> 20) MiB of data")
      }
    }
  }

  // MARK: forms

  func form(_ parts: [CurlPart]) throws(TransferFailure) -> (source: UploadSource, type: String) {
    let form = Multipart()
    var sources: [UploadSource] = []
    for part in parts {
      let bytes = part.argument.bytes
      guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else {
        throw TransferFailure(
          .readError, "-F \(part.argument): a part is NAME=VALUE, NAME=@FILE or NAME=<FILE")
      }
      let name = String(bytes: bytes[..<equals])
      let value = bytes[(equals + 1)...]
      let isFirst = sources.isEmpty
      if part.isPlain {
        let head = form.head(name: name, fileName: nil, type: nil, isFirst: isFirst)
        sources.append(BytesSource(head + Array(value)))
      } else {
        sources += try piece(form, name, value, isFirst: isFirst)
      }
    }
    sources.append(BytesSource(form.tail(isEmpty: sources.isEmpty)))
    return (ChainedSource(sources), form.contentType)
  }

  /// A value with what stands behind `;`: `type=`, `filename=`, `headers=`.
  private struct Value {
    var text: [UInt8] = []
    var type: String?
    var fileName: String?
    var headers: [String] = []
  }

  private func piece(_ form: Multipart, _ name: String, _ text: ArraySlice<UInt8>, isFirst: Bool)
    throws(TransferFailure) -> [UploadSource]
  {
    let sign = text.first
    let isFile = sign == UInt8(ascii: "@")
    let isContent = sign == UInt8(ascii: "<")
    let value = Self.split(isFile || isContent ? text.dropFirst() : text)
    guard isFile || isContent else {
      let head = form.head(
        name: name, fileName: value.fileName, type: value.type, headers: value.headers,
        isFirst: isFirst)
      return [BytesSource(head + value.text)]
    }
    let path = String(bytes: value.text)
    let file = try source(path)
    var fileName = value.fileName
    if isFile, fileName == nil {
      let slash = value.text.lastIndex(of: UInt8(ascii: "/")) ?? -1
      fileName = String(bytes: value.text[(slash + 1)...])
    }
    let type = value.type ?? (isFile ? Multipart.type(of: fileName ?? path) : nil)
    let head = form.head(
      name: name, fileName: fileName, type: type, headers: value.headers, isFirst: isFirst)
    return [BytesSource(head), file]
  }

  private static func split(_ text: ArraySlice<UInt8>) -> Value {
    var value = Value()
    var rest = text
    (value.text, rest) = word(rest)
    while rest.first == UInt8(ascii: ";") {
      rest = rest.dropFirst().drop { $0 == 0x20 }
      let key = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") }
      let isKnown =
        Bytes.equal(key, "type") || Bytes.equal(key, "filename") || Bytes.equal(key, "headers")
      guard isKnown, rest.dropFirst(key.count).first == UInt8(ascii: "=") else {
        // What is no parameter belongs to the value.
        let (more, next) = word(rest)
        value.text += [UInt8(ascii: ";")] + more
        rest = next
        continue
      }
      var (found, next) = word(rest.dropFirst(key.count + 1))
      if Bytes.equal(key, "type") {
        // A type may have parameters of its own: text/plain;charset=utf-8.
        while next.first == UInt8(ascii: ";"), next.dropFirst().starts(with: "charset=".utf8) {
          let (more, behind) = word(next.dropFirst())
          found += [UInt8(ascii: ";")] + more
          next = behind
        }
        value.type = String(bytes: found)
      } else if Bytes.equal(key, "filename") {
        value.fileName = String(bytes: found)
      } else {
        value.headers.append(String(bytes: found))
      }
      rest = next
    }
    return value
  }

  /// Up to `;`, or between quotes.
  private static func word(_ text: ArraySlice<UInt8>) -> ([UInt8], ArraySlice<UInt8>) {
    guard text.first == UInt8(ascii: "\"") else {
      let word = text.prefix { $0 != UInt8(ascii: ";") }
      return (Array(word), text.dropFirst(word.count))
    }
    var result: [UInt8] = []
    var index = text.startIndex + 1
    while index < text.endIndex, text[index] != UInt8(ascii: "\"") {
      if text[index] == UInt8(ascii: "\\"), index + 1 < text.endIndex { index += 1 }
      result.append(text[index])
      index += 1
    }
    return (result, text[min(index + 1, text.endIndex)...])
  }
}
