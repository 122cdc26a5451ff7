internal import CLinux
internal import Linux

/// A compiled pattern over bytes: a POSIX regular expression by the C library, or plain text.
///
/// The C library sees no locale: a character is a byte, case is that of ASCII, and a subject may hold
/// any byte, NUL too, which `.` does not match. Patterns without operators never reach it and are
/// searched as text.
public final class Pattern {
  public enum Syntax: Sendable {
    /// regex(7), obsolete: `\(…\)`, `\{…\}`.
    case basic
    /// regex(7), extended.
    case extended
    /// Text that stands for itself.
    case literal
  }

  public struct Options: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// ASCII letters match in both cases.
    public static let ignoreCase = Options(rawValue: 1 << 0)
    /// Only the whole subject matches.
    public static let whole = Options(rawValue: 1 << 1)
    /// A newline ends a line for `^` and `$`, and is no character for `.` and `[^…]`.
    public static let lines = Options(rawValue: 1 << 2)
  }

  /// A pattern that cannot be compiled, with the reason in the C library's words.
  public struct Malformed: Error, Sendable {
    public let reason: String
  }

  private enum Engine {
    case text([UInt8])
    case library(UnsafeMutablePointer<regex_t>)
  }

  private let engine: Engine
  private let ignoresCase: Bool
  private let isWhole: Bool
  /// How many groups `groups` answers, the whole match not counted.
  public let groupCount: Int

  public convenience init(_ text: String, _ syntax: Syntax, _ options: Options = [])
    throws(Malformed)
  {
    try self.init(text.bytes, syntax, options)
  }

  /// - Parameter bytes: the pattern; one with operators must not hold NUL.
  public init(_ bytes: [UInt8], _ syntax: Syntax, _ options: Options = []) throws(Malformed) {
    ignoresCase = options.contains(.ignoreCase)
    isWhole = options.contains(.whole)
    if let text = Self.plainText(bytes, syntax) {
      engine = .text(ignoresCase ? text.map { fold($0) } : text)
      groupCount = 0
      return
    }
    let regex = try Self.compile(bytes, syntax, options)
    engine = .library(regex)
    groupCount = Int(regex.pointee.re_nsub)
  }

  deinit {
    if case .library(let regex) = engine {
      regfree(regex)
      regex.deallocate()
    }
  }

  /// Whether the pattern matches anywhere in `subject`, or all of it where it must.
  public func matches(_ subject: some Collection<UInt8>) -> Bool {
    firstMatch(in: subject) != nil
  }

  /// The leftmost, longest match from offset `start` on; `^` still means the begin of `subject`.
  public func firstMatch(in subject: some Collection<UInt8>, from start: Int = 0) -> Range<Int>? {
    subject.withContiguousStorageIfAvailable { find(UnsafeRawBufferPointer($0), start) }
      ?? Array(subject).withUnsafeBytes { find($0, start) }
  }

  /// The first match and its groups, the whole match first; a group that took no part is nil.
  public func groups(in subject: some Collection<UInt8>, from start: Int = 0) -> [Range<Int>?]? {
    Array(subject).withUnsafeBytes { bytes in
      guard case .library(let regex) = engine else { return find(bytes, start).map { [$0] } }
      return Self.execute(regex, bytes, start, groups: groupCount + 1).flatMap { groups in
        !isWhole || groups[0] == 0..<bytes.count ? groups : nil
      }
    }
  }

  private func find(_ subject: UnsafeRawBufferPointer, _ start: Int) -> Range<Int>? {
    guard start >= 0, start <= subject.count else { return nil }
    switch engine {
    case .text(let text):
      if isWhole {
        return start == 0 && subject.count == text.count && equals(subject, 0, text)
          ? 0..<text.count : nil
      }
      return search(subject, start, text)
    case .library(let regex):
      // The match is the leftmost and longest, so that of the whole is found if there is one.
      guard let match = Self.execute(regex, subject, start, groups: 1)?.first ?? nil else {
        return nil
      }
      return !isWhole || match == 0..<subject.count ? match : nil
    }
  }

  private func search(_ subject: UnsafeRawBufferPointer, _ start: Int, _ text: [UInt8])
    -> Range<Int>?
  {
    guard !text.isEmpty else { return start..<start }
    guard subject.count - start >= text.count, let base = subject.baseAddress else { return nil }
    if !ignoresCase {
      let found: UnsafeMutableRawPointer? = text.withUnsafeBytes { wanted in
        guard let first = wanted.baseAddress else { return nil }
        return memmem(base + start, subject.count - start, first, wanted.count)
      }
      guard let found else { return nil }
      let offset = UnsafeRawPointer(found) - base
      return offset..<(offset + text.count)
    }
    for offset in start...(subject.count - text.count) where equals(subject, offset, text) {
      return offset..<(offset + text.count)
    }
    return nil
  }

  private func equals(_ subject: UnsafeRawBufferPointer, _ offset: Int, _ text: [UInt8]) -> Bool {
    for index in text.indices {
      let byte = subject[offset + index]
      if (ignoresCase ? fold(byte) : byte) != text[index] { return false }
    }
    return true
  }
}

