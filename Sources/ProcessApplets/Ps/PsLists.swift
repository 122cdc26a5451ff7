internal import Box
internal import Linux
internal import ProcFS

/// The lists that options of `ps` take, separated by commas or blanks.
enum PsList {
  static func words(_ text: String, _ option: String) throws(Failure) -> [String] {
    var words: [String] = []
    let parts = text.split(omittingEmptySubsequences: false) {
      $0 == "," || $0 == " " || $0 == "\t"
    }
    for part in parts {
      guard !part.isEmpty else { throw .usage("\(option): \(text): empty item in the list") }
      words.append(String(part))
    }
    return words
  }

  static func numbers(_ text: String, _ option: String) throws(Failure) -> [Int32] {
    var numbers: [Int32] = []
    for word in try words(text, option) {
      guard let number = decimal(Array(word.utf8)), number > 0 else {
        throw .usage("\(option): \(word): not a process ID")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// `name`, `name=title`, `name:width`, `name:width=title`.
  static func columns(_ text: String) throws(Failure) -> [PsOptions.Column] {
    var columns: [PsOptions.Column] = []
    for word in try words(text, "-o") {
      let equals = word.firstIndex(of: "=")
      var name = equals.map { String(word[..<$0]) } ?? word
      var width: Int?
      if let colon = name.firstIndex(of: ":") {
        let digits = name[name.index(after: colon)...]
        guard let number = Int(String(digits)), number > 0, number <= 1 << 20 else {
          throw .usage("-o: \(word): the width must be a number above 0")
        }
        width = number
        name = String(name[..<colon])
      }
      let title = equals.map { String(word[word.index(after: $0)...]) }
      for specifier in try specifiers(name) {
        columns.append(
          PsOptions.Column(
            specifier: specifier, title: title, width: width, key: key(name, specifier)))
      }
    }
    return columns
  }

  /// `pid`, `-pid`, `+pid`.
  static func sortKeys(_ text: String) throws(Failure) -> [PsOptions.SortKey] {
    var keys: [PsOptions.SortKey] = []
    let parts = text.split { $0 == "," || $0 == " " }
    if parts.isEmpty { throw .usage("--sort: \(text): names no column") }
    for part in parts {
      let isReversed = part.hasPrefix("-")
      let name = String(isReversed || part.hasPrefix("+") ? part.dropFirst() : part)
      guard let specifier = PsSpecifier.named(name) else { throw unknown(name, "--sort") }
      keys.append(PsOptions.SortKey(field: specifier.field, isReversed: isReversed))
    }
    return keys
  }

  /// One column, or those of a whole format that has a name.
  private static func specifiers(_ name: String) throws(Failure) -> [PsSpecifier] {
    if let one = PsSpecifier.named(name) { return [one] }
    throw unknown(name, "-o")
  }

  private static func key(_ name: String, _ specifier: PsSpecifier) -> String {
    name.hasPrefix("%") ? "p" + String(name.dropFirst()) : name
  }

  private static func unknown(_ name: String, _ option: String) -> Failure {
    let hint = nearest(to: name, among: PsSpecifier.all.map { "\($0.name)" })
    return .usage(
      "\(option): \(name): unknown column; "
        + (hint.map { "did you mean \($0)?" } ?? "ps L lists them"))
  }
}

extension ProcessNames {
  /// The users of a list of names and numbers.
  func users(_ text: String, _ option: String) throws(Failure) -> [UInt32] {
    var found: [UInt32] = []
    for word in try PsList.words(text, option) {
      guard let uid = uid(named: word) ?? UInt32(word) else {
        throw .message("\(option): \(word): no such user")
      }
      found.append(uid)
    }
    return found
  }

  func groups(_ text: String, _ option: String) throws(Failure) -> [UInt32] {
    var found: [UInt32] = []
    for word in try PsList.words(text, option) {
      guard let gid = gid(named: word) ?? UInt32(word) else {
        throw .message("\(option): \(word): no such group")
      }
      found.append(gid)
    }
    return found
  }
}
