internal import Linux

/// Lines of a file or of memory, within `Accounts.Limits`.
enum LineSource {
  case bytes([UInt8])
  case file(Root, String)

  /// Calls `body` with each line that is not too long, without its newline. A file that is not there,
  /// not regular or not readable has no lines.
  func forEachLine(_ body: (ArraySlice<UInt8>) -> Void) {
    switch self {
    case .bytes(let bytes):
      for line in bytes.prefix(Accounts.Limits.file).split(separator: newline)
      where line.count <= Accounts.Limits.line {
        body(line)
      }
    case .file(let root, let path):
      guard let input = Self.open(root, path) else { return }
      var total = 0
      var isRest = false
      while let piece = try? input.line(limit: Accounts.Limits.line), total < Accounts.Limits.file {
        total += piece.count
        let isWhole = piece.last == newline
        let isLast = !isWhole && piece.count < Accounts.Limits.line
        if !isRest, isWhole || isLast, piece.count <= Accounts.Limits.line {
          body(isWhole ? piece.dropLast() : piece[...])
        }
        isRest = !isWhole
      }
    }
  }

  /// Looks before it opens: opening a device can do things.
  private static func open(_ root: Root, _ path: String) -> Input? {
    guard let status = try? root.status(path, follow: true), status.kind == .regular,
      let file = try? root.open(path, [.read, .nonBlocking, .noTerminal])
    else { return nil }
    return Input(file)
  }
}

private let newline = UInt8(ascii: "\n")
