internal import Box
internal import Linux
internal import Report
internal import Target

/// An asciicast, version 2: a header, and an event per line, `[seconds, "o", "text"]`.
final class Recording {
  private let file: File
  private let masks: Bool
  private let clock: Clock
  private let start: Instant
  private let offset: Double
  private var masker = SecretMasker()
  private(set) var failure: SystemError?

  init(_ file: consuming File, masks: Bool, clock: Clock, offset: Double) {
    self.file = file
    self.masks = masks
    self.clock = clock
    self.offset = offset
    start = clock.monotonic()
  }

  /// Whether a word waits for its end.
  var isHolding: Bool { masker.isHolding }

  func begin(columns: Int, rows: Int, command: String?, term: String?, shell: String?) {
    var members: [(key: String, value: JSON)] = [
      ("version", .number(2)), ("width", .number(columns)), ("height", .number(rows)),
      ("timestamp", .number(clock.now().seconds)),
    ]
    if let command {
      var masker = SecretMasker()
      let text = masks ? masker.add(command.bytes) + masker.finish() : command.bytes
      members.append(("command", .string(String(bytes: text))))
    }
    var environment: [(key: String, value: JSON)] = []
    if let term { environment.append(("TERM", .string(term))) }
    if let shell { environment.append(("SHELL", .string(shell))) }
    members.append(("env", .object(environment)))
    write(JSON.object(members))
  }

  func output(_ bytes: [UInt8]) {
    event("o", masks ? masker.add(bytes) : bytes)
  }

  func resize(columns: Int, rows: Int) {
    flush()
    event("r", Array("\(columns)x\(rows)".utf8))
  }

  /// Writes what waits, unless it could be a secret.
  func flush() { event("o", masker.flush()) }

  func finish() { event("o", masker.finish()) }

  private func event(_ kind: String, _ bytes: [UInt8]) {
    if bytes.isEmpty { return }
    let seconds = offset + clock.monotonic().since(start)
    write(.array([.decimal(seconds, digits: 6), .string(kind), .string(Self.text(bytes))]))
  }

  /// JSON holds characters only: a byte that is none becomes U+FFFD.
  private static func text(_ bytes: [UInt8]) -> String {
    var scalars = String.UnicodeScalarView()
    var scanner = UTF8Scanner(bytes)
    while let unit = scanner.next() {
      if case .scalar(let scalar) = unit {
        scalars.append(scalar)
      } else {
        scalars.append("\u{FFFD}")
      }
    }
    return String(scalars)
  }

  private func write(_ json: JSON) {
    guard failure == nil else { return }
    do throws(SystemError) {
      try file.write(Array((json.text + "\n").utf8))
    } catch {
      failure = error
    }
  }

  /// The time of the last event of an asciicast; nil where it is none.
  static func end(of place: Location) -> Double? {
    guard let file = try? place.openToRead(), let size = try? file.status().size, size > 0 else {
      return nil
    }
    let start = max(0, size - 1 << 20)
    var bytes = [UInt8](repeating: 0, count: size - start)
    let count =
      bytes.withUnsafeMutableBytes { raw in (try? file.read(into: raw, at: start)) ?? 0 }
    return lastTime(bytes[..<count])
  }

  static func lastTime(_ bytes: ArraySlice<UInt8>) -> Double? {
    guard let line = bytes.split(separator: 0x0A).last else { return nil }
    // A header alone is the start of a recording too.
    if line.first == UInt8(ascii: "{") { return 0 }
    guard line.first == UInt8(ascii: "[") else { return nil }
    let number = line.dropFirst().prefix { $0 != UInt8(ascii: ",") }
    return parseDouble(String(bytes: Array(number)))
  }
}

/// Masks words of a stream that look like secrets; a word is held until its end has come.
struct SecretMasker {
  private var word: [UInt8] = []
  /// The quote that holds a value together, `NAME="a b"`.
  private var quote: UInt8?
  /// Inside of a private key, whose lines are secrets.
  private var isInKey = false
  /// The start of a character whose end has not come.
  private static let longest = 1 << 16

  var isHolding: Bool { !word.isEmpty }

  mutating func add(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      if byte <= 0x20 || byte == 0x7F {
        if quote != nil, byte >= 0x20 {
          word.append(byte)
        } else {
          result += take() + [byte]
        }
        continue
      }
      word.append(byte)
      if byte == quote {
        quote = nil
      } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"),
        word.dropLast().last == UInt8(ascii: "=")
      {
        quote = byte
      }
      if word.count > Self.longest { result += take() }
    }
    return result
  }

  /// What waits, where it is no assignment whose value is still being typed.
  mutating func flush() -> [UInt8] {
    if word.contains(UInt8(ascii: "=")) || word.count >= 16 { return [] }
    return take()
  }

  mutating func finish() -> [UInt8] { take() }

  private mutating func take() -> [UInt8] {
    defer {
      word = []
      quote = nil
    }
    if word.isEmpty { return [] }
    let text = String(bytes: word)
    if isInKey {
      if text.hasPrefix("-----END") { isInKey = false }
      return Secrets.mask.bytes
    }
    if text.hasPrefix("-----BEGIN") { isInKey = true }
    if word.contains(UInt8(ascii: "=")) {
      let masked = Secrets.masked(text)
      if !masked.sameBytes(as: text) { return masked.bytes }
    }
    return Array(Secrets.masked("_=" + text).bytes.dropFirst(2))
  }
}
