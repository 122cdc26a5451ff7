internal import Linux

extension FileStatus.Kind {
  /// The letter in front of the permissions in `ls -l`.
  var letter: Unicode.Scalar {
    switch self {
    case .regular: "-"
    case .directory: "d"
    case .link: "l"
    case .fifo: "p"
    case .socket: "s"
    case .block: "b"
    case .character: "c"
    case .unknown: "?"
    }
  }

  /// The word in JSON.
  var word: StaticString {
    switch self {
    case .regular: "file"
    case .directory: "directory"
    case .link: "link"
    case .fifo: "fifo"
    case .socket: "socket"
    case .block: "block"
    case .character: "character"
    case .unknown: "unknown"
    }
  }
}

/// Kind and permissions as in `ls -l`: `drwxr-sr-t`.
func modeText(_ kind: FileStatus.Kind, _ permissions: UInt32) -> String {
  var text = String.UnicodeScalarView()
  text.append(kind.letter)
  for (shift, special, letter) in [
    (6, UInt32(0o4000), Unicode.Scalar("s")), (3, 0o2000, "s"), (0, 0o1000, "t"),
  ] {
    let bits = permissions >> UInt32(shift)
    text.append(bits & 4 != 0 ? "r" : "-")
    text.append(bits & 2 != 0 ? "w" : "-")
    let runs = bits & 1 != 0
    if permissions & special != 0 {
      text.append(runs ? letter : letter == "s" ? "S" : "T")
    } else {
      text.append(runs ? "x" : "-")
    }
  }
  return String(text)
}

/// `number` in octal with at least `digits` digits.
func octal(_ number: UInt32, digits: Int = 1) -> String {
  leftPadded(String(number, radix: 8), to: digits, with: "0")
}

func leftPadded(_ text: String, to width: Int, with pad: String = " ") -> String {
  String(repeating: pad, count: max(0, width - text.utf8.count)) + text
}
