internal import Linux

/// What `go build` writes into every program: the version of Go and the modules. debug/buildinfo.
public struct GoBuildInfo: Equatable, Sendable {
  public let version: String
  /// Lines of `path`, `mod`, `dep`, `=>` and `build`, each field behind a tab.
  public let modules: String

  static let magic: [UInt8] = [0xFF] + Array(" Go buildinf:".utf8)

  /// - Returns: nil where the program is not Go's, or too old (before 1.13) to tell.
  public init?(_ file: ELFFile) {
    guard let data = Self.find(file) else { return nil }
    self.init(data, file)
  }

  /// Its own section, else aligned to 16 bytes in the first writable data.
  private static func find(_ file: ELFFile) -> [UInt8]? {
    if let section = file.section(".go.buildinfo") {
      return file.contents(section, limit: 4 << 20).flatMap { aligned($0) }
    }
    let writable: UInt64 = 1
    for section in file.sections
    where section.type == 1 && section.flags & writable != 0 && section.size > 32 {
      if let data = file.contents(section, limit: 1 << 20).flatMap({ aligned($0) }) { return data }
    }
    return nil
  }

  private static func aligned(_ bytes: [UInt8]) -> [UInt8]? {
    for start in stride(from: 0, to: bytes.count - 31, by: 16)
    where bytes[start] == 0xFF && bytes[start..<(start + magic.count)].elementsEqual(magic) {
      return Array(bytes[start...])
    }
    return nil
  }

  private init?(_ data: [UInt8], _ file: ELFFile) {
    guard data.count >= 32 else { return nil }
    if data[15] & 2 != 0 {
      var reader = InlineStrings(data, 32)
      guard let version = reader.next(), let modules = reader.next() else { return nil }
      self.init(version: version, modules: modules)
    } else {
      // Before Go 1.18: the addresses of two string headers.
      let numbers = LittleEndian(data)
      guard data[14] == 8, data[15] & 1 == 0, let version = numbers.number(16, 8),
        let modules = numbers.number(24, 8), let text = Self.string(version, file)
      else { return nil }
      self.init(version: text, modules: Self.string(modules, file) ?? [])
    }
  }

  private init?(version: [UInt8], modules: [UInt8]) {
    guard !version.isEmpty, version.count < 4096 else { return nil }
    self.version = String(bytes: version)
    // 16 bytes on each side mark the text for tools that search for it.
    let isFramed = modules.count >= 33 && modules[modules.count - 17] == UInt8(ascii: "\n")
    self.modules = isFramed ? String(bytes: modules[16..<(modules.count - 16)]) : ""
  }

  /// The string whose header of address and length lies at `address`.
  private static func string(_ address: UInt64, _ file: ELFFile) -> [UInt8]? {
    guard let header = file.read(at: address, 16) else { return nil }
    let numbers = LittleEndian(header)
    guard let start = numbers.number(0, 8), let count = numbers.int(8, 8), count <= 4 << 20
    else { return nil }
    return file.read(at: start, count)
  }

  /// The module that the program was built from: the path of `mod`, else of `path`.
  public var path: String? {
    for line in modules.split(separator: "\n") {
      let fields = line.split(separator: "\t")
      if fields.count > 1, fields[0] == "path" { return String(fields[1]) }
    }
    return nil
  }
}

/// Strings behind their length, a varint.
private struct InlineStrings {
  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8], _ position: Int) {
    self.bytes = bytes
    self.position = position
  }

  mutating func next() -> [UInt8]? {
    var length: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < bytes.count, shift < 56 else { return nil }
      let byte = bytes[position]
      position += 1
      length |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    guard length <= UInt64(bytes.count - position) else { return nil }
    defer { position += Int(length) }
    return Array(bytes[position..<(position + Int(length))])
  }
}

extension ELFFile {
  /// `count` bytes that the file brings to `address`.
  func read(at address: UInt64, _ count: Int) -> [UInt8]? {
    for segment in segments where segment.type == 1 {
      guard address >= segment.address, address - segment.address < segment.fileSize else {
        continue
      }
      let (offset, overflow) = segment.offset.addingReportingOverflow(address - segment.address)
      return overflow ? nil : source.read(offset, count)
    }
    return nil
  }
}
