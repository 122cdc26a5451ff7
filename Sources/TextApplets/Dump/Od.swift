public import Box
internal import Linux
internal import Target

/// Prints bytes in octal and other ways, POSIX od and coreutils od(1).
public struct Od: Command {
  var radix: UInt8 = UInt8(ascii: "o")
  var bigEndian = false
  var skip = 0
  var limit: Int?
  var strings: Int?
  var types: [OdType] = []
  var showsAll = false
  var width: Int?
  var isModern = false

  public init() {}

  public static var manual: Manual<Od> {
    Manual(
      "od", "Print bytes in octal, hexadecimal or as characters", family: .text,
      operands: "[FILE]... [[+]OFFSET[.][b]]",
      options: [
        .parsed("A", "address-radix", "RADIX", "Addresses in d, o, x, or n for none") {
          (options: inout Od, text) throws(Failure) in
          guard let letter = text.bytes.first, text.bytes.count == 1,
            "doxn".utf8.contains(letter)
          else { throw .message("-A \(text): not d, o, x or n") }
          options.radix = letter
          options.isModern = true
        },
        .parsed(nil, "endian", "ORDER", "Order of bytes: big or little") {
          (options: inout Od, text) throws(Failure) in
          guard text == "big" || text == "little" else {
            throw .usage("--endian=\(text): not big or little")
          }
          options.bigEndian = text == "big"
          options.isModern = true
        },
        .parsed("j", "skip-bytes", "NUM", "Pass over NUM bytes") {
          (options: inout Od, text) throws(Failure) in
          options.skip = try amount(text)
          options.isModern = true
        },
        .parsed("N", "read-bytes", "NUM", "At most NUM bytes") {
          (options: inout Od, text) throws(Failure) in
          options.limit = try amount(text)
          options.isModern = true
        },
        .parsed("S", nil, "NUM", "Text of at least NUM characters with a NUL behind") {
          (options: inout Od, text) throws(Failure) in
          options.strings = try amount(text)
          options.isModern = true
        },
        .optional(nil, "strings", "NUM", "As -S NUM, 3 if not said") {
          (options: inout Od, text) throws(Failure) in
          options.strings = try text.map { (text: String) throws(Failure) in try amount(text) } ?? 3
          options.isModern = true
        },
        .parsed("t", "format", "TYPE", "Values as a, c, or d f o u x with a size; z adds text") {
          (options: inout Od, text) throws(Failure) in
          do throws(OdType.Malformed) {
            options.types += try OdType.parse(text)
          } catch {
            throw .message(error.reason)
          }
          options.isModern = true
        },
        .flag("v", "output-duplicates", "Print lines that repeat too, not *") {
          $0.showsAll = true
          $0.isModern = true
        },
        .optional("w", "width", "NUM", "NUM bytes a line, 32 if not said") {
          (options: inout Od, text) throws(Failure) in
          options.width = try text.map { (text: String) throws(Failure) in try amount(text) } ?? 32
          options.isModern = true
        },
        .flag("a", nil, "As -t a") { $0.add(.named, 1) },
        .flag("b", nil, "As -t o1") { $0.add(.unsigned(UInt8(ascii: "o")), 1) },
        .flag("c", nil, "As -t c") { $0.add(.escaped, 1) },
        .flag("d", nil, "As -t u2") { $0.add(.unsigned(UInt8(ascii: "u")), 2) },
        .flag("f", nil, "As -t fF") { $0.add(.real, 4) },
        .flag("i", nil, "As -t dI") { $0.add(.signed, 4) },
        .flag("l", nil, "As -t dL") { $0.add(.signed, 8) },
        .flag("o", nil, "As -t o2") { $0.add(.unsigned(UInt8(ascii: "o")), 2) },
        .flag("s", nil, "As -t d2") { $0.add(.signed, 2) },
        .flag("x", nil, "As -t x2") { $0.add(.unsigned(UInt8(ascii: "x")), 2) },
      ],
      examples: [
        ("od -c /proc/1/cmdline", "Which bytes are between the arguments?"),
        ("od -A x -t x1z file | head", "As hexdump -C"),
      ],
      standard: "POSIX.1-2017 od, coreutils 9.1 od(1)",
      deviations: ["-t fL and --traditional are refused"])
  }

  private mutating func add(_ kind: OdType.Kind, _ size: Int) {
    types.append(OdType(kind: kind, size: size))
  }

  private static func amount(_ text: String) throws(Failure) -> Int {
    guard let value = ByteFeed.amount(text) else {
      throw .message("\(text): not a number of bytes")
    }
    return value
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var operands = operands
    var skip = skip
    if !isModern, let last = operands.last, operands.count <= 2,
      operands.count == 2 || last.hasPrefix("+"), let offset = Self.traditional(last)
    {
      operands.removeLast()
      skip = offset
    }
    let feed = ByteFeed(operands, Paths(context), skip: skip, limit: limit)
    if feed.skipped < skip, feed.failures.isEmpty {
      throw .message("cannot skip past end of combined input")
    }
    let types = types.isEmpty ? [OdType(kind: .unsigned(UInt8(ascii: "o")), size: 2)] : types
    if let strings {
      findStrings(feed, max(1, strings), context.output)
    } else {
      let largest = types.reduce(1) { max($0, $1.size) }
      var block = max(16, largest)
      if let width {
        if width > 0, width % largest == 0 {
          block = width
        } else {
          context.note("warning: invalid width \(width); using \(largest) instead")
          block = largest
        }
      }
      guard block <= 1 << 20 else { throw .message("-w \(block): too wide") }
      dump(feed, OdLayout(types, block, bigEndian: bigEndian), context.output)
    }
    for failure in feed.failures { context.report(failure) }
  }