extension Pattern {
  /// The text that the pattern stands for, where it has no operators.
  private static func plainText(_ bytes: [UInt8], _ syntax: Syntax) -> [UInt8]? {
    let operators: StaticString
    switch syntax {
    case .literal: return bytes
    case .basic: operators = "\\[.*^$"
    case .extended: operators = "\\[.*^$+?(){}|"
    }
    let isPlain = operators.withUTF8Buffer { set in !bytes.contains { set.contains($0) } }
    return isPlain ? bytes : nil
  }

  private static func compile(_ bytes: [UInt8], _ syntax: Syntax, _ options: Options)
    throws(Malformed) -> UnsafeMutablePointer<regex_t>
  {
    if bytes.contains(0) { throw Malformed(reason: "NUL in a regular expression") }
    let regex = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
    regex.initialize(to: regex_t())
    var flags: Int32 = 0
    if syntax == .extended { flags |= REG_EXTENDED }
    if options.contains(.ignoreCase) { flags |= REG_ICASE }
    if options.contains(.lines) { flags |= REG_NEWLINE }
    let code = (bytes + [0]).withUnsafeBytes { raw in
      raw.withMemoryRebound(to: CChar.self) { chars in
        chars.baseAddress.map { regcomp(regex, $0, flags) } ?? Int32(1)
      }
    }
    guard code != 0 else { return regex }
    var text = [CChar](repeating: 0, count: 256)
    regerror(code, regex, &text, text.count)
    regex.deallocate()
    throw Malformed(reason: text.withUnsafeBytes { String(bytes: $0.prefix { $0 != 0 }) })
  }

  private static func execute(
    _ regex: UnsafeMutablePointer<regex_t>, _ subject: UnsafeRawBufferPointer, _ start: Int,
    groups: Int
  ) -> [Range<Int>?]? {
    guard subject.count < Int(Int32.max), start <= subject.count else { return nil }
    var matches = [regmatch_t](repeating: regmatch_t(), count: max(1, groups))
    matches[0].rm_so = regoff_t(start)
    matches[0].rm_eo = regoff_t(subject.count)
    let empty: [CChar] = [0]
    let code = empty.withUnsafeBufferPointer { nothing in
      subject.withMemoryRebound(to: CChar.self) { chars in
        // REG_STARTEND: the end is given, so that NUL is a byte like any other.
        (chars.baseAddress ?? nothing.baseAddress).map {
          regexec(regex, $0, matches.count, &matches, REG_STARTEND)
        } ?? Int32(1)
      }
    }
    guard code == 0 else { return nil }
    return matches.map { match in
      let (from, to) = (Int(match.rm_so), Int(match.rm_eo))
      return from >= 0 && to >= from ? from..<to : nil
    }
  }
}

/// The lower case of an ASCII letter.
private func fold(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
