public import Box
internal import Dates
internal import Linux
internal import Target

/// Sets the times of files, and makes files, coreutils touch(1).
public struct Touch: Command {
  var access = false
  var modification = false
  var makesNone = false
  var follows = true
  var date: String?
  var stamp: String?
  var reference: String?

  public init() {}

  public static var manual: Manual<Touch> {
    Manual(
      "touch", "Set the times of files, make empty ones", family: .files, operands: "FILE...",
      options: [
        .flag("a", nil, "Only the time of access") { $0.access = true },
        .flag("m", nil, "Only the time of modification") { $0.modification = true },
        .flag("c", "no-create", "Make no files") { $0.makesNone = true },
        .flag("h", "no-dereference", "The times of links themselves") { $0.follows = false },
        .value("d", "date", "DATE", "DATE instead of now") { $0.date = $1 },
        .value("t", nil, "[[CC]YY]MMDDhhmm[.ss]", "That time instead of now") { $0.stamp = $1 },
        .value("r", "reference", "FILE", "The times of FILE instead of now") { $0.reference = $1 },
        .flag("f", nil, "Taken and without effect") { _ in },
        .parsed(nil, "time", "WORD", "The time of access (atime, use) or modify (mtime)") {
          (touch: inout Touch, word: String) throws(Failure) in
          switch word {
          case "access", "atime", "use": touch.access = true
          case "modify", "mtime": touch.modification = true
          default: throw .usage("--time: \(word): must be access, atime, use, modify or mtime")
          }
        },
      ],
      examples: [
        ("touch -d '2 hours ago' mark", "A mark for find -newer"),
        ("touch @1:/tmp/reload", "Where the target looks for it"),
      ],
      standard: "coreutils 9.1 touch(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing file operand") }
    let paths = Paths(context)
    var (accessed, modified) = try times(paths, context)
    if access, !modification { modified = nil }
    if modification, !access { accessed = nil }
    for operand in operands {
      do throws(Failure) {
        try touch(operand, accessed, modified, paths)
      } catch {
        if makesNone, error.errno == .noEntry { continue }
        context.report(error)
      }
    }
  }

  private func touch(
    _ operand: String, _ accessed: Instant?, _ modified: Instant?, _ paths: Paths
  ) throws(Failure) {
    if operand == "-" {
      let output = try attempt { () throws(SystemError) in try File.standardOutput() }
      return try attempt { () throws(SystemError) in
        try output.setTimes(accessed: accessed, modified: modified)
      }
    }
    let place = try paths.location(operand)
    if (try? place.status(follow: follows)) == nil {
      if makesNone || !follows {
        _ = try place.status(follow: follows)
        return
      }
      let file = try place.open([.write, .create, .nonBlocking, .noTerminal])
      return try place.told { () throws(SystemError) in
        try file.setTimes(accessed: accessed, modified: modified)
      }
    }
    if follows, place.isForeign {
      let file = try place.open(.path)
      return try place.told { () throws(SystemError) in
        try Spot(folder: -1, name: "/proc/self/fd/\(file.descriptor)").setTimes(
          accessed: accessed, modified: modified, follow: true)
      }
    }
    let spot = try place.spot()
    try place.told { () throws(SystemError) in
      try spot.setTimes(accessed: accessed, modified: modified, follow: follows)
    }
  }

  private func times(_ paths: Paths, _ context: Context) throws(Failure) -> (Instant?, Instant?) {
    if let stamp {
      guard date == nil, reference == nil else {
        throw .usage("cannot specify times from more than one source")
      }
      guard let instant = Self.read(stamp, now: context.clock.now()) else {
        throw .message("\(stamp): invalid date format")
      }
      return (instant, instant)
    }
    var (accessed, modified) = (context.clock.now(), context.clock.now())
    if let reference {
      let status = try paths.location(reference).status(follow: follows)
      (accessed, modified) = (status.accessed, status.modified)
    }
    guard let date else { return (accessed, modified) }
    guard let first = DateParser.parse(date, now: accessed, utc: false),
      let second = DateParser.parse(date, now: modified, utc: false)
    else { throw .message("\(date): invalid date format") }
    return (first, second)
  }

  /// `[[CC]YY]MMDDhhmm[.ss]`, POSIX.1-2017 touch(1).
  static func read(_ text: String, now: Instant) -> Instant? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let main = parts.first, [8, 10, 12].contains(main.count),
      parts.allSatisfy({ $0.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
      parts.count == 1 || parts[1].count == 2
    else { return nil }
    let digits =
      main.map { Int($0 - 0x30) } + (parts.count == 2 ? parts[1].map { Int($0 - 0x30) } : [0, 0])
    let pairs = stride(from: 0, to: digits.count, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
    let start = pairs.count - 5
    var year = CalendarTime(now)?.year ?? 1970
    if start == 1 { year = pairs[0] + (pairs[0] >= 69 ? 1900 : 2000) }
    if start == 2 { year = pairs[0] * 100 + pairs[1] }
    let time = CalendarTime(
      year: year, month: pairs[start], day: pairs[start + 1], hour: pairs[start + 2],
      minute: pairs[start + 3], second: pairs[start + 4])
    guard (1...12).contains(time.month), (1...31).contains(time.day), time.hour < 24,
      time.minute < 60, time.second < 61
    else { return nil }
    return time.normalized().map { Instant(seconds: $0.seconds) }
  }
}
