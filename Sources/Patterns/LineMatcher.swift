internal import Linux

/// Finds the lines of a buffer that match any of several patterns, as grep(1) does.
///
/// Plain text is searched as text; regular expressions run on a machine of our own over the whole
/// buffer, behind a search for text that every match holds; only back-references go to the C library.
public final class LineMatcher {
  public struct Options: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// ASCII letters match in both cases.
    public static let ignoreCase = Options(rawValue: 1 << 0)
    /// A match must be a whole line.
    public static let wholeLine = Options(rawValue: 1 << 1)
    /// Before and behind a match is no word character.
    public static let word = Options(rawValue: 1 << 2)
  }

  private let lineEnd: UInt8
  private let options: Options
  private let automaton: Automaton?
  private var searcher: LazyMachine?
  private var measurer: LazyMachine?
  /// Text that every match holds.
  private let literal: LiteralSearch?
  /// Whether the text alone is the match.
  private let isLiteral: Bool
  /// Whether every line matches.
  private let matchesAll: Bool
  private let library: [Pattern]
  /// Bytes that a match can start with; nil where it can be empty or is not known.
  private let firstBytes: [Bool]?

  public init(
    _ patterns: [[UInt8]], _ syntax: Pattern.Syntax, _ options: Options, lineEnd: UInt8 = 0x0A
  ) throws(Pattern.Malformed) {
    self.lineEnd = lineEnd
    self.options = options
    var trees: [RegexNode] = []
    var library: [Pattern] = []
    let isBound = options.contains(.wholeLine) || options.contains(.word)
    matchesAll = !isBound && patterns.contains { $0.isEmpty }
    for pattern in patterns {
      if syntax == .literal {
        trees.append(Self.bound(Self.text(pattern, options), options))
        continue
      }
      var parser = RegexParser(
        pattern, extended: syntax == .extended, ignoresCase: options.contains(.ignoreCase))
      let tree = try parser.parse()
      if parser.hasBackReference {
        let flags: Pattern.Options = options.contains(.ignoreCase) ? .ignoreCase : []
        library.append(try Pattern(pattern, syntax, flags))
      } else {
        trees.append(Self.bound(tree, options))
      }
    }
    let run = trees.count == 1 && library.isEmpty ? LiteralRun(trees[0]) : nil
    literal = run.flatMap { $0.bytes.isEmpty ? nil : LiteralSearch($0.bytes) }
    isLiteral = literal != nil && run?.isWhole == true
    if trees.count > 8, syntax == .literal, !isBound {
      trees = [LiteralTree.node(patterns, ignoresCase: options.contains(.ignoreCase))]
    }
    automaton = isLiteral || trees.isEmpty ? nil : try Automaton(trees)
    firstBytes = library.isEmpty ? automaton?.firstBytes : nil
    self.library = library
  }

  private static func text(_ bytes: [UInt8], _ options: Options) -> RegexNode {
    .sequence(
      bytes.map { byte in
        var set = ByteSet(byte)
        if options.contains(.ignoreCase) { set.foldCase() }
        return .set(set)
      })
  }

  private static func bound(_ tree: RegexNode, _ options: Options) -> RegexNode {
    if options.contains(.wholeLine) {
      return .sequence([.assertion(.lineStart), tree, .assertion(.lineEnd)])
    }
    if options.contains(.word) {
      return .sequence([.assertion(.notAfterWord), tree, .assertion(.notBeforeWord)])
    }
    return tree
  }

  /// The first line from offset `start` on that matches, without its end.
  ///
  /// - Parameter buffer: whole lines, each with its end.
  /// - Parameter start: the begin of a line.
  public func nextLine(in buffer: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
    guard start >= 0, start < buffer.count else { return nil }
    if matchesAll { return line(at: start, in: buffer, from: start) }
    var best: Range<Int>?
    if let literal {
      best = nextLine(holding: literal, in: buffer, from: start)
    } else if let automaton {
      best = nextLine(automaton, in: buffer, from: start, to: buffer.count)
    }
    for pattern in library {
      var index = start
      while index < best?.lowerBound ?? buffer.count {
        let line = line(at: index, in: buffer, from: index)
        if libraryMatch(pattern, in: buffer, line, from: line.lowerBound) != nil {
          best = line
          break
        }
        index = line.upperBound + 1
      }
    }
    return best
  }

  private func line(at index: Int, in buffer: UnsafeRawBufferPointer, from start: Int) -> Range<Int>
  {
    let begin = buffer.lastOffset(of: lineEnd, before: index).map { $0 + 1 } ?? 0
    return max(begin, start)..<(buffer.offset(of: lineEnd, from: index) ?? buffer.count)
  }

  private func nextLine(
    holding literal: LiteralSearch, in buffer: UnsafeRawBufferPointer, from start: Int
  ) -> Range<Int>? {
    guard let bytes = buffer.bindMemory(to: UInt8.self).baseAddress else { return nil }
    var index = start
    while let found = literal.find(bytes, from: index, to: buffer.count) {
      let line = line(at: found, in: buffer, from: index)
      // Text that holds the end of a line matches nothing.
      if found + literal.count > line.upperBound {
        index = line.upperBound + 1
        if index >= buffer.count { return nil }
        continue
      }
      guard let automaton else { return line }
      if nextLine(automaton, in: buffer, from: line.lowerBound, to: line.upperBound + 1) != nil {
        return line
      }
      index = line.upperBound + 1
    }
    return nil
  }

  private func nextLine(
    _ automaton: Automaton, in buffer: UnsafeRawBufferPointer, from start: Int, to end: Int
  ) -> Range<Int>? {
    guard let bytes = buffer.bindMemory(to: UInt8.self).baseAddress else { return nil }
    let machine = searcher ?? LazyMachine(automaton, search: true, lineEnd: lineEnd)
    searcher = machine
    guard let found = machine.search(bytes, from: start, to: min(end, buffer.count)) else {
      return nil
    }
    return line(at: found, in: buffer, from: start)
  }

  /// The leftmost match in `line` from offset `start` on, and of those the longest.
  ///
  /// - Parameter line: of `buffer`, without its end, which follows.
  public func nextMatch(
    in buffer: UnsafeRawBufferPointer, _ line: Range<Int>, from start: Int
  ) -> Range<Int>? {
    guard start >= line.lowerBound, start <= line.upperBound, line.upperBound <= buffer.count,
      let bytes = buffer.bindMemory(to: UInt8.self).baseAddress
    else { return nil }
    if matchesAll, automaton == nil, library.isEmpty { return start..<start }
    var best: Range<Int>?
    if isLiteral, let literal {
      best = literal.find(bytes, from: start, to: line.upperBound).map { $0..<($0 + literal.count) }
    } else if let automaton {
      let machine = measurer ?? LazyMachine(automaton, search: false, lineEnd: lineEnd)
      measurer = machine
      for index in start...line.upperBound {
        if let firstBytes {
          guard index < line.upperBound else { break }
          if !firstBytes[Int(bytes[index])] { continue }
        }
        if let end = machine.longest(
          bytes, from: index, to: line.upperBound, lineStart: line.lowerBound)
        {
          best = index..<end
          break
        }
      }
    }
    for pattern in library {
      guard let found = libraryMatch(pattern, in: buffer, line, from: start) else { continue }
      guard let other = best else {
        best = found
        continue
      }
      if found.lowerBound < other.lowerBound
        || (found.lowerBound == other.lowerBound && found.upperBound > other.upperBound)
      {
        best = found
      }
    }
    return best
  }

  /// A match by the C library in `line`, in offsets of `buffer`.
  private func libraryMatch(
    _ pattern: Pattern, in buffer: UnsafeRawBufferPointer, _ line: Range<Int>, from start: Int
  ) -> Range<Int>? {
    let subject = buffer.part(line)
    var from = start - line.lowerBound
    while let found = pattern.firstMatch(in: subject, from: from) {
      let isWhole = found == 0..<subject.count
      let isFree = !touchesWord(found, subject)
      if !options.contains(.wholeLine) || isWhole, !options.contains(.word) || isFree {
        return (found.lowerBound + line.lowerBound)..<(found.upperBound + line.lowerBound)
      }
      if options.contains(.wholeLine) || found.lowerBound >= subject.count { return nil }
      from = found.lowerBound + 1
    }
    return nil
  }

  private func touchesWord(_ match: Range<Int>, _ subject: UnsafeRawBufferPointer) -> Bool {
    let word = ByteSet.word
    if match.lowerBound > 0, word.contains(subject[match.lowerBound - 1]) { return true }
    return match.upperBound < subject.count && word.contains(subject[match.upperBound])
  }
}
