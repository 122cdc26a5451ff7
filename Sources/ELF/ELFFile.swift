internal import Linux

/// A 64-bit little-endian ELF file, elf(5): its sections, segments and what they tell.
public struct ELFFile {
  public struct Section: Sendable {
    public let name: String
    public let type: UInt32
    public let flags: UInt64
    public let address: UInt64
    public let offset: UInt64
    public let size: UInt64
    public let link: Int
  }

  public struct Segment: Sendable {
    public let type: UInt32
    public let offset: UInt64
    public let address: UInt64
    public let fileSize: UInt64
    public let memorySize: UInt64
  }

  public let source: ByteSource
  /// Whether it is loaded wherever the kernel likes.
  public let isPositionIndependent: Bool
  public let segments: [Segment]
  public let sections: [Section]

  private static let most = 8192

  /// - Returns: nil for anything else, big-endian and 32-bit files among it.
  public init?(_ source: ByteSource) {
    guard let bytes = source.read(0, 64), bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
      return nil
    }
    let header = LittleEndian(bytes)
    guard let type = header.number(16, 2), let programs = header.number(32, 8),
      let sectionTable = header.number(40, 8), let programCount = header.int(56, 2),
      let sectionCount = header.int(60, 2), let names = header.int(62, 2)
    else { return nil }
    self.source = source
    isPositionIndependent = type == 3
    segments = Self.segments(source, programs, min(programCount, Self.most))
    sections = Self.sections(source, sectionTable, min(sectionCount, Self.most), names)
  }

  private static func segments(_ source: ByteSource, _ offset: UInt64, _ count: Int) -> [Segment] {
    guard count > 0, let bytes = source.read(offset, count * 56) else { return [] }
    let table = LittleEndian(bytes)
    var segments: [Segment] = []
    for index in 0..<count {
      let start = index * 56
      guard let type = table.number(start, 4), let offset = table.number(start + 8, 8),
        let address = table.number(start + 16, 8), let fileSize = table.number(start + 32, 8),
        let memorySize = table.number(start + 40, 8)
      else { break }
      segments.append(
        Segment(
          type: UInt32(truncatingIfNeeded: type), offset: offset, address: address,
          fileSize: fileSize, memorySize: memorySize))
    }
    return segments
  }

  private static func sections(
    _ source: ByteSource, _ offset: UInt64, _ count: Int, _ names: Int
  ) -> [Section] {
    guard count > 0, names < count, let bytes = source.read(offset, count * 64) else { return [] }
    let table = LittleEndian(bytes)
    guard let namesOffset = table.number(names * 64 + 24, 8),
      let namesSize = table.int(names * 64 + 32, 8), namesSize <= 1 << 20,
      let texts = source.read(namesOffset, namesSize)
    else { return [] }
    var sections: [Section] = []
    for index in 0..<count {
      let start = index * 64
      guard let name = table.int(start, 4), let type = table.number(start + 4, 4),
        let flags = table.number(start + 8, 8), let address = table.number(start + 16, 8),
        let offset = table.number(start + 24, 8), let size = table.number(start + 32, 8),
        let link = table.int(start + 40, 4)
      else { break }
      let text = name < texts.count ? texts[name...].prefix { $0 != 0 } : []
      sections.append(
        Section(
          name: String(bytes: text), type: UInt32(truncatingIfNeeded: type), flags: flags,
          address: address, offset: offset, size: size, link: link))
    }
    return sections
  }

  public func section(_ name: StaticString) -> Section? {
    sections.first { $0.name.utf8.elementsEqual("\(name)".utf8) }
  }

  /// The bytes of a section, at most `limit`; nil where the file lacks them.
  public func contents(_ section: Section, limit: Int = 1 << 20) -> [UInt8]? {
    guard section.type != 8 else { return nil }
    return source.read(section.offset, Int(min(section.size, UInt64(limit))))
  }

  /// The GNU build ID, in hexadecimal.
  public var buildID: String? {
    guard let section = section(".note.gnu.build-id"), let bytes = contents(section, limit: 256)
    else { return nil }
    let note = LittleEndian(bytes)
    guard let nameSize = note.int(0, 4), let size = note.int(4, 4), note.number(8, 4) == 3,
      nameSize == 4, size <= bytes.count - 16
    else { return nil }
    return bytes[16..<(16 + size)].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Whether the dynamic linker has to load it.
  public var isDynamic: Bool { segments.contains { $0.type == 3 } }

  /// The value of a symbol in `.dynsym` or `.symtab`.
  public func symbol(_ name: StaticString) -> UInt64? {
    for section in sections where section.type == 11 || section.type == 2 {
      guard section.link < sections.count, let table = contents(section, limit: 16 << 20),
        let texts = contents(sections[section.link], limit: 16 << 20)
      else { continue }
      if let value = Self.find(name, table, texts) { return value }
    }
    return nil
  }

  private static func find(_ name: StaticString, _ table: [UInt8], _ texts: [UInt8]) -> UInt64? {
    let wanted = name.withUTF8Buffer { Array($0) } + [0]
    let symbols = LittleEndian(table)
    for start in stride(from: 0, to: table.count - 23, by: 24) {
      guard let offset = symbols.int(start, 4), offset < texts.count,
        texts.count - offset >= wanted.count, texts[offset] == wanted[0],
        texts[offset..<(offset + wanted.count)].elementsEqual(wanted)
      else { continue }
      if let value = symbols.number(start + 8, 8), value != 0 { return value }
    }
    return nil
  }
}
