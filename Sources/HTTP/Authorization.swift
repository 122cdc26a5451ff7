internal import Linux
internal import TLS

/// What the header `Authorization` says.
public enum Authorization {
  /// RFC 7617.
  public static func basic(user: String, password: String) -> String {
    let text = Base64.encoded((user + ":" + password).bytes, width: .max).dropLast()
    return "Basic " + String(decoding: text, as: UTF8.self)
  }
}
