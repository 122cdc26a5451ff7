/// What could stand in place of a piece of the line.
public struct Proposal: Sendable {
  /// The bytes of the line to replace.
  public let range: Range<Int>
  public let candidates: [Candidate]

  public init(_ range: Range<Int>, _ candidates: [Candidate]) {
    self.range = range
    self.candidates = candidates
  }

  public static let none = Proposal(0..<0, [])

  /// What all candidates start with, never cut inside a character.
  public var commonPrefix: [UInt8] {
    guard var prefix = candidates.first?.text[...] else { return [] }
    for candidate in candidates.dropFirst() {
      var same = prefix.startIndex
      for byte in candidate.text {
        guard same < prefix.endIndex, prefix[same] == byte else { break }
        same += 1
      }
      prefix = prefix[..<same]
    }
    // A character that only begins alike is left out.
    let whole = candidates[0].text
    var end = prefix.endIndex
    while end > 0, end < whole.count, whole[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(prefix[..<end])
  }
}

/// One thing that could be meant.
public struct Candidate: Sendable {
  /// What is put into the line, quoted for the shell.
  public let text: [UInt8]
  /// What the list shows: any bytes, made safe there.
  public let shown: String
  /// What it is, in a few words; may be empty.
  public let help: String
  /// What follows when it is the only one: a blank, or nothing after a folder.
  public let suffix: [UInt8]

  public init(_ text: [UInt8], shown: String, help: String = "", suffix: [UInt8] = [0x20]) {
    self.text = text
    self.shown = shown
    self.help = help
    self.suffix = suffix
  }
}
