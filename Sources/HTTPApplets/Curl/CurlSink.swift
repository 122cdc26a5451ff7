internal import Box
internal import HTTP
internal import Linux
internal import Target

/// Where the body of a response goes: standard output or a file, which is made once there is
/// something to write.
final class CurlSink {
  private let operation: CurlOperation
  private let paths: Paths
  /// nil is standard output.
  private(set) var path: String?
  private let isExplicitOutput: Bool
  private var file: OpenFile?
  private(set) var written = 0
  /// Bytes of the file that an earlier transfer left.
  private(set) var resumed = 0
  /// The name that the server gave, `-J`.
  var headerName: String?
  private let takesHeaderName: Bool
  private let isQuiet: Bool

  /// A file that closes itself, in a class.
  final class OpenFile {
    let file: File
    init(_ file: consuming File) { self.file = file }
  }

  init(
    _ operation: CurlOperation, _ paths: Paths, _ destination: CurlDestination, url: String,
    values: [String], isQuiet: Bool
  ) throws(TransferFailure) {
    self.operation = operation
    self.paths = paths
    self.isQuiet = isQuiet
    switch destination {
    case .standardOutput:
      path = nil
      isExplicitOutput = false
      takesHeaderName = false
    case .file("-"):
      path = nil
      isExplicitOutput = true
      takesHeaderName = false
    case .file(let name):
      path = Self.folded(operation.outputFolder, Self.replaced(name, values))
      isExplicitOutput = true
      takesHeaderName = false
    case .remoteName:
      let parsed = try? URL(url, defaultScheme: operation.defaultScheme)
      let name = parsed?.fileName ?? ""
      takesHeaderName = operation.usesHeaderName
      if name.isEmpty, !takesHeaderName {
        throw TransferFailure(.writeError, "Remote file name has no length!")
      }
      path = Self.folded(operation.outputFolder, name.isEmpty ? "curl_response" : name)
      isExplicitOutput = true
    }
  }

  var isStandardOutput: Bool { path == nil }

  private static func folded(_ folder: String?, _ name: String) -> String {
    guard let folder, !folder.isEmpty else { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// `#1` is what the first set or range of the URL stands for.
  private static func replaced(_ name: String, _ values: [String]) -> String {
    if values.isEmpty { return name }
    var result: [UInt8] = []
    let bytes = name.bytes
    var index = 0
    while index < bytes.count {
      let digits = bytes[(index + 1)...].prefix { Bytes.isDigit($0) }
      if bytes[index] == UInt8(ascii: "#"), let number = Bytes.number(digits), number >= 1,
        number <= values.count
      {
        result += values[number - 1].bytes
        index += 1 + digits.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(bytes: result)
  }

  /// How long the file is already, for `-C -`.
  func existingSize() -> Int {
    guard let path, let place = try? paths.location(path),
      let status = try? place.status(follow: true)
    else { return 0 }
    return status.size
  }

  /// The file is gone on with behind `offset`.
  func resume(at offset: Int) { resumed = offset }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) {
    guard path != nil || takesHeaderName else { return try writeOut(bytes) }
    let file = try opened()
    do throws(SystemError) {
      try file.file.write(bytes)
    } catch {
      throw TransferFailure(
        .writeError, "Failure writing output to destination: " + error.reason, errno: error.errno)
    }
    written += bytes.count
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) throws(TransferFailure) {
    let output = paths.context.output
    if written == 0, !isExplicitOutput, paths.context.isInteractive {
      if bytes.contains(0) {
        throw TransferFailure(
          .writeError,
          "Binary output can mess up your terminal. Use \"--output -\" to write it all the same, "
            + "or \"--output FILE\" to save it to a file.")
      }
    }
    output.write(bytes)
    written += bytes.count
    if let failure = output.failure {
      throw TransferFailure(.writeError, "Failed writing body", errno: failure.errno)
    }
  }

  /// Makes the file even where there is nothing to write, and writes what is held back.
  func finish() throws(TransferFailure) {
    if path != nil || takesHeaderName {
      _ = try opened()
      return
    }
    let output = paths.context.output
    output.flush()
    if let failure = output.failure {
      throw TransferFailure(.writeError, "Failed writing body", errno: failure.errno)
    }
  }

  private func opened() throws(TransferFailure) -> OpenFile {
    if let file { return file }
    if takesHeaderName, let headerName {
      path = Self.folded(operation.outputFolder, headerName)
    }
    let path = path ?? "curl_response"
    do throws(Failure) {
      let opened = OpenFile(try open(path))
      file = opened
      return opened
    } catch {
      if !isQuiet {
        paths.context.note("warning: Failed to open the file " + (error.text ?? path))
      }
      throw TransferFailure(
        .writeError, "Failure writing output to destination", errno: error.errno)
    }
  }

  private func open(_ path: String) throws(Failure) -> File {
    let place = try paths.location(path)
    if operation.createsFolders { try makeFolders(path) }
    if resumed > 0 { return try place.open([.write, .create, .append]) }
    // A name that the server chose never overwrites anything.
    if takesHeaderName, headerName != nil {
      return try place.open([.write, .create, .exclusive, .noFollow])
    }
    guard operation.noClobber else { return try place.open([.write, .create, .truncate]) }
    for number in 0...100 {
      let name = number == 0 ? path : path + "." + String(number)
      do throws(Failure) {
        let file = try paths.location(name).open([.write, .create, .exclusive])
        self.path = name
        return file
      } catch {
        if error.errno != .exists { throw error }
      }
    }
    throw .message("\(path): exists, and so do its numbered names")
  }

  private func makeFolders(_ path: String) throws(Failure) {
    let bytes = path.bytes
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
      let folder = try paths.location(String(bytes: bytes[..<index]))
      if (try? folder.status(follow: true)) != nil { continue }
      let spot = try folder.spot()
      try folder.told { () throws(SystemError) in try spot.makeFolder(0o777) }
    }
  }

  /// The name of the file that a failed transfer leaves; it goes where that is wished for.
  func leavePartial() -> String? {
    guard let path, file != nil else { return nil }
    guard operation.removesOnError else { return path }
    file = nil
    if let spot = try? paths.location(path).spot() { try? spot.remove() }
    return nil
  }

  func setTime(_ seconds: Int) {
    guard let path, let spot = try? paths.location(path).spot() else { return }
    let time = Instant(seconds: seconds)
    try? spot.setTimes(accessed: time, modified: time, follow: true)
  }
}
