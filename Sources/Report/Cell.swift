internal import Box
internal import Linux

/// One value; the same cell is laid out in a table or encoded as JSON.
public enum Cell {
  case text(String)
  case number(Int)
  /// A fraction, shown with a fixed number of decimals.
  case decimal(Double, digits: Int)
  /// Bytes: humanised in tables, raw in JSON.
  case size(Int)
  /// Seconds: humanised in tables, raw in JSON.
  case duration(Double)
  case flag(Bool)
  case list([String])
  /// `-` in tables, `null` in JSON.
  case missing

  /// What a table shows.
  public var plain: String {
    switch self {
    case .text(let text): text.isEmpty ? "-" : Sanitize.escaped(text)
    case .number(let number): String(number)
    case .decimal(let value, let digits): fixed(value, digits)
    case .size(let bytes): Quantity.size(bytes)
    case .duration(let seconds): Quantity.duration(seconds)
    case .flag(let value): value ? "yes" : "no"
    case .list(let items): items.isEmpty ? "-" : Sanitize.escaped(items.joined(separator: ","))
    case .missing: "-"
    }
  }

  public var json: JSON {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .number(number)
    case .decimal(let value, let digits): .decimal(value, digits: digits)
    case .size(let bytes): .number(bytes)
    case .duration(let seconds): .decimal(seconds, digits: 3)
    case .flag(let value): .flag(value)
    case .list(let items): .array(items.map { .string($0) })
    case .missing: .null
    }
  }

  /// Whether this sorts before `other`: numbers by value, then text by bytes, the missing last.
  func precedes(_ other: Cell) -> Bool {
    switch (magnitude, other.magnitude) {
    case (let a?, let b?): a < b
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): !isMissing && (other.isMissing || plain.precedesBytewise(other.plain))
    }
  }

  private var isMissing: Bool { if case .missing = self { true } else { false } }

  private var magnitude: Double? {
    switch self {
    case .number(let number), .size(let number): Double(number)
    case .decimal(let value, _), .duration(let value): value
    case .flag(let value): value ? 1 : 0
    case .text, .list, .missing: nil
    }
  }
}
