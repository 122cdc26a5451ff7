internal import Box
internal import Linux
internal import Target

/// The bytes of several files as one stream, from an offset on and no further than a limit.
final class ByteFeed {
  private var sources: [LineReaderSource]
  private var next = 0
  private var left: Int
  private(set) var failures: [Failure] = []

  /// - Parameter limit: how many bytes at most; nil for all.
  init(_ operands: [String], _ paths: Paths, skip: Int, limit: Int?) {
    sources = []
    left = limit ?? .max
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        sources.append(try TextSource.openSource(operand, paths, status: 1))
      } catch {
        failures.append(error)
      }
    }
    self.skip(skip)
  }

  deinit { for source in sources.dropFirst(next) { _ = File(owning: source.descriptor) } }

  private(set) var skipped = 0

  /// Whether any operand could be opened.
  var hasSources: Bool { !sources.isEmpty }

  private func skip(_ count: Int) {
    var count = count
    skipped = 0
    // Whole regular files are passed over without reading; the rest is read.
    while count > 0, next < sources.count {
      let file = File(owning: sources[next].descriptor)
      let position = (try? file.seek(to: 0, .current)) ?? -1
      if let status = try? file.status(), status.kind == .regular, status.size > 0, position >= 0 {
        let rest = max(0, status.size - position)
        if rest > count {
          _ = try? file.seek(to: count, .current)
          skipped += count
          count = 0
          _ = file.release()
          return
        }
        count -= rest
        skipped += rest
        next += 1
      } else {
        _ = file.release()
        var scratch = [UInt8](repeating: 0, count: min(count, 65536))
        let read = fill(&scratch, upTo: min(count, 65536), limited: false)
        if read == 0 { return }
        skipped += read
        count -= read
      }
    }
  }

  /// Fills `bytes` up to `count`, from as many files as it takes; less only at the end.
  func fill(_ bytes: inout [UInt8], upTo count: Int) -> Int {
    fill(&bytes, upTo: count, limited: true)
  }

  private func fill(_ bytes: inout [UInt8], upTo count: Int, limited: Bool) -> Int {
    let wanted = limited ? min(count, left) : count
    var filled = 0
    while filled < wanted, next < sources.count {
      let source = sources[next]
      let file = File(owning: source.descriptor)
      var got = 0
      do throws(SystemError) {
        got = try file.read(into: &bytes, from: filled, upTo: wanted)
      } catch {
        failures.append(.system(error.about(source.display)))
      }
      if got == 0 {
        next += 1
      } else {
        filled += got
        _ = file.release()
      }
    }
    if limited { left -= filled }
    return filled
  }

  /// A number of bytes: decimal, octal behind 0 or hex behind 0x, with a unit behind it.
  static func amount(_ text: String) -> Int? {
    var bytes = text.bytes[...]
    var radix = 10
    if bytes.first == 0x30, bytes.count > 1 {
      radix = 8
      bytes = bytes.dropFirst()
      if bytes.first == UInt8(ascii: "x") || bytes.first == UInt8(ascii: "X") {
        radix = 16
        bytes = bytes.dropFirst()
      }
    }
    let digits = bytes.prefix { isDigit($0, radix) }
    guard let value = Int(String(bytes: digits), radix: radix) else { return nil }
    guard let factor = unit(String(bytes: bytes.dropFirst(digits.count))) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }

  private static func isDigit(_ byte: UInt8, _ radix: Int) -> Bool {
    switch byte {
    case 0x30...0x39: Int(byte - 0x30) < radix
    case 0x61...0x66, 0x41...0x46: radix == 16
    default: false
    }
  }

  private static func unit(_ suffix: String) -> Int? {
    switch suffix {
    case "": 1
    case "b": 512
    case "k", "K", "KiB": 1 << 10
    case "m", "M", "MiB": 1 << 20
    case "g", "G", "GiB": 1 << 30
    case "kB", "KB": 1000
    case "MB": 1_000_000
    case "GB": 1_000_000_000
    default: nil
    }
  }
}
