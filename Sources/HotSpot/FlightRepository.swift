public import Box
public import Linux
internal import ProcFS

/// The folder where a JVM gathers what it records, `/tmp/2026_11_21_17_51_54_7`.
///
/// The JVM makes it for its first recording and keeps it, empty, as long as it lives. Where it is missing, JDK 11 and
/// later make another one for the next recording: so one that was made for ours can be taken back.
public struct FlightRepository {
  private let attachment: Attachment
  private let before: String?

  /// To be called before the recording begins.
  public init(_ attachment: Attachment) throws(Failure) {
    self.attachment = attachment
    before = try Self.current(attachment)
  }

  /// Removes the folder if the recording caused it and no other recording uses it.
  ///
  /// - Parameter interruption: ends the wait for a JVM that does not answer.
  /// - Returns: the path, as the JVM sees it, where that could not be done.
  public func tidy(_ interruption: Interruption) -> String? {
    guard let path = (try? Self.current(attachment, interruption)) ?? nil, path != before else {
      return nil
    }
    return attachment.removeFolder(path) ? nil : path
  }

  /// What the JVM says; nil where it has none, or tells of one that is not there any more.
  private static func current(_ attachment: Attachment, _ interruption: Interruption? = nil)
    throws(Failure) -> String?
  {
    let answer = try attachment.text(
      AttachRequest("jcmd", ["JFR.configure"]), interruption: interruption)
    guard answer.reply.status == 0,
      let path = path(answer.text, pid: attachment.process.innerPID),
      let status = try? attachment.root.status(path, follow: false), status.kind == .directory
    else { return nil }
    return path
  }

  /// The path in the answer of `JFR.configure`: nil where there is none, or none that a JVM with this PID would make.
  static func path(_ answer: [UInt8], pid: Int) -> String? {
    let label = Array("Repository path: ".utf8)
    for line in answer.split(separator: 0x0A) where line.starts(with: label) {
      let path = String(bytes: line.dropFirst(label.count))
      let words = baseName(path).utf8.split(separator: UInt8(ascii: "_"))
      // Year, month, day, hour, minute, second; then the PID, and perhaps a number that makes it unique.
      let numbers = words.map { decimal(Array($0)) }
      guard path.hasPrefix("/"), (7...8).contains(words.count), numbers.allSatisfy({ $0 != nil }),
        words[0].count == 4, numbers[6].map(Int.init) == pid
      else { return nil }
      return path
    }
    return nil
  }
}
