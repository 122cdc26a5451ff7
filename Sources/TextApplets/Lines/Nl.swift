public import Box
internal import Linux
internal import Patterns
internal import Target

/// Numbers lines, POSIX nl and coreutils nl(1).
public struct Nl: Command {
  enum Style {
    case all, filled, none
    case matching(LineMatcher)
  }

  enum Layout { case left, right, zeros }

  /// Header, body, footer.
  var styles: [Style] = [.none, .filled, .none]
  var delimiter: [UInt8] = Array("\\:".utf8)
  var increment = 1
  var blanks = 1
  var layout = Layout.right
  var restarts = true
  var separator: [UInt8] = [0x09]
  var start = 1
  var width = 6

  public init() {}

  public static var manual: Manual<Nl> {
    Manual(
      "nl", "Number lines", family: .text, operands: "[FILE]...",
      options: [
        .parsed("b", "body-numbering", "STYLE", "Number all lines (a), filled ones (t), none (n)") {
          (options: inout Nl, text) throws(Failure) in options.styles[1] = try style(text)
        },
        .parsed("d", "section-delimiter", "CC", "What begins a logical page, not \\:") {
          (options: inout Nl, text) throws(Failure) in
          let bytes = text.bytes
          options.delimiter = bytes.count == 1 ? bytes + [UInt8(ascii: ":")] : bytes
        },
        .parsed("f", "footer-numbering", "STYLE", "As -b for footers; pREGEX: lines that match") {
          (options: inout Nl, text) throws(Failure) in options.styles[2] = try style(text)
        },
        .parsed("h", "header-numbering", "STYLE", "As -b for headers") {
          (options: inout Nl, text) throws(Failure) in options.styles[0] = try style(text)
        },
        .parsed("i", "line-increment", "NUM", "Count by NUM") {
          (options: inout Nl, text) throws(Failure) in
          options.increment = try number(text, least: .min)
        },
        .parsed("l", "join-blank-lines", "NUM", "NUM empty lines count as one") {
          (options: inout Nl, text) throws(Failure) in options.blanks = try number(text, least: 1)
        },
        .parsed("n", "number-format", "FORMAT", "Numbers left (ln), right (rn) or with zeros (rz)")
        {
          (options: inout Nl, text) throws(Failure) in
          switch text {
          case "ln": options.layout = .left
          case "rn": options.layout = .right
          case "rz": options.layout = .zeros
          default: throw .message("-n \(text): not ln, rn or rz")
          }
        },
        .flag("p", "no-renumber", "Do not start anew on each page") { $0.restarts = false },
        .value("s", "number-separator", "TEXT", "TEXT behind the number, not a tab") {
          (options: inout Nl, text: String) in options.separator = text.bytes
        },
        .parsed("v", "starting-line-number", "NUM", "The first number") {
          (options: inout Nl, text) throws(Failure) in
          options.start = try number(text, least: .min)
        },
        .parsed("w", "number-width", "NUM", "Columns of the number") {
          (options: inout Nl, text) throws(Failure) in
          options.width = min(try number(text, least: 1), 1 << 16)
        },
      ],
      examples: [("nl -ba config.yaml", "With the numbers of lines")],
      standard: "POSIX.1-2017 nl, coreutils 9.1 nl(1)")
  }

  private static func number(_ text: String, least: Int) throws(Failure) -> Int {
    guard let value = Int(text), value >= least else {
      throw .message("\(text): not a number that can be here")
    }
    return value
  }

  private static func style(_ text: String) throws(Failure) -> Style {
    switch text {
    case "a": return .all
    case "t": return .filled
    case "n": return .none
    default:
      guard text.hasPrefix("p") else { throw .message("\(text): not a, t, n or pREGEX") }
      do throws(Pattern.Malformed) {
        return .matching(try LineMatcher([Array(text.bytes.dropFirst())], .basic, []))
      } catch {
        throw .message("\(text): \(error.reason)")
      }
    }
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var number = start
    var section = 1
    var empty = 0
    try forEachReader(operands, 0x0A, &context) { (reader, output) throws(SystemError) in
      while output.failure == nil, let line = try reader.next() {
        if let next = mark(line) {
          section = next
          if restarts { number = start }
          output.write(0x0A)
          continue
        }
        var isNumbered: Bool
        switch styles[section] {
        case .all:
          empty = line.isEmpty ? empty + 1 : 0
          isNumbered = !line.isEmpty || empty == blanks
          if isNumbered { empty = 0 }
        case .filled: isNumbered = !line.isEmpty
        case .none: isNumbered = false
        case .matching(let matcher):
          isNumbered = (Array(line) + [0x0A]).withUnsafeBytes {
            matcher.nextLine(in: $0, from: 0) != nil
          }
        }
        if isNumbered {
          write(number, output)
          number &+= increment
        } else {
          for _ in 0..<(width + separator.count) { output.write(0x20) }
        }
        output.write(line)
        output.write(0x0A)
      }
    }
  }

  /// The section that a line of delimiters begins: three for the header, two the body, one the footer.
  private func mark(_ line: UnsafeRawBufferPointer) -> Int? {
    guard !delimiter.isEmpty else { return nil }
    for (times, section) in [(3, 0), (2, 1), (1, 2)] where isMarked(line, times: times) {
      return section
    }
    return nil
  }

  private func isMarked(_ line: UnsafeRawBufferPointer, times: Int) -> Bool {
    guard line.count == delimiter.count * times else { return false }
    for index in 0..<line.count where line[index] != delimiter[index % delimiter.count] {
      return false
    }
    return true
  }

  private func write(_ number: Int, _ output: Output) {
    let digits = String(number)
    let missing = max(0, width - digits.utf8.count)
    switch layout {
    case .left: output.write(digits + String(repeating: " ", count: missing))
    case .right: output.write(String(repeating: " ", count: missing) + digits)
    case .zeros:
      let sign = number < 0 ? "-" : ""
      output.write(
        sign + String(repeating: "0", count: missing) + String(number.magnitude))
    }
    output.write(separator)
  }
}
