internal import Box
internal import Linux
internal import Zlib

/// What came of one file.
struct GzipResult {
  var packed = 0
  var plain = 0
  var sum: UInt32 = 0
  var header: GzipHeader?
  var hasGarbage = false

  /// How much smaller it is than before, ` 65.2%`.
  var ratioText: String {
    let saved = plain - packed
    let percent = plain == 0 ? 0 : Double(saved) * 100 / Double(plain)
    return leftPadded(fixed(percent, 1), to: 5) + "%"
  }
}

/// Compresses or expands one file from beginning to end, by pieces.
struct GzipCodec {
  private let settings: Gzip
  private static let pieceSize = 1 << 17

  init(_ settings: Gzip) { self.settings = settings }

  func compress(_ input: borrowing File, _ header: GzipHeader, to output: Output) throws(Failure)
    -> GzipResult
  {
    guard let deflater = Deflater(level: settings.level) else { throw .message("out of memory") }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 64)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 64)
    defer {
      buffer.deallocate()
      room.deallocate()
    }
    var header = header
    header.extraFlags = settings.level == 9 ? 2 : settings.level == 1 ? 4 : 0
    output.write(header.bytes)
    var result = GzipResult()
    var packed = 0
    while true {
      let count = try attempt { () throws(SystemError) in try input.read(into: buffer) }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      result.plain += count
      result.sum = checksum(result.sum, piece)
      deflater.run(piece, isLast: count == 0, room) { bytes in
        packed += bytes.count
        output.write(bytes)
      }
      if count == 0 || output.failure != nil { break }
    }
    result.packed = packed
    for word in [result.sum, UInt32(truncatingIfNeeded: result.plain)] {
      for shift in [0, 8, 16, 24] {
        output.write(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
      }
    }
    return result
  }

  /// - Parameter output: nil only checks.
  func expand(_ input: borrowing File, to output: Output?, shown name: String) throws(Failure)
    -> GzipResult
  {
    let gunzipper = try start()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 64)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 64)
    defer {
      buffer.deallocate()
      room.deallocate()
    }
    var result = GzipResult()
    while output?.failure == nil {
      let count = try attempt { () throws(SystemError) in
        do throws(SystemError) {
          return try input.read(into: buffer)
        } catch {
          throw error.about(name)
        }
      }
      if count == 0 {
        guard gunzipper.isBetweenMembers else {
          if result.packed == 0 { return result }
          throw .message("\(name): unexpected end of file")
        }
        break
      }
      var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      if result.packed == 0, settings.force, settings.toOutput, !Self.isGzip(rest) {
        output?.write(rest)
        try passOn(input, buffer, output)
        return result
      }
      result.packed += count
      guard try expand(&rest, gunzipper, room, output, name, &result) else { break }
    }
    result.header = gunzipper.header
    result.sum = gunzipper.statedSum
    return result
  }

  /// - Returns: false where what follows the last member is no gzip data.
  private func expand(
    _ rest: inout UnsafeRawBufferPointer, _ gunzipper: Gunzipper,
    _ room: UnsafeMutableRawBufferPointer, _ output: Output?, _ name: String,
    _ result: inout GzipResult
  ) throws(Failure) -> Bool {
    do throws(Gunzipper.Broken) {
      while true {
        switch try gunzipper.step(&rest, room) {
        case .hungry: return true
        case .memberEnd: break
        case .output(let made):
          result.plain += made
          output?.write(UnsafeRawBufferPointer(rebasing: room[..<made]))
        }
      }
    } catch {
      if gunzipper.isBetweenMembers, error == .notGzip {
        result.hasGarbage = true
        return false
      }
      output?.flush()
      throw .message("\(name): \(error.words)")
    }
  }

  private func start() throws(Failure) -> Gunzipper {
    do throws(Gunzipper.Broken) {
      return try Gunzipper()
    } catch {
      throw .message(error.words)
    }
  }

  private func passOn(
    _ input: borrowing File, _ buffer: UnsafeMutableRawBufferPointer, _ output: Output?
  ) throws(Failure) {
    while output?.failure == nil {
      let count = try attempt { () throws(SystemError) in try input.read(into: buffer) }
      if count == 0 { return }
      output?.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
  }

  /// The name in the header, without moving the position of `input`.
  static func storedName(_ input: borrowing File) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    return bytes.withUnsafeMutableBytes { buffer in
      guard let count = try? input.read(into: buffer, at: 0),
        case .header(let header, _) = GzipHeader.parse(
          UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      else { return nil }
      return header.name
    }
  }
}

/// The table of `gzip -l`.
struct GzipListing {
  private var packed = 0
  private var plain = 0
  private var count = 0

  mutating func add(
    _ result: GzipResult, _ size: Int, _ name: String, _ settings: Gzip, _ output: Output
  ) {
    if count == 0, !settings.isQuiet {
      if settings.isVerbose { output.write("method  crc     date  time  ") }
      output.line("         compressed        uncompressed  ratio uncompressed_name")
    }
    count += 1
    var result = result
    if size >= 0 { result.packed = size }
    packed += max(0, size)
    plain += result.plain
    if settings.isVerbose {
      let modified = Instant(seconds: Int(result.header?.modified ?? 0))
      let sum = leftPadded(String(result.sum, radix: 16), to: 8, with: "0")
      output.write("defla " + sum + " " + format(modified.local, "%b %e %H:%M") + " ")
    }
    var shown = name
    if settings.keepsName == true, let stored = result.header?.name {
      shown = String(bytes: stored)
    }
    if shown == name, name.hasSuffix(settings.suffix) {
      shown = String(name.dropLast(settings.suffix.count))
    }
    row(size, result, name == "stdin" ? "stdout" : shown, output)
  }

  private func row(_ size: Int, _ result: GzipResult, _ name: String, _ output: Output) {
    output.write(leftPadded(String(size), to: 19) + " ")
    output.write(leftPadded(String(result.plain), to: 19) + " ")
    output.line(result.ratioText + " " + Sanitize.escaped(name))
  }

  func finish(_ settings: Gzip, _ output: Output) {
    guard count > 1, !settings.isQuiet else { return }
    if settings.isVerbose { output.write("                            ") }
    row(packed, GzipResult(packed: packed, plain: plain), "(totals)", output)
  }
}
