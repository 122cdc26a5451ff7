internal import Linux

/// The lines of the past, the newest last, in memory and where there is one in a file.
///
/// The file holds one line per entry, as other shells write it; a newline inside an entry is a NUL.
public final class History {
  public private(set) var entries: [[UInt8]] = []
  private let path: String?

  static let limit = 5000
  private static let fileLimit = 4 << 20

  /// - Parameter path: of the file; nil for none. One that cannot be read or written is done without.
  public init(path: String? = nil) {
    self.path = path
    guard let path, !path.isEmpty else { return }
    do throws(SystemError) {
      let file = try File.open(path, [.read, .nonBlocking, .noTerminal])
      guard try file.status().kind == .regular else { return }
      load(try file.contents(limit: Self.fileLimit))
    } catch {}
  }

  func load(_ bytes: [UInt8]) {
    for line in bytes.split(separator: 0x0A) { keep(Self.decoded(line)) }
  }

  /// Adds what was typed; not what starts with a blank, and not the same twice in a row.
  public func add(_ line: [UInt8]) {
    var line = line[...]
    while line.last == 0x0A { line = line.dropLast() }
    guard let first = line.first, first != 0x20, line.contains(where: { $0 > 0x20 }),
      entries.last.map({ $0[...] != line }) ?? true
    else { return }
    keep(Array(line))
    append(Self.encoded(line) + [0x0A])
  }

  /// Adds a line that belongs to the entry before; the file gets the whole again.
  public func extend(_ line: [UInt8]) {
    guard let before = entries.popLast() else { return add(line) }
    add(before + [0x0A] + line)
  }

  /// Adds a line whatever it is.
  public func record(_ line: [UInt8]) {
    keep(line)
    append(Self.encoded(line[...]) + [0x0A])
  }

  /// Puts another line in place of the last; the file gets it too.
  public func replaceLast(_ line: [UInt8]) {
    if !entries.isEmpty { entries.removeLast() }
    record(line)
  }

  /// Forgets what is not in `lines`; the file stays as it is.
  public func replaceAll(_ lines: [[UInt8]]) { entries = lines }

  private func keep(_ line: [UInt8]) {
    if entries.count >= Self.limit { entries.removeFirst(Self.limit / 10) }
    entries.append(line)
  }

  private func append(_ bytes: [UInt8]) {
    guard let path, !path.isEmpty else { return }
    do throws(SystemError) {
      let mode: OpenMode = [.write, .append, .create, .nonBlocking, .noTerminal]
      let file = try File.open(path, mode, permissions: 0o600)
      guard try file.status().kind == .regular else { return }
      // One write: lines of two sessions do not mix.
      bytes.withUnsafeBytes { raw in
        do throws(SystemError) { try file.write(raw) } catch {}
      }
    } catch {}
  }

  /// The newest entry before `index` that starts with `prefix`.
  public func previous(before index: Int, prefix: ArraySlice<UInt8>) -> Int? {
    entries[..<min(max(0, index), entries.count)].lastIndex { $0.starts(with: prefix) }
  }

  public func next(after index: Int, prefix: ArraySlice<UInt8>) -> Int? {
    guard index + 1 < entries.count else { return nil }
    return entries[(index + 1)...].firstIndex { $0.starts(with: prefix) }
  }

  /// The newest entry at or before `index` that holds `text`, and where in it.
  public func search(_ text: [UInt8], from index: Int) -> (index: Int, offset: Int)? {
    guard !text.isEmpty else { return nil }
    var index = min(index, entries.count - 1)
    while index >= 0 {
      if let offset = KeyDecoder.find(text, in: entries[index][...]) { return (index, offset) }
      index -= 1
    }
    return nil
  }

  /// What follows `line` in the newest entry that starts with it.
  public func suggestion(for line: [UInt8]) -> [UInt8] {
    guard !line.isEmpty, let index = previous(before: entries.count, prefix: line[...]) else {
      return []
    }
    return Array(entries[index].dropFirst(line.count))
  }

  static func encoded(_ line: ArraySlice<UInt8>) -> [UInt8] { line.map { $0 == 0x0A ? 0 : $0 } }
  static func decoded(_ line: ArraySlice<UInt8>) -> [UInt8] { line.map { $0 == 0 ? 0x0A : $0 } }
}
