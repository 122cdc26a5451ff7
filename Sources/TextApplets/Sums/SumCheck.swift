internal import Box
internal import Digests
internal import Linux
internal import Target

/// Checks the files that a file of sums lists.
struct SumCheck {
  private let options: Sums
  private let algorithm: DigestAlgorithm
  private var malformed = 0
  private var unreadable = 0
  private var wrong = 0
  private var right = 0
  private var hasLines = false

  init(_ options: Sums, _ algorithm: DigestAlgorithm) {
    self.options = options
    self.algorithm = algorithm
  }

  mutating func check(
    _ reader: LineReader, _ list: String, _ paths: Paths, _ context: inout Context
  )
    throws(SystemError)
  {
    var number = 0
    while context.output.failure == nil, let line = try reader.next() {
      number += 1
      if line.first == UInt8(ascii: "#") { continue }
      let length = algorithm == .blake2b ? nil : algorithm.size
      guard let sum = SumLine(Array(line), algorithm, length: length),
        !(list == "-" && sum.file == [UInt8(ascii: "-")])
      else {
        malformed += 1
        if options.warns {
          context.note(
            "\(list): \(number): improperly formatted \(algorithm.tag) checksum line")
        }
        continue
      }
      hasLines = true
      compare(sum, paths, &context)
    }
  }

  private mutating func compare(_ sum: SumLine, _ paths: Paths, _ context: inout Context) {
    let name = String(bytes: sum.file)
    let prefix =
      sum.file.contains(0x0A) ? [UInt8(ascii: "\\")] + SumName.escaped(name).bytes : sum.file
    do throws(Failure) {
      let digest = try Sums.digest(of: name, algorithm, length: sum.digest.count / 2, paths)
      let isRight = digest == sum.digest
      if isRight { right += 1 } else { wrong += 1 }
      if options.isSilent || (isRight && options.isQuiet) { return }
      context.output.write(prefix)
      context.output.line(isRight ? ": OK" : ": FAILED")
    } catch {
      if options.skipsMissing, error.errno == .noEntry { return }
      context.report(error)
      unreadable += 1
      if options.isSilent { return }
      context.output.write(prefix)
      context.output.line(": FAILED open or read")
    }
  }

  func run(_ operand: String, _ paths: Paths, _ context: inout Context) throws(Failure) {
    let source = try TextSource.openSource(operand, paths, status: 1)
    let reader = LineReader(File(owning: source.descriptor))
    let list = operand == "-" ? "standard input" : operand
    var state = self
    do throws(SystemError) {
      try state.check(reader, operand, paths, &context)
    } catch {
      throw .system(error.about(list))
    }
    try state.summarise(list, &context)
  }

  private func summarise(_ list: String, _ context: inout Context) throws(Failure) {
    guard hasLines else {
      throw .message("\(list): no properly formatted checksum lines found")
    }
    if !options.isSilent {
      if malformed > 0 {
        context.note(
          "WARNING: " + Self.count(malformed, "line is", "lines are") + " improperly formatted")
      }
      if unreadable > 0 {
        context.note(
          "WARNING: " + Self.count(unreadable, "listed file", "listed files") + " could not be read"
        )
      }
      if wrong > 0 {
        context.note(
          "WARNING: " + Self.count(wrong, "computed checksum", "computed checksums")
            + " did NOT match")
      }
    }
    if options.skipsMissing, right == 0, wrong == 0, unreadable == 0 {
      throw .message("\(list): no file was verified")
    }
    if wrong > 0 || unreadable > 0 || (options.isStrict && malformed > 0) { context.fail() }
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    String(number) + " " + (number == 1 ? one : many)
  }
}
