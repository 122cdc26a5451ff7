public import Box
internal import Linux
internal import Report
internal import Target

/// Sets the size of files, coreutils truncate(1).
public struct Truncate: Command {
  var size: String?
  var reference: String?
  var makesNone = false
  var countsBlocks = false

  public init() {}

  public static var manual: Manual<Truncate> {
    Manual(
      "truncate", "Set the size of files", family: .files, operands: "FILE...",
      options: [
        .value("s", "size", "[+-<>/%]SIZE", "To SIZE, or by it; K is 1024, KB is 1000") {
          $0.size = $1
        },
        .value("r", "reference", "FILE", "The size of FILE") { $0.reference = $1 },
        .flag("c", "no-create", "Make no files") { $0.makesNone = true },
        .flag("o", "io-blocks", "SIZE counts blocks of the file system") {
          $0.countsBlocks = true
        },
      ],
      examples: [("truncate -s 0 @1:/var/log/app.log", "Empty a log that fills the disk")],
      standard: "coreutils 9.1 truncate(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard size != nil || reference != nil else { throw .usage("you must specify either -s or -r") }
    guard !operands.isEmpty else { throw .usage("missing file operand") }
    let paths = Paths(context)
    var base: Int?
    if let reference { base = try paths.location(reference).status(follow: true).size }
    let change = try size.map { (text: String) throws(Failure) in try Self.read(text) }
    if base != nil, let change, change.operation == nil {
      throw .usage("you must specify a relative size with -r")
    }
    for operand in operands {
      do throws(Failure) {
        try cut(operand, base, change, paths)
      } catch {
        if makesNone, error.errno == .noEntry { continue }
        context.report(error)
      }
    }
  }

  private func cut(
    _ operand: String, _ base: Int?, _ change: (operation: UInt8?, value: Int)?, _ paths: Paths
  ) throws(Failure) {
    let place = try paths.location(operand)
    let mode: OpenMode = [.write, .nonBlocking]
    let file = try place.open(makesNone ? mode : mode.union(.create))
    try place.told { () throws(SystemError) in
      let status = try file.status()
      var value = change?.value ?? 0
      if countsBlocks {
        let (product, overflow) = value.multipliedReportingOverflow(by: status.blockSize)
        guard !overflow else { throw SystemError(.tooLarge, "truncate", "") }
        value = product
      }
      guard let size = Self.result(change?.operation, value, base ?? status.size, base) else {
        throw SystemError(.tooLarge, "truncate", "")
      }
      try file.setSize(size)
    }
  }

  private static func result(_ operation: UInt8?, _ value: Int, _ current: Int, _ base: Int?)
    -> Int?
  {
    switch operation {
    case UInt8(ascii: "+"):
      let (sum, overflow) = current.addingReportingOverflow(value)
      return overflow ? nil : sum
    case UInt8(ascii: "-"): return max(0, current - value)
    case UInt8(ascii: "<"): return min(current, value)
    case UInt8(ascii: ">"): return max(current, value)
    case UInt8(ascii: "/"): return value == 0 ? nil : current / value * value
    case UInt8(ascii: "%"):
      guard value > 0 else { return nil }
      let (sum, overflow) = current.addingReportingOverflow(value - 1)
      return overflow ? nil : sum / value * value
    default: return base ?? value
    }
  }

  private static func read(_ text: String) throws(Failure) -> (operation: UInt8?, value: Int) {
    var operation: UInt8?
    var digits = text
    if let first = text.utf8.first, "+-<>/%".utf8.contains(first) {
      operation = first
      digits = String(text.dropFirst())
    }
    guard let value = Quantity.parse(digits) else { throw .message("\(text): invalid number") }
    if value == 0, operation == UInt8(ascii: "/") || operation == UInt8(ascii: "%") {
      throw .usage("division by zero")
    }
    return (operation, value)
  }
}
