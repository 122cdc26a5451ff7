internal import Linux

/// A line of `/proc/PID/mountinfo`, proc_pid_mountinfo(5).
public struct Mount: Sendable {
  /// Unique on the whole system while the mount exists, so the mount of `/` tells mount namespaces apart.
  public let id: Int
  public let parent: Int
  /// `major:minor`.
  public let device: String
  /// The folder of the file system that is mounted.
  public let root: String
  public let point: String
  public let options: String
  public let type: String
  public let source: String
  public let superOptions: String

  /// - Returns: nil where the line is not whole.
  public init?(_ line: ArraySlice<UInt8>) {
    let words = line.split(separator: 0x20).map { Array($0) }
    guard words.count >= 10, let dash = words.dropFirst(6).firstIndex(of: [UInt8(ascii: "-")]),
      words.count >= dash + 4, let id = decimal(words[0]), let parent = decimal(words[1])
    else { return nil }
    self.id = Int(id)
    self.parent = Int(parent)
    device = String(bytes: words[2])
    root = Self.unescape(words[3])
    point = Self.unescape(words[4])
    options = String(bytes: words[5])
    type = String(bytes: words[dash + 1])
    source = Self.unescape(words[dash + 2])
    superOptions = String(bytes: words[dash + 3])
  }

  public static func parse(_ bytes: [UInt8]) -> [Mount] {
    bytes.split(separator: 0x0A).compactMap { Mount($0) }
  }

  public var isReadOnly: Bool { options.split(separator: ",").contains { $0 == "ro" } }

  /// `\040` and its like stand for the bytes that would break the line.
  private static func unescape(_ word: [UInt8]) -> String {
    guard word.contains(UInt8(ascii: "\\")) else { return String(bytes: word) }
    var bytes: [UInt8] = []
    var index = 0
    while index < word.count {
      if word[index] == UInt8(ascii: "\\"), index + 3 < word.count,
        let value = UInt8(
          String(decoding: word[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        index += 4
      } else {
        bytes.append(word[index])
        index += 1
      }
    }
    return String(bytes: bytes)
  }
}
