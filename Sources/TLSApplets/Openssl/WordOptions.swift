internal import Box
internal import Linux

/// The options of a subcommand as OpenSSL writes them: `-name`, `-name value`, or with two dashes.
struct WordOptions {
  struct Given {
    let name: String
    let value: String
  }

  /// In the order given, which for some is the order of the output.
  private(set) var given: [Given] = []
  private(set) var operands: [String] = []

  /// - Parameters:
  ///   - flags: names without a value, separated by spaces.
  ///   - values: names with one.
  init(
    _ arguments: [String], _ command: String, flags: StaticString, values: StaticString
  ) throws(Failure) {
    let flags = "\(flags)".split(separator: " ")
    let values = "\(values)".split(separator: " ")
    let prefix = command.isEmpty ? "" : command + ": "
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-"), argument.utf8.count > 1 else {
        operands.append(argument)
        continue
      }
      let name = String(argument.dropFirst(argument.hasPrefix("--") ? 2 : 1))
      if name.isEmpty {
        operands += rest
        return
      }
      if flags.contains(where: { name.sameBytes(as: String($0)) }) {
        given.append(Given(name: name, value: ""))
      } else if values.contains(where: { name.sameBytes(as: String($0)) }) {
        guard let value = rest.popFirst() else {
          throw .usage("\(prefix)-\(name): value missing")
        }
        given.append(Given(name: name, value: value))
      } else {
        throw .usage("\(prefix)-\(name): not supported; --help lists what is")
      }
    }
  }

  func has(_ name: StaticString) -> Bool { value(name) != nil }

  /// The last value given.
  func value(_ name: StaticString) -> String? {
    given.last { $0.name.sameBytes(as: "\(name)") }?.value
  }

  /// All values given, in order.
  func values(_ name: StaticString) -> [String] {
    given.filter { $0.name.sameBytes(as: "\(name)") }.map { $0.value }
  }

  /// The operands, or nil for standard input where there are none.
  var files: [String?] {
    // One array cannot be cast to the other in Embedded Swift.
    var files: [String?] = []
    for operand in operands { files.append(operand) }
    return files.isEmpty ? [nil] : files
  }

  /// A whole number.
  func number(_ name: StaticString, _ command: String) throws(Failure) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text) else {
      throw .usage("\(command): -\(name): \(text): not a number")
    }
    return number
  }

  func refuseOperands(_ command: String) throws(Failure) {
    if let first = operands.first { throw .usage("\(command): \(first): unexpected") }
  }
}
