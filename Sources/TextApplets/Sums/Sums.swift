public import Box
internal import Digests
internal import Linux
internal import Target

/// Computes and checks message digests of files, coreutils md5sum(1), sha256sum(1) …
///
/// One applet for all: the name it is called by says which digest.
public struct Sums: Command {
  var checks = false
  var tags: Bool?
  var isBinary: Bool?
  var lineEnd: UInt8 = 0x0A
  var isQuiet = false
  var isSilent = false
  var isStrict = false
  var warns = false
  var skipsMissing = false
  var bits: Int?

  public init() {}

  public static var manual: Manual<Sums> {
    Manual(
      "sha256sum", "Compute or check digests of files", family: .text, operands: "[FILE]...",
      options: [
        .flag("b", "binary", "Mark files with *, as read in binary mode") { $0.isBinary = true },
        .flag("c", "check", "Check the files that FILE lists with their digests") {
          $0.checks = true
        },
        .flag(nil, "ignore-missing", "Do not tell of listed files that are not there") {
          $0.skipsMissing = true
        },
        .parsed("l", "length", "BITS", "The length of the digest, b2sum only") {
          (options: inout Sums, text) throws(Failure) in
          guard let bits = Int(text), bits >= 0, bits <= 512, bits % 8 == 0 else {
            throw .message("-l \(text): not a multiple of 8 up to 512")
          }
          options.bits = bits == 0 ? nil : bits
        },
        .flag(nil, "quiet", "No OK for each file that is right") { $0.isQuiet = true },
        .flag(nil, "status", "Say nothing, the status tells") { $0.isSilent = true },
        .flag(nil, "strict", "Fail where lines are malformed") { $0.isStrict = true },
        .flag(nil, "tag", "Lines with the name of the digest, as BSD writes them") {
          $0.tags = true
        },
        .flag("t", "text", "Mark files with a blank, as read in text mode") {
          $0.isBinary = false
        },
        .flag("w", "warn", "Tell each malformed line") { $0.warns = true },
        .flag("z", "zero", "End lines with NUL, and escape nothing") { $0.lineEnd = 0 },
      ],
      examples: [
        ("sha256sum /proc/1/exe", "Is the app the build we think?"),
        ("md5sum @/app/*.jar", "Which jars differ from another pod's?"),
        ("sha256sum -c SHA256SUMS", "Are all files as listed?"),
      ],
      standard: "coreutils 9.1 sha256sum(1), FIPS 180-4, RFC 1321, RFC 7693")
  }

  private static func algorithm(_ name: String) -> DigestAlgorithm {
    switch name {
    case "md5sum": .md5
    case "sha1sum": .sha1
    case "sha224sum": .sha224
    case "sha384sum": .sha384
    case "sha512sum": .sha512
    case "b2sum": .blake2b
    default: .sha256
    }
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let algorithm = Self.algorithm(context.name)
    if bits != nil, algorithm != .blake2b { throw .usage("-l: only b2sum has other lengths") }
    if checks {
      if tags == true { throw .usage("--tag: not with --check") }
      if isBinary != nil { throw .usage("-b and -t: not with --check") }
    } else {
      for (flag, name) in [
        (isQuiet, "quiet"), (isSilent, "status"), (isStrict, "strict"), (warns, "warn"),
        (skipsMissing, "ignore-missing"),
      ] where flag { throw .usage("--\(name): only with --check") }
      if tags == true, isBinary == false { throw .usage("--tag: not with --text") }
    }
    let paths = Paths(context)
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        if checks {
          try SumCheck(self, algorithm).run(operand, paths, &context)
        } else {
          let digest = try Self.digest(
            of: operand, algorithm, length: bits.map { $0 / 8 }, paths)
          write(digest, operand, algorithm, context)
        }
      } catch {
        context.report(error)
      }
      if context.output.failure != nil { return }
    }
  }

  static func digest(
    of name: String, _ algorithm: DigestAlgorithm, length: Int?, _ paths: Paths
  ) throws(Failure) -> [UInt8] {
    let source = try TextSource.open(name, paths)
    var digest = Digest(algorithm, length: length)
    try source.forEachPiece { piece in
      digest.add(UnsafeRawBufferPointer(piece))
      return true
    }
    return Self.hexadecimal(digest.finish())
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      for half in [byte >> 4, byte & 15] { result.append(half < 10 ? 0x30 + half : 0x57 + half) }
    }
    return result
  }

  private func write(
    _ digest: [UInt8], _ name: String, _ algorithm: DigestAlgorithm, _ context: Context
  ) {
    let (shown, isEscaped) = lineEnd == 0 ? (name.bytes, false) : SumName.escaped(name)
    let output = context.output
    if isEscaped { output.write(UInt8(ascii: "\\")) }
    if tags == true {
      output.write("\(algorithm.tag)")
      if let bits, algorithm == .blake2b, bits < 512 { output.write("-\(bits)") }
      output.write(" (")
      output.write(shown)
      output.write(") = ")
      output.write(digest)
    } else {
      output.write(digest)
      output.write(isBinary == true ? " *" : "  ")
      output.write(shown)
    }
    output.write(lineEnd)
  }
}

/// Names of files in lines of sums.
enum SumName {
  /// The name with backslashes and ends of lines escaped, and whether there were any.
  static func escaped(_ name: String) -> (bytes: [UInt8], isEscaped: Bool) {
    var result: [UInt8] = []
    var isEscaped = false
    for byte in name.bytes {
      let letter: UInt8
      switch byte {
      case UInt8(ascii: "\\"): letter = byte
      case 0x0A: letter = UInt8(ascii: "n")
      case 0x0D: letter = UInt8(ascii: "r")
      default:
        result.append(byte)
        continue
      }
      isEscaped = true
      result += [UInt8(ascii: "\\"), letter]
    }
    return (result, isEscaped)
  }
}
