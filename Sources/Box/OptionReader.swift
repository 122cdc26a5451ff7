/// Looks the options of a manual up and applies them one by one, for applets with a grammar of their
/// own whose options are all the same declared.
public struct OptionReader<C: Command> {
  private let options: [Option<C>]

  public init(_ manual: Manual<C>) { options = manual.options }

  public func arity(_ index: Int) -> Arity { options[index].names.arity }

  public func index(letter: Unicode.Scalar) -> Int? {
    options.firstIndex { $0.names.has(letter: letter) }
  }

  /// The option of that name, or the only one whose name starts so.
  public func find(_ name: String) -> OptionSearch {
    findOption(name, options.count) { options[$0].names }
  }

  /// The error for a name that no option has.
  public func unknown(_ subject: String) -> Failure {
    var known: [String] = []
    for option in options { known += option.names.long.map { "--" + $0 } }
    let near = subject.utf8.count > 2 ? nearest(to: subject, among: known) : nil
    return unknownOption(subject, nearest: near)
  }

  public func apply(_ index: Int, _ value: String?, to command: inout C) throws(Failure) {
    try options[index].apply(&command, value)
  }
}

/// How a long name was found, or not.
public enum OptionSearch: Sendable {
  case option(Int)
  case ambiguous([String])
  case unknown
}

/// Apart from the reader, so that it is compiled once.
private func findOption(_ name: String, _ count: Int, _ names: (Int) -> OptionNames)
  -> OptionSearch
{
  var candidates: [(index: Int, name: String)] = []
  for index in 0..<count {
    let match = names(index).match(name)
    if match == .whole { return .option(index) }
    if match == .start { candidates.append((index, names(index).long.first ?? "")) }
  }
  if candidates.count == 1 { return .option(candidates[0].index) }
  return candidates.isEmpty ? .unknown : .ambiguous(candidates.map { $0.name })
}

extension OptionNames {
  enum Match { case none, start, whole }

  /// Whether one of the long names is `name` or starts so, without making strings of them.
  func match(_ name: String) -> Match {
    var result = Match.none
    var name = name
    name.withUTF8 { wanted in
      longNames.withUTF8Buffer { all in
        var start = 0
        while start < all.count {
          var end = start
          while end < all.count, all[end] != 0x20 { end += 1 }
          if end - start >= wanted.count,
            (0..<wanted.count).allSatisfy({ all[start + $0] == wanted[$0] })
          {
            if end - start == wanted.count {
              result = .whole
              return
            }
            result = .start
          }
          start = end + 1
        }
      }
    }
    return result
  }
}
