internal import HTTP
internal import Linux

/// The fields of a request: ours, and what `-H` puts in their place, behind them, or removes.
struct CurlFields {
  /// A line of `-H`; nil as value removes.
  private struct Custom {
    let name: String
    let value: String?
  }

  private var custom: [Custom] = []
  private var own: [HeaderField] = []

  init(_ lines: [String]) {
    for line in lines {
      let bytes = line.bytes
      if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
        let value = Bytes.trimmed(bytes[(colon + 1)...])
        custom.append(
          Custom(
            name: String(bytes: bytes[..<colon]),
            value: value.isEmpty ? nil : String(bytes: value)))
      } else if bytes.last == UInt8(ascii: ";") {
        custom.append(Custom(name: String(bytes: bytes.dropLast()), value: ""))
      }
    }
  }

  func isCustom(_ name: String) -> Bool { custom.contains { $0.name.isSameName(as: name) } }

  func customLists(_ name: String, _ word: StaticString) -> Bool {
    custom.contains {
      $0.name.isSameName(as: name)
        && Bytes.equal(Bytes.trimmed(($0.value ?? "").bytes[...]), word)
    }
  }

  mutating func add(_ name: String, _ value: String) {
    // The host stays in front, whoever chose it.
    if name == "Host", let found = custom.first(where: { $0.name.isSameName(as: "Host") }) {
      if let value = found.value { own.append(HeaderField(found.name, value)) }
      return
    }
    if !isCustom(name) { own.append(HeaderField(name, value)) }
  }

  /// All of them in order.
  ///
  /// - Parameters:
  ///   - isTrusted: whether custom logins and cookies may go there.
  ///   - last: what describes the body.
  func all(isTrusted: Bool, _ last: [HeaderField]) -> [HeaderField] {
    var fields = own
    for item in custom {
      guard let value = item.value, !item.name.isSameName(as: "Host") else { continue }
      if !isTrusted,
        item.name.isSameName(as: "Authorization") || item.name.isSameName(as: "Cookie")
      {
        continue
      }
      fields.append(HeaderField(item.name, value))
    }
    return fields + last.filter { !isCustom($0.name) }
  }
}
