internal import Linux

/// The `hosts:` line of nsswitch.conf(5): where names are looked up, in order.
public struct NameServices: Sendable {
  public struct Service: Sendable {
    public let name: String
    /// Whether the search ends here when the name is not found, or the service does not answer.
    public var endsWhenNotFound = false
    public var endsWhenUnavailable = false
  }

  public var services: [Service] = []
  /// Whether the file has such a line.
  public private(set) var isGiven = false

  public init(_ text: [UInt8]) {
    for line in text.prefix(1 << 20).split(separator: 10) {
      var words = words(line.prefix { $0 != UInt8(ascii: "#") })
      guard words.first == "hosts:" else { continue }
      words.removeFirst()
      var isAction = false
      for word in words {
        if word.hasPrefix("[") { isAction = true }
        if isAction {
          act(word.asciiUppercased)
          isAction = !word.hasSuffix("]")
        } else {
          services.append(Service(name: word))
        }
      }
    }
    isGiven = !services.isEmpty
    if !isGiven { services = [Service(name: "files"), Service(name: "dns")] }
  }

  /// `[NOTFOUND=return]`, `[!UNAVAIL=return]` behind a service.
  private mutating func act(_ action: String) {
    guard !services.isEmpty, action.contains("=RETURN") else { return }
    let last = services.count - 1
    let isNegated = action.contains("!")
    if action.contains("UNAVAIL") {
      if isNegated {
        services[last].endsWhenNotFound = true
      } else {
        services[last].endsWhenUnavailable = true
      }
    } else if action.contains("NOTFOUND") {
      if isNegated {
        services[last].endsWhenUnavailable = true
      } else {
        services[last].endsWhenNotFound = true
      }
    }
  }
}

extension String {
  /// Whether `part` occurs; Embedded Swift has no such search.
  func contains(_ part: String) -> Bool {
    let whole = Array(utf8)
    let wanted = Array(part.utf8)
    guard whole.count >= wanted.count else { return false }
    return (0...(whole.count - wanted.count)).contains { start in
      whole[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }
}
