public import LineEditor

/// Colours a command line while it is typed, and tells whether it is at its end.
public enum Highlighter {
  /// - Parameter isCommand: whether a name is an applet, a function, an alias, a builtin or a program.
  public static func styles(_ line: [UInt8], isCommand: @escaping (String) -> Bool) -> [StyledRange]
  {
    ordered(ShellScanner(line, isCommand: isCommand).styles)
  }

  /// Whether quotes and substitutions are closed and nothing must follow: what a shell needs to begin with.
  public static func isComplete(_ line: [UInt8]) -> Bool {
    let scanner = ShellScanner(line)
    if scanner.quote != .none || scanner.depth > 0 || scanner.endsEscaped { return false }
    let text = line.last { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A }
    return scanner.isComment || text != UInt8(ascii: "|") && !endsWithAnd(line)
  }

  private static func endsWithAnd(_ line: [UInt8]) -> Bool {
    let rest = line.reversed().drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
    return rest.prefix(2).elementsEqual([UInt8(ascii: "&"), UInt8(ascii: "&")])
  }

  /// Ascending, and none inside another.
  private static func ordered(_ styles: [StyledRange]) -> [StyledRange] {
    var result: [StyledRange] = []
    for style in styles where !style.range.isEmpty {
      var style = style
      while let last = result.last, last.range.lowerBound > style.range.lowerBound {
        result.removeLast()
        style = StyledRange(
          style.range.lowerBound..<max(style.range.upperBound, last.range.upperBound), style.style)
      }
      if let last = result.last, last.range.upperBound > style.range.lowerBound {
        guard style.range.upperBound > last.range.upperBound else { continue }
        style = StyledRange(last.range.upperBound..<style.range.upperBound, style.style)
      }
      result.append(style)
    }
    return result
  }
}
