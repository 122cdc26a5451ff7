public import Box
internal import Linux

/// Waits. GNU sleep(1).
public struct Sleep: Command {
  public init() {}

  public static var manual: Manual<Sleep> {
    Manual(
      "sleep", "Wait for a while", family: .shell, operands: "NUMBER[smhd]...",
      examples: [
        ("sleep 0.5", "Half a second"),
        ("sleep 1h 30m", "The sum of all operands"),
        ("sleep infinity", "Until a signal comes"),
      ],
      standard: "coreutils sleep(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand: needs a NUMBER of seconds") }
    var total = 0.0
    var isValid = true
    for operand in operands {
      if let seconds = Self.seconds(operand) {
        total += seconds
      } else {
        context.report(.message("\(operand): invalid time interval"))
        isValid = false
      }
    }
    guard isValid else { return }
    repeat { context.clock.sleep(seconds: total) } while total > 9e9
  }

  /// Seconds of `1.5`, `2m`, `infinity`.
  static func seconds(_ text: String) -> Double? {
    // First as it stands: 0xd is thirteen.
    if let value = parseDouble(text) { return value >= 0 ? value : nil }
    let units: [(suffix: StaticString, seconds: Double)] = [
      ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
    ]
    guard let unit = units.first(where: { text.hasSuffix("\($0.suffix)") }),
      let value = parseDouble(String(text.dropLast())), value >= 0
    else { return nil }
    return value * unit.seconds
  }
}
