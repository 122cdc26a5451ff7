public import Box
internal import Linux
internal import Target

/// Copies and converts bytes in blocks, coreutils dd(1).
public struct Dd: Command {
  var input: String?
  var output: String?
  var inputSize = 512
  var outputSize = 512
  var blockSize: Int?
  var recordSize = 0
  var count: (value: Int, isBytes: Bool)?
  var skip: (value: Int, isBytes: Bool) = (0, false)
  var seek: (value: Int, isBytes: Bool) = (0, false)
  var conversions: Set<String> = []
  var inputFlags: Set<String> = []
  var outputFlags: Set<String> = []
  var status = "default"

  public init() {}

  public static var manual: Manual<Dd> {
    Manual(
      "dd", "Copy and convert bytes in blocks", family: .files, operands: "[OPERAND=VALUE]...",
      grammar: .own,
      examples: [
        ("dd if=/dev/zero of=/data/probe bs=1M count=100 conv=fdatasync", "How fast is the disk?"),
        ("dd if=@1:/app/blob bs=1 skip=512 count=64 | xxd", "A piece of a file"),
        ("dd if=big of=copy bs=4M status=progress", "And how far is it?"),
      ],
      standard: "coreutils 9.1 dd(1)",
      deviations: [
        "operands: if of bs ibs obs cbs count skip iseek seek oseek conv iflag oflag status",
        "conv knows lcase ucase swab noerror notrunc excl nocreat sync sparse block unblock fsync fdatasync",
        "conv=ascii, ebcdic and ibm, iflag=nocache and oflag=nocache are refused",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var dd = self
    for operand in operands where operand != "--" { try dd.take(operand) }
    try dd.check()
    try DdRun(dd, context).run(&context)
  }

  private mutating func take(_ operand: String) throws(Failure) {
    guard let equals = operand.utf8.firstIndex(of: UInt8(ascii: "=")) else {
      if operand.hasPrefix("-") { throw unknownOption(operand, nearest: nil) }
      throw .usage("\(operand): unrecognized operand")
    }
    let key = String(operand[..<equals])
    let value = String(operand[operand.utf8.index(after: equals)...])
    switch key {
    case "if": input = value
    case "of": output = value
    case "bs": blockSize = try Self.size(value, key)
    case "ibs": inputSize = try Self.size(value, key)
    case "obs": outputSize = try Self.size(value, key)
    case "cbs": recordSize = try Self.size(value, key)
    case "count": count = try Self.amount(value, key)
    case "skip", "iseek": skip = try Self.amount(value, key)
    case "seek", "oseek": seek = try Self.amount(value, key)
    case "conv": conversions = try Self.words(value, key, Self.knownConversions)
    case "iflag": inputFlags = try Self.words(value, key, Self.knownFlags)
    case "oflag": outputFlags = try Self.words(value, key, Self.knownFlags)
    case "status":
      guard ["none", "noxfer", "progress"].contains(value) else {
        throw .usage("status=\(value): must be none, noxfer or progress")
      }
      status = value
    default:
      if key.hasPrefix("-") { throw unknownOption(key, nearest: nil) }
      throw .usage("\(operand): unrecognized operand")
    }
  }

  private static let knownConversions = [
    "lcase", "ucase", "swab", "noerror", "notrunc", "excl", "nocreat", "sync", "sparse", "block",
    "unblock", "fsync", "fdatasync",
  ]
  private static let knownFlags = [
    "append", "direct", "directory", "dsync", "sync", "fullblock", "nonblock",
    "noatime", "noctty", "nofollow", "count_bytes", "skip_bytes", "seek_bytes",
  ]

  private static func words(_ value: String, _ key: String, _ known: [String]) throws(Failure)
    -> Set<String>
  {
    var words: Set<String> = []
    for word in value.split(separator: ",") {
      guard known.contains(String(word)) else { throw .usage("\(key)=\(word): is not supported") }
      words.insert(String(word))
    }
    return words
  }

  private static func size(_ text: String, _ key: String) throws(Failure) -> Int {
    guard let size = number(text), size > 0, size <= 1 << 40 else {
      throw .usage("\(key)=\(text): invalid number")
    }
    return size
  }

  /// With B at the end it counts bytes, not blocks.
  private static func amount(_ text: String, _ key: String) throws(Failure) -> (Int, Bool) {
    guard let value = number(text) else { throw .usage("\(key)=\(text): invalid number") }
    let bytes = Array(text.utf8)
    return (value, bytes.last == UInt8(ascii: "B"))
  }

  /// Numbers with suffixes, multiplied by `x`: `2x1k`.
  static func number(_ text: String) -> Int? {
    var product = 1
    for factor in text.utf8.split(separator: UInt8(ascii: "x"), omittingEmptySubsequences: false) {
      let digits = factor.prefix { $0 >= 0x30 && $0 <= 0x39 }
      let suffix = String(decoding: factor.dropFirst(digits.count), as: UTF8.self)
      guard let value = Int(String(decoding: digits, as: UTF8.self)), let unit = unit(suffix) else {
        return nil
      }
      let (part, overflow) = value.multipliedReportingOverflow(by: unit)
      let (whole, overflowToo) = product.multipliedReportingOverflow(by: part)
      guard !overflow, !overflowToo else { return nil }
      product = whole
    }
    return product
  }

  private static func unit(_ suffix: String) -> Int? {
    switch suffix {
    case "", "c", "B": return 1
    case "w": return 2
    case "b": return 512
    default: break
    }
    let letters: [StaticString] = ["K", "M", "G", "T", "P", "E"]
    let first = suffix.prefix(1) == "k" ? "K" : String(suffix.prefix(1))
    guard let power = letters.firstIndex(where: { "\($0)" == first }) else { return nil }
    let rest = suffix.dropFirst()
    guard rest.isEmpty || rest == "B" || rest == "iB" else { return nil }
    return (0...power).reduce(1) { unit, _ in unit * (rest == "B" ? 1000 : 1024) }
  }

  private mutating func check() throws(Failure) {
    if let blockSize { (inputSize, outputSize) = (blockSize, blockSize) }
    if conversions.contains("lcase"), conversions.contains("ucase") {
      throw .usage("cannot combine lcase and ucase")
    }
    if conversions.contains("block"), conversions.contains("unblock") {
      throw .usage("cannot combine block and unblock")
    }
    if conversions.contains("block") || conversions.contains("unblock"), recordSize == 0 {
      throw .usage("conv=block and conv=unblock need cbs=")
    }
    if conversions.contains("excl"), conversions.contains("nocreat") {
      throw .usage("cannot combine excl and nocreat")
    }
    if inputFlags.contains("count_bytes"), let value = count?.value { count = (value, true) }
    if inputFlags.contains("skip_bytes") { skip.isBytes = true }
    if outputFlags.contains("seek_bytes") { seek.isBytes = true }
    guard inputSize <= 1 << 32, outputSize <= 1 << 32 else { throw .usage("bs: memory exhausted") }
  }
}
