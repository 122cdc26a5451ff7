internal import Linux

/// Which dialect of tar is written.
public enum Dialect: Sendable {
  /// GNU tar's, with `@LongLink` members for long names; what GNU tar writes unless told otherwise.
  case gnu
  /// POSIX.1-2001, with extended headers where ustar does not suffice.
  case pax
  /// POSIX.1-1988.
  case ustar
}

/// Writes the headers of an archive.
public struct Encoder {
  /// Why a member does not fit into ustar.
  public enum Unfit: Error, Equatable, Sendable { case name, link, number }

  let dialect: Dialect
  private let namesOwners: Bool

  /// - Parameter namesOwners: whether the headers of long names have an owner too.
  public init(_ dialect: Dialect, namesOwners: Bool = true) {
    self.dialect = dialect
    self.namesOwners = namesOwners
  }

  /// All blocks in front of the data of `member`, the map of its regions included.
  ///
  /// `storedSize` is the number of bytes that will follow; the map is not among them.
  public func header(_ member: Member) throws(Unfit) -> [UInt8] {
    switch dialect {
    case .gnu:
      // A sparse file is told in pax's way, which readers only know by pax's magic.
      return member.regions == nil
        ? gnu(member) : Encoder(.pax, namesOwners: namesOwners).pax(member)
    case .pax: return pax(member)
    case .ustar:
      guard let (prefix, name) = split(member.name) else { throw .name }
      guard member.link.count <= 100 else { throw .link }
      guard fits(member) else { throw .number }
      return block(member, name: name, prefix: prefix, type: type(member), size: member.storedSize)
    }
  }

  private func fits(_ member: Member) -> Bool {
    member.storedSize < 1 << 33 && (0..<(1 << 33)).contains(member.modified.seconds)
      && (0..<(1 << 21)).contains(member.uid) && (0..<(1 << 21)).contains(member.gid)
  }

  private func gnu(_ member: Member) -> [UInt8] {
    var bytes: [UInt8] = []
    if member.link.count > 100 { bytes += longLink(member.link, UInt8(ascii: "K")) }
    if member.name.count > 100 { bytes += longLink(member.name, UInt8(ascii: "L")) }
    return bytes
      + block(
        member, name: Array(member.name.prefix(100)), prefix: [], type: type(member),
        size: member.storedSize)
  }

  /// A member of its own that holds a name too long for the header behind it.
  private func longLink(_ name: [UInt8], _ type: UInt8) -> [UInt8] {
    var member = Member()
    member.mode = 0o644
    if namesOwners { (member.user, member.group) = (Array("root".utf8), Array("root".utf8)) }
    let label = Array("././@LongLink".utf8)
    let header = block(member, name: label, prefix: [], type: type, size: name.count + 1)
    return header + filled(name + [0])
  }

  private func pax(_ member: Member) -> [UInt8] {
    var records = PaxRecords()
    var member = member
    var (prefix, name): ([UInt8], [UInt8]) = ([], Array(member.name.prefix(100)))
    if let map = member.regions.map({ sparseMap($0) }) {
      return sparse(member, map: map)
    }
    if let parts = split(member.name) {
      (prefix, name) = parts
    } else {
      records.add("path", member.name)
    }
    addRecords(member, to: &records)
    if member.modified.seconds < 0 { member.modified = Instant(seconds: 0) }
    return extended(records, member.name)
      + block(member, name: name, prefix: prefix, type: type(member), size: member.storedSize)
  }

  private func addRecords(_ member: Member, to records: inout PaxRecords) {
    if member.link.count > 100 { records.add("linkpath", member.link) }
    if dialect == .pax, member.modified.nanoseconds > 0 || member.modified.seconds < 0 {
      records.add("mtime", paxText(member.modified))
    }
    if member.storedSize >= 1 << 33 { records.add("size", Array(String(member.storedSize).utf8)) }
    if member.uid >= 1 << 21 { records.add("uid", Array(String(member.uid).utf8)) }
    if member.gid >= 1 << 21 { records.add("gid", Array(String(member.gid).utf8)) }
    if member.user.count > 32 { records.add("uname", member.user) }
    if member.group.count > 32 { records.add("gname", member.group) }
  }

