public import Box
internal import Linux
internal import Patterns
internal import Target

/// Translates, deletes and squeezes bytes, POSIX tr and coreutils tr(1).
public struct Tr: Command {
  var complements = false
  var deletes = false
  var squeezes = false
  var truncates = false

  public init() {}

  public static var manual: Manual<Tr> {
    Manual(
      "tr", "Translate, delete and squeeze characters", family: .text, operands: "SET1 [SET2]",
      grammar: .posix,
      options: [
        .flag("cC", "complement", "All bytes that are not in SET1") { $0.complements = true },
        .flag("d", "delete", "Delete the bytes of SET1") { $0.deletes = true },
        .flag("s", "squeeze-repeats", "One of several equal bytes of the last set") {
          $0.squeezes = true
        },
        .flag("t", "truncate-set1", "Cut SET1 to the length of SET2") { $0.truncates = true },
      ],
      examples: [
        ("tr '\\0' '\\n' < /proc/1/cmdline", "The arguments of a process, one a line"),
        ("tr -d '\\r'", "Lines of Windows as lines of Unix"),
        ("tr a-z A-Z", "Upper case"), ("tr -s '[:space:]' '\\n'", "A word a line"),
      ],
      standard: "POSIX.1-2017 tr, coreutils 9.1 tr(1)",
      deviations: ["a character is a byte, as that of coreutils is"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let plan: TrPlan
    do throws(CharacterSet.Malformed) {
      plan = try TrPlan(self, operands)
    } catch {
      throw .message(error.reason)
    }
    let source = try TextSource.open("-", Paths(context))
    var last: UInt8?
    let output = context.output
    try source.forEachPiece { piece in
      if plan.isPlain {
        ByteScan.translate(piece, plan.table)
        output.write(UnsafeRawBufferPointer(piece))
      } else {
        let count = plan.apply(to: piece, &last)
        output.write(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      }
      // What comes from a pipe is passed on at once.
      if piece.count < 1 << 16 { output.flush() }
      return output.failure == nil
    }
  }
}

/// What becomes of each byte.
struct TrPlan {
  private(set) var table: [UInt8] = Array(UInt8.min...UInt8.max)
  private var isDeleted = [Bool](repeating: false, count: 256)
  private var isSqueezed = [Bool](repeating: false, count: 256)
  /// Whether no byte goes away.
  private(set) var isPlain = true

  init(_ options: Tr, _ operands: [String]) throws(CharacterSet.Malformed) {
    guard let first = operands.first else { throw CharacterSet.Malformed(reason: "no set given") }
    let needsTwo = options.deletes == options.squeezes
    let allowsTwo = !options.deletes || options.squeezes
    if needsTwo, operands.count < 2 {
      throw CharacterSet.Malformed(
        reason: "\(first): two sets are needed "
          + (options.deletes ? "to delete and squeeze" : "to translate"))
    }
    guard operands.count <= (allowsTwo ? 2 : 1) else {
      throw CharacterSet.Malformed(reason: "\(operands[allowsTwo ? 2 : 1]): extra operand")
    }
    let set = try CharacterSet(first)
    if set.hasOpenRepeat {
      throw CharacterSet.Malformed(reason: "\(first): [c*] may only be in the second set")
    }
    var domain = set.expanded()
    if options.complements {
      var members = [Bool](repeating: false, count: 256)
      for byte in domain { members[Int(byte)] = true }
      domain = (UInt8.min...UInt8.max).filter { !members[Int($0)] }
    }
    if options.deletes { for byte in domain { isDeleted[Int(byte)] = true } }
    var squeezed = domain
    if operands.count == 2 {
      let second = try CharacterSet(operands[1])
      let isTranslating = !options.deletes
      squeezed =
        isTranslating
        ? try translate(domain, set, second, options, operands[1]) : second.expanded(to: 0)
    }
    if options.squeezes { for byte in squeezed { isSqueezed[Int(byte)] = true } }
    isPlain = !options.deletes && !options.squeezes
  }

  /// - Returns: the second set in full length.
  private mutating func translate(
    _ domain: [UInt8], _ first: CharacterSet, _ second: CharacterSet, _ options: Tr, _ text: String
  ) throws(CharacterSet.Malformed) -> [UInt8] {
    var domain = domain
    var target = second.expanded(to: domain.count)
    for case .characterClass(let name) in second.items where name != "lower" && name != "upper" {
      throw CharacterSet.Malformed(
        reason: "\(text): when translating, only [:upper:] and [:lower:] may be in the second set")
    }
    let cases = second.cases(to: domain.count)
    if !cases.isEmpty {
      let own = options.complements ? [] : first.cases()
      guard cases.allSatisfy({ own.contains($0) }) else {
        throw CharacterSet.Malformed(reason: "\(text): misaligned [:upper:] or [:lower:]")
      }
    }
    if options.truncates {
      domain = Array(domain.prefix(target.count))
    } else if target.count < domain.count {
      guard let last = target.last else {
        throw CharacterSet.Malformed(reason: "the second set must not be empty")
      }
      if case .characterClass = second.items.last {
        throw CharacterSet.Malformed(
          reason: "\(text): the first set is longer, and the second ends with a class")
      }
      target += repeatElement(last, count: domain.count - target.count)
    }
    if options.complements, first.hasClasses, let one = target.first,
      !target.prefix(domain.count).allSatisfy({ $0 == one })
    {
      throw CharacterSet.Malformed(
        reason: "\(text): with the complement of a class all must become one character")
    }
    for (index, byte) in domain.enumerated() { table[Int(byte)] = target[index] }
    return target
  }

  /// Works in place; answers how many bytes are left.
  func apply(to bytes: UnsafeMutableRawBufferPointer, _ last: inout UInt8?) -> Int {
    var count = 0
    for index in 0..<bytes.count {
      if isDeleted[Int(bytes[index])] { continue }
      let byte = table[Int(bytes[index])]
      if byte == last, isSqueezed[Int(byte)] { continue }
      last = byte
      bytes[count] = byte
      count += 1
    }
    return count
  }
}
