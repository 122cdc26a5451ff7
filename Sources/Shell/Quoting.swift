/// Ways to write a text so that the shell reads it back.
public enum Quoting {
  /// As few quotes as needed: `abc`, `'a b'`, `$'a\nb'`, as `set` and `trap` list values.
  public static func minimal(_ text: Bytes) -> Bytes {
    if text.isEmpty { return bytes("''") }
    return needsQuotes(text) ? quoted(text) : text
  }

  /// Always in quotes: `'abc'`, as `export -p` and `alias` list values.
  public static func quoted(_ text: Bytes) -> Bytes {
    if hasControls(text) { return ansi(text) }
    return single(text)
  }

  /// In single quotes only, whatever it holds.
  public static func single(_ text: Bytes) -> Bytes {
    var result: Bytes = ["'"]
    for byte in text {
      if byte == "'" { result.put("'\\''") } else { result.append(byte) }
    }
    result.append("'")
    return result
  }

  /// In double quotes, as `declare -p` lists values.
  public static func double(_ text: Bytes) -> Bytes {
    if hasControls(text) { return ansi(text) }
    var result: Bytes = ["\""]
    for byte in text {
      if byte == "$" || byte == "`" || byte == "\"" || byte == "\\" { result.append("\\") }
      result.append(byte)
    }
    result.append("\"")
    return result
  }

  /// With backslashes, as `%q` of bash's printf.
  public static func backslashed(_ text: Bytes) -> Bytes {
    if text.isEmpty { return bytes("''") }
    if hasControls(text) { return ansi(text) }
    var result: Bytes = []
    for (index, byte) in text.enumerated() {
      switch byte {
      case " ", "!", "\"", "$", "&", "'", "(", ")", "*", ",", ";", "<", ">", "?", "[", "\\", "]",
        "^", "`", "{", "|", "}":
        result.append("\\")
      case "#", "~": if index == 0 { result.append("\\") }
      default: break
      }
      result.append(byte)
    }
    return result
  }

  /// `$'…'`.
  public static func ansi(_ text: Bytes) -> Bytes {
    var result = bytes("$'")
    for byte in text {
      switch byte {
      case 7: result.put("\\a")
      case 8: result.put("\\b")
      case 9: result.put("\\t")
      case 10: result.put("\\n")
      case 11: result.put("\\v")
      case 12: result.put("\\f")
      case 13: result.put("\\r")
      case 27: result.put("\\E")
      case "'": result.put("\\'")
      case "\\": result.put("\\\\")
      case ..<32, 127:
        result.append("\\")
        result.append(0x30 + (byte >> 6))
        result.append(0x30 + (byte >> 3 & 7))
        result.append(0x30 + (byte & 7))
      default: result.append(byte)
      }
    }
    result.append("'")
    return result
  }

  public static func hasControls(_ text: Bytes) -> Bool {
    text.contains { $0 < 32 || $0 == 127 }
  }

  public static func needsQuotes(_ text: Bytes) -> Bool {
    if text.first == "#" || text.first == "~" || text.isEmpty { return true }
    return text.contains { byte in
      switch byte {
      case ..<33, 127, "!", "\"", "$", "&", "'", "(", ")", "*", ";", "<", ">", "?", "[", "\\",
        "]", "^", "`", "{", "|", "}":
        true
      default: false
      }
    }
  }
}