  /// Format 1.0: the true name and size in records, the map in front of the data.
  private func sparse(_ member: Member, map: [UInt8]) -> [UInt8] {
    var member = member
    member.storedSize += map.count
    var records = PaxRecords()
    records.add("GNU.sparse.major", [0x31])
    records.add("GNU.sparse.minor", [0x30])
    records.add("GNU.sparse.name", member.name)
    records.add("GNU.sparse.realsize", Array(String(member.size).utf8))
    addRecords(member, to: &records)
    let shown = Array("GNUSparseFile.0/".utf8) + baseName(member.name)
    return extended(records, member.name)
      + block(
        member, name: Array(shown.prefix(100)), prefix: [], type: UInt8(ascii: "0"),
        size: member.storedSize) + map
  }

  private func sparseMap(_ regions: [Member.Region]) -> [UInt8] {
    var text = Array((String(regions.count) + "\n").utf8)
    for region in regions { text += "\(region.offset)\n\(region.count)\n".utf8 }
    return filled(text)
  }

  private func extended(_ records: PaxRecords, _ name: [UInt8]) -> [UInt8] {
    let data = records.bytes
    if data.isEmpty { return [] }
    var member = Member()
    member.mode = 0o644
    let label = Array("./PaxHeaders/".utf8) + baseName(name)
    let header = block(
      member, name: Array(label.prefix(100)), prefix: [], type: UInt8(ascii: "x"), size: data.count)
    return header + filled(data)
  }

  private func baseName(_ name: [UInt8]) -> [UInt8] {
    let trimmed = name.last == UInt8(ascii: "/") ? name.dropLast() : name[...]
    return Array(trimmed.split(separator: UInt8(ascii: "/")).last ?? [])
  }

  private func filled(_ data: [UInt8]) -> [UInt8] {
    data + [UInt8](repeating: 0, count: padded(data.count) - data.count)
  }

  /// The name cut at a slash so that it fits into prefix and name; nil where it cannot be.
  private func split(_ name: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
    if name.count <= 100 { return ([], name) }
    guard name.count <= 256 else { return nil }
    let first = name.count - 101
    // A slash at the very end belongs to the name of a folder.
    for index in first..<min(156, name.count - 1)
    where name[index] == UInt8(ascii: "/") && index > 0 {
      return (Array(name[..<index]), Array(name[(index + 1)...]))
    }
    return nil
  }

  private func type(_ member: Member) -> UInt8 {
    switch member.kind {
    case .regular: UInt8(ascii: "0")
    case .hardLink: UInt8(ascii: "1")
    case .symbolicLink: UInt8(ascii: "2")
    case .character: UInt8(ascii: "3")
    case .block: UInt8(ascii: "4")
    case .directory: UInt8(ascii: "5")
    case .fifo: UInt8(ascii: "6")
    case .other(let type): type
    }
  }

  private func block(
    _ member: Member, name: [UInt8], prefix: [UInt8], type: UInt8, size: Int
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockSize)
    func put(_ text: some Collection<UInt8>, _ field: Field) {
      for (index, byte) in zip(field.range, text) { block[index] = byte }
    }
    func put(_ number: Int, _ field: Field) { put(digits(number, field.range.count), field) }
    put(name, .name)
    put(Int(member.mode), .mode)
    put(member.uid, .uid)
    put(member.gid, .gid)
    put(size, .size)
    put(member.modified.seconds, .modified)
    put([type], .type)
    put(member.link.prefix(100), .link)
    put(dialect == .gnu ? Array("ustar  \0".utf8) : Array("ustar\u{0}00".utf8), .magic)
    put(member.user.prefix(31), .user)
    put(member.group.prefix(31), .group)
    if member.kind == .character || member.kind == .block || dialect != .gnu {
      put(Int(member.major), .major)
      put(Int(member.minor), .minor)
    }
    put(prefix, .prefix)
    put([UInt8](repeating: 0x20, count: 8), .checksum)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(digits(sum, 7) + [0x20], .checksum)
    return block
  }

  /// Octal with a closing NUL, or base 256 for what does not fit.
  private func digits(_ number: Int, _ width: Int) -> [UInt8] {
    if number >= 0, number >> (3 * (width - 1)) == 0 {
      var text = [UInt8](repeating: 0x30, count: width)
      text[width - 1] = 0
      var rest = number
      for index in stride(from: width - 2, through: 0, by: -1) {
        text[index] = 0x30 + UInt8(rest & 7)
        rest >>= 3
      }
      return text
    }
    var bytes = [UInt8](repeating: number < 0 ? 0xFF : 0, count: width)
    var rest = number
    for index in stride(from: width - 1, to: max(0, width - 9), by: -1) {
      bytes[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
    if number >= 0 { bytes[0] |= 0x80 }
    return bytes
  }
}
