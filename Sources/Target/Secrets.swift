internal import Linux

/// Hides secrets in environments and recordings: everything shown in an attached session is kept in the container's log.
public enum Secrets {
  /// What stands in the place of a secret.
  public static let mask = "******"

  /// `NAME=value` with the secret part of the value hidden, by the name and by the value's shape.
  public static func masked(_ entry: String) -> String {
    guard let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return entry }
    let name = String(entry[..<equals])
    let value = String(entry[entry.utf8.index(after: equals)...])
    if value.isEmpty { return entry }
    if isSecret(name: name) && !isHarmless(value) { return name + "=" + mask }
    return name + "=" + maskedValue(value)
  }

  /// The value with whatever looks like a secret by itself hidden.
  static func maskedValue(_ value: String) -> String {
    if isSecret(value: value) { return mask }
    return maskedPasswords(value)
  }

  private static let secretWords: [StaticString] = [
    "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "APIKEY",
    "API_KEY", "ACCESS_KEY", "ENCRYPTION_KEY", "SIGNING_KEY", "AUTH_KEY", "ACCOUNT_KEY", "SAS_KEY",
    "BEARER", "COOKIE", "SESSION_KEY", "CLIENT_KEY", "MASTER_KEY", "JWT", "WEBHOOK", "SIGNATURE",
  ]

  private static func isSecret(name: String) -> Bool {
    let upper = name.uppercased()
    if secretWords.contains(where: { contains(upper, $0) }) { return true }
    let words = upper.split { $0 == "_" || $0 == "." || $0 == "-" }
    let exact: [StaticString] = [
      "KEY", "PASS", "PWD", "PIN", "SALT", "DSN", "AUTH", "CREDS", "PSK",
    ]
    // PWD and OLDPWD alone are the working folder of every shell.
    if upper == "PWD" || upper == "OLDPWD" { return false }
    return words.last.map { last in exact.contains { "\($0)" == last } } ?? false
  }

  /// Settings that only sound secret: switches, numbers and paths to where the secret lies.
  private static func isHarmless(_ value: String) -> Bool {
    let plain: [StaticString] = ["true", "false", "yes", "no", "on", "off", "0", "1"]
    if plain.contains(where: { "\($0)" == value.lowercased() }) { return true }
    return value.hasPrefix("/") && !value.contains(" ") && value.utf8.count < 256
      && !value.hasSuffix("=")
  }

  /// Shapes that are secrets whatever they are called: JWT, PEM keys, cloud and forge tokens.
  private static func isSecret(value: String) -> Bool {
    let prefixes: [(StaticString, Int)] = [
      ("eyJ", 30), ("AKIA", 16), ("ASIA", 16), ("ghp_", 20), ("gho_", 20), ("ghs_", 20),
      ("github_pat_", 20), ("glpat-", 15), ("xoxb-", 15), ("xoxp-", 15), ("sk-", 20),
      ("sk_live_", 16),
      ("rk_live_", 16), ("SG.", 20), ("AIza", 30), ("hvs.", 16), ("npm_", 20), ("dckr_pat_", 16),
    ]
    if prefixes.contains(where: { value.hasPrefix("\($0.0)") && value.utf8.count >= $0.1 }) {
      return true
    }
    return contains(value, "-----BEGIN") && contains(value, "PRIVATE KEY")
  }

  /// `scheme://user:password@host` and `password=…` inside connection strings.
  private static func maskedPasswords(_ value: String) -> String {
    maskedPairs(maskedURL(value))
  }

  private static func maskedURL(_ value: String) -> String {
    let bytes = value.bytes
    guard let scheme = find("://", in: bytes, from: 0) else { return value }
    let start = scheme + 3
    let ends: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x20]
    let end = bytes[start...].firstIndex { ends.contains($0) } ?? bytes.count
    guard let at = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")),
      let colon = bytes[start..<at].firstIndex(of: UInt8(ascii: ":"))
    else { return value }
    return String(bytes: bytes[...colon]) + mask + String(bytes: bytes[at...])
  }

  private static func maskedPairs(_ value: String) -> String {
    let separators: [Character] = [";", "&", " ", ","]
    let isList = value.contains("=")
    guard isList else { return value }
    var result = ""
    var word = ""
    for character in value + "\0" {
      if separators.contains(character) || character == "\0" {
        result += maskedPair(word)
        if character != "\0" { result.append(character) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return result
  }

  private static func maskedPair(_ pair: String) -> String {
    guard let equals = pair.firstIndex(of: "="), pair.index(after: equals) < pair.endIndex else {
      return pair
    }
    let name = String(pair[..<equals])
    let tail = name.utf8.lastIndex { $0 == UInt8(ascii: "?") }.map {
      String(name[name.utf8.index(after: $0)...])
    }
    return isSecret(name: tail ?? name) ? name + "=" + mask : pair
  }

  private static func contains(_ text: String, _ word: StaticString) -> Bool {
    find("\(word)", in: Array(text.utf8), from: 0) != nil
  }

  private static func find(_ word: String, in bytes: [UInt8], from start: Int) -> Int? {
    let wanted = Array(word.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for index in start...(bytes.count - wanted.count) where bytes[index] == wanted[0] {
      if bytes[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
    }
    return nil
  }
}