  /// An offset as old od took it: octal, decimal with a dot, hex with 0x, in blocks of 512 with b.
  private static func traditional(_ text: String) -> Int? {
    var bytes = text.bytes[...]
    if bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
    guard let first = bytes.first, first >= 0x30, first <= 0x39 else { return nil }
    var factor = 1
    if bytes.last == UInt8(ascii: "b"), !bytes.starts(with: "0x".utf8) {
      factor = 512
      bytes = bytes.dropLast()
    }
    var radix = 8
    if bytes.last == UInt8(ascii: ".") {
      radix = 10
      bytes = bytes.dropLast()
    } else if bytes.starts(with: "0x".utf8) {
      radix = 16
      bytes = bytes.dropFirst(2)
    }
    guard let value = Int(String(bytes: bytes), radix: radix) else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }

  private func addressText(_ address: Int) -> [UInt8] {
    switch radix {
    case UInt8(ascii: "n"): return []
    case UInt8(ascii: "d"): return Self.padded(String(address), 7)
    case UInt8(ascii: "x"): return Self.padded(String(address, radix: 16), 6)
    default: return Self.padded(String(address, radix: 8), 7)
    }
  }

  private static func padded(_ digits: String, _ width: Int) -> [UInt8] {
    [UInt8](repeating: 0x30, count: max(0, width - digits.utf8.count)) + Array(digits.utf8)
  }

  private func dump(_ feed: ByteFeed, _ layout: OdLayout, _ output: Output) {
    var address = feed.skipped
    var block = [UInt8](repeating: 0, count: layout.block)
    var last: [UInt8] = []
    var isRepeating = false
    let margin = [UInt8](repeating: 0x20, count: addressText(0).count)
    while output.failure == nil {
      let count = feed.fill(&block, upTo: layout.block)
      if count == 0 { break }
      if !showsAll, count == layout.block, block == last {
        if !isRepeating { output.write("*\n") }
        isRepeating = true
      } else {
        isRepeating = false
        for index in layout.types.indices {
          output.write(index == 0 ? addressText(address) : margin)
          output.write(layout.line(index, block, count))
          output.write(0x0A)
        }
        last = block
      }
      address += count
      if count < layout.block { break }
    }
    if radix != UInt8(ascii: "n"), feed.hasSources {
      output.write(addressText(address))
      output.write(0x0A)
    }
  }

  private func findStrings(_ feed: ByteFeed, _ least: Int, _ output: Output) {
    var address = feed.skipped
    var buffer = [UInt8](repeating: 0, count: 65536)
    var run: [UInt8] = []
    while output.failure == nil {
      let count = feed.fill(&buffer, upTo: buffer.count)
      if count == 0 { return }
      for index in 0..<count {
        let byte = buffer[index]
        if byte >= 0x20, byte < 0x7F {
          run.append(byte)
        } else {
          if byte == 0, run.count >= least {
            write(run, at: address + index - run.count, output)
          }
          run.removeAll(keepingCapacity: true)
        }
      }
      address += count
    }
  }

  private func write(_ run: [UInt8], at address: Int, _ output: Output) {
    if radix != UInt8(ascii: "n") {
      output.write(addressText(address))
      output.write(0x20)
    }
    output.write(run)
    output.write(0x0A)
  }
}

/// How the values of a line lie below each other.
struct OdLayout {
  let types: [OdType]
  let block: Int
  private let bigEndian: Bool
  private let columns: Int

  init(_ types: [OdType], _ block: Int, bigEndian: Bool) {
    self.types = types
    self.block = block
    self.bigEndian = bigEndian
    columns = types.reduce(0) { max($0, (block / $1.size) * ($1.width + 1)) }
  }

  /// The values of one type; of `bytes` only `count` are input.
  func line(_ index: Int, _ bytes: [UInt8], _ count: Int) -> [UInt8] {
    let type = types[index]
    let fields = block / type.size
    let padding = columns - fields * type.width
    let input = Array(bytes[..<count])
    var result: [UInt8] = []
    // What is left of the padding is spread over the fields.
    var left = padding
    for field in 0..<fields {
      let next = padding * (fields - field - 1) / fields
      if field * type.size < count {
        let text = type.text(input, field * type.size, bigEndian: bigEndian)
        let width = left - next + type.width
        result += repeatElement(0x20, count: max(0, width - text.count))
        result += text
      } else if type.showsText {
        result += repeatElement(0x20, count: left - next + type.width)
      }
      left = next
    }
    if type.showsText {
      result += "  >".utf8
      for byte in input { result.append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: ".")) }
      result.append(UInt8(ascii: "<"))
    }
    return result
  }
}
