public import Box
internal import Dates
internal import Linux
internal import Report
internal import Target

/// Prints the time of day, or another time. GNU date(1); does not set the clock.
public struct Date: Command {
  enum Source {
    case now
    case text(String)
    case lines(String)
    case file(String)
    case resolution
  }

  var source = Source.now
  var isUTC = false
  var format: String?

  public init() {}

  public static var runsInProcess: Bool { true }

  public static var manual: Manual<Date> {
    Manual(
      "date", "Print the time of day, or any other time", family: .system, operands: "[+FORMAT]",
      options: [
        .parsed("d", "date", "TEXT", "The time TEXT names: '2 hours ago', @SECONDS, a date") {
          (options: inout Date, text: String) throws(Failure) in try options.set(.text(text))
        },
        .parsed("f", "file", "FILE", "As -d, for each line of FILE") {
          (options: inout Date, path: String) throws(Failure) in try options.set(.lines(path))
        },
        .optional("I", "iso-8601", "PART", "As 2006-08-14T02:34:56-06:00, up to PART") {
          (options: inout Date, part: String?) throws(Failure) in
          try options.set(iso: part ?? "date")
        },
        .parsed("r", "reference", "FILE", "The time FILE was last written") {
          (options: inout Date, path: String) throws(Failure) in try options.set(.file(path))
        },
        .flag(nil, "resolution", "Print the finest step of the clock") { $0.source = .resolution },
        .parsed(nil, "rfc-3339", "PART", "As 2006-08-14 02:34:56-06:00, up to PART") {
          (options: inout Date, part: String) throws(Failure) in try options.set(rfc3339: part)
        },
        .flag("R", "rfc-email rfc-822 rfc-2822", "As Mon, 14 Aug 2006 02:34:56 -0600") {
          $0.format = "%a, %d %b %Y %H:%M:%S %z"
        },
        .parsed("s", "set", "TEXT", "Refused: this date does not set clocks") {
          (_: inout Date, text: String) throws(Failure) in
          throw .usage("\(text): this date does not set the clock, which belongs to the node")
        },
        .flag("u", "utc universal", "In Coordinated Universal Time") { $0.isUTC = true },
      ],
      examples: [
        ("date +%s.%3N", "Seconds since 1970, with thousandths"),
        ("date -ud @1700000000 -Iseconds", "A time from a log, made readable"),
        ("date -d '2 hours ago' +%T", "For --since and the like"),
        ("date -r /proc/1/root/etc/hosts", "When a target's file was written"),
      ],
      standard: "coreutils date(1), in the C locale",
      deviations: [
        "-d takes no TZ=\"...\" and no one-letter zone but Z", "does not set the clock",
        "without zone files here, TZ takes rules such as CET-1CEST,M3.5.0,M10.5.0/3",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    var layout = format
    for operand in operands {
      guard operand.hasPrefix("+") else {
        throw .usage("\(operand): not a +FORMAT; this date does not set the clock")
      }
      guard layout == nil else { throw .usage("\(operand): only one output format can be") }
      layout = String(operand.dropFirst())
    }
    if case .lines(let path) = source { return try printLines(path, layout, &context) }
    try show(try instant(context), layout, context)
  }

  private func instant(_ context: Context) throws(Failure) -> Instant {
    switch source {
    case .text(let text): return try parse(text, context)
    case .file(let path): return try Paths(context).location(path).status(follow: true).modified
    case .resolution: return Instant(seconds: 0, nanoseconds: context.clock.resolution())
    case .now, .lines: return context.clock.now()
    }
  }

  private func parse(_ text: String, _ context: Context) throws(Failure) -> Instant {
    guard let instant = DateParser.parse(text, now: context.clock.now(), utc: isUTC) else {
      throw .message("\(text): invalid date")
    }
    return instant
  }

  private func show(_ instant: Instant, _ layout: String?, _ context: Context) throws(Failure) {
    guard let time = CalendarTime(instant, utc: isUTC) else {
      throw .message("\(instant.seconds): time is out of range")
    }
    var usual = "%a %b %e %H:%M:%S %Z %Y"
    if case .resolution = source { usual = "%s.%N" }
    context.output.line(DateFormat(instant, time).text(layout ?? usual))
  }

  private func printLines(
    _ path: String, _ layout: String?, _ context: inout Context
  ) throws(Failure) {
    let input =
      path == "-" ? try context.input() : Input(try Paths(context).location(path).openToRead())
    while let line = try attempt({ () throws(SystemError) in try input.line(limit: 65536) }) {
      let text = String(bytes: line.last == 10 ? line.dropLast() : line[...])
      do throws(Failure) {
        try show(try parse(text, context), layout, context)
      } catch {
        context.report(error)
      }
    }
  }

  private mutating func set(_ source: Source) throws(Failure) {
    guard case .now = self.source else {
      throw .usage("--date, --file, --reference and --resolution: only one can be")
    }
    self.source = source
  }

  private mutating func set(iso part: String) throws(Failure) {
    switch part {
    case "date": format = "%Y-%m-%d"
    case "hours": format = "%Y-%m-%dT%H%:z"
    case "minutes": format = "%Y-%m-%dT%H:%M%:z"
    case "seconds": format = "%Y-%m-%dT%H:%M:%S%:z"
    case "ns": format = "%Y-%m-%dT%H:%M:%S,%N%:z"
    default: throw .usage("\(part): one of date, hours, minutes, seconds, ns")
    }
  }

  private mutating func set(rfc3339 part: String) throws(Failure) {
    switch part {
    case "date": format = "%Y-%m-%d"
    case "seconds": format = "%Y-%m-%d %H:%M:%S%:z"
    case "ns": format = "%Y-%m-%d %H:%M:%S.%N%:z"
    default: throw .usage("\(part): one of date, seconds, ns")
    }
  }
}
