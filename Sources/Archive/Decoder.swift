internal import Linux

/// Reads the headers of an archive from its blocks: ustar, pax, and GNU's long names and sparse files.
///
/// POSIX.1-2017 pax(1); GNU tar manual, "Basic Tar Format" and "Storing Sparse Files". The caller
/// gives each block that is no data of a member.
public struct Decoder {
  public enum Step: Equatable, Sendable {
    /// The next block is wanted.
    case more
    /// A member; `storedSize` bytes of data follow, in whole blocks.
    case member(Member)
    /// A block of zeros: two of them end an archive.
    case zeros
  }

  /// Bytes of one extended header or long name.
  public static let longestRecord = 1 << 20
  /// Regions of one sparse file.
  public static let mostRegions = 1 << 20

  private enum Purpose { case local, global, name, link }
  private enum State {
    case header
    /// Data of an extended header: what for, and how many bytes are still to come.
    case record(Purpose, Int)
    /// More of the map of an old GNU sparse file.
    case oldMap(Member)
    /// The map in front of the data of a pax sparse file.
    case map(Member)
  }

  private var state = State.header
  private var record: [UInt8] = []
  private var global = PaxRecords()
  private var local = PaxRecords()
  private var longName: [UInt8]?
  private var longLink: [UInt8]?
  private var hasMember = false
  private var mapBytes = 0

  public init() {}

  /// Whether the archive may end here.
  public var isAtBoundary: Bool {
    if case .header = state { return longName == nil && longLink == nil && local.records.isEmpty }
    return false
  }

  /// - Parameter block: `blockSize` bytes.
  public mutating func take(_ block: UnsafeRawBufferPointer) throws(Malformed) -> Step {
    guard block.count == blockSize else { throw .badField }
    switch state {
    case .header: return try header(HeaderBlock(bytes: block))
    case .record(let purpose, let count):
      let part = min(count, blockSize)
      record += block[..<part]
      if count > part {
        state = .record(purpose, count - part)
      } else {
        state = .header
        try finish(purpose)
      }
      return .more
    case .oldMap(let member): return try oldMap(member, block)
    case .map(let member):
      record += block
      mapBytes += blockSize
      guard record.count <= Self.longestRecord * 32 else { throw .tooLong }
      return try newMap(member)
    }
  }

  private mutating func header(_ block: HeaderBlock) throws(Malformed) -> Step {
    if block.isZero { return .zeros }
    guard block.isValid else { throw hasMember ? .badHeader : .notAnArchive }
    hasMember = true
    switch block.type {
    case UInt8(ascii: "x"), UInt8(ascii: "X"): return try begin(.local, block)
    case UInt8(ascii: "g"): return try begin(.global, block)
    case UInt8(ascii: "L"): return try begin(.name, block)
    case UInt8(ascii: "K"): return try begin(.link, block)
    default: return try member(block)
    }
  }

  private mutating func begin(_ purpose: Purpose, _ block: HeaderBlock) throws(Malformed) -> Step {
    guard let size = block.number(.size), size >= 0 else { throw .badField }
    guard size <= Self.longestRecord else { throw .tooLong }
    record = []
    if size == 0 { try finish(purpose) } else { state = .record(purpose, size) }
    return .more
  }

  private mutating func finish(_ purpose: Purpose) throws(Malformed) {
    switch purpose {
    case .local: local = try PaxRecords(record)
    case .global: global = try PaxRecords(record)
    case .name: longName = Array(record[..<(record.firstIndex(of: 0) ?? record.count)])
    case .link: longLink = Array(record[..<(record.firstIndex(of: 0) ?? record.count)])
    }
    record = []
  }

  private func value(_ key: String) -> [UInt8]? { local.value(key) ?? global.value(key) }

  private func number(_ key: String) throws(Malformed) -> Int? {
    guard let text = value(key) else { return nil }
    guard let number = decimal(text[...]) else { throw .badField }
    return number
  }

  private mutating func member(_ block: HeaderBlock) throws(Malformed) -> Step {
    var member = try plain(block)
    try overlay(&member)
    guard member.size >= 0 else { throw .badField }
    member.storedSize = member.hasData ? member.size : 0
    (longName, longLink) = (nil, nil)
    defer { local = PaxRecords() }
    if block.type == UInt8(ascii: "S") { return try beginOldMap(member, block) }
    if value("GNU.sparse.major") != nil || value("GNU.sparse.size") != nil
      || value("GNU.sparse.realsize") != nil
    {
      return try beginMap(member)
    }
    return .member(member)
  }

  private func plain(_ block: HeaderBlock) throws(Malformed) -> Member {
    var member = Member()
    member.name = block.text(.name)
    if block.isUSTAR {
      let prefix = block.text(.prefix)
      if !prefix.isEmpty { member.name = prefix + [UInt8(ascii: "/")] + member.name }
    }
    member.kind = Self.kind(block.type, member.name)
    member.link = block.text(.link)
    guard let mode = block.number(.mode), let uid = block.number(.uid),
      let gid = block.number(.gid), let size = block.number(.size),
      let seconds = block.number(.modified), let major = block.number(.major),
      let minor = block.number(.minor)
    else { throw .badField }
    member.mode = UInt32(truncatingIfNeeded: mode) & 0o7777
    (member.uid, member.gid, member.size) = (uid, gid, size)
    member.modified = Instant(seconds: seconds)
    (member.user, member.group) = (block.text(.user), block.text(.group))
    member.major = UInt32(truncatingIfNeeded: major)
    member.minor = UInt32(truncatingIfNeeded: minor)
    return member
  }

  private func overlay(_ member: inout Member) throws(Malformed) {
    if let longName {
      member.name = longName
      if member.kind == .regular { member.kind = Self.kind(0x30, longName) }
    }
    if let longLink { member.link = longLink }
    if let path = value("path") { member.name = path }
    if let name = value("GNU.sparse.name") { member.name = name }
    if let link = value("linkpath") { member.link = link }
    if let user = value("uname") { member.user = user }
    if let group = value("gname") { member.group = group }
    if let size = try number("size") { member.size = size }
    if let uid = try number("uid") { member.uid = uid }
    if let gid = try number("gid") { member.gid = gid }
    if let time = value("mtime") {
      guard let instant = paxTime(time) else { throw .badField }
      member.modified = instant
    }
    if let time = value("atime") { member.accessed = paxTime(time) }
  }

  private static func kind(_ type: UInt8, _ name: [UInt8]) -> Member.Kind {
    switch type {
    case 0, UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "S"):
      // Before ustar a folder was a file whose name ends with a slash.
      name.last == UInt8(ascii: "/") ? .directory : .regular
    case UInt8(ascii: "1"): .hardLink
    case UInt8(ascii: "2"): .symbolicLink
    case UInt8(ascii: "3"): .character
    case UInt8(ascii: "4"): .block
    case UInt8(ascii: "5"), UInt8(ascii: "D"): .directory
    case UInt8(ascii: "6"): .fifo
    default: .other(type)
    }
  }
}

extension Member {
  /// Whether data follows the header: links, devices and FIFOs have none, whatever size they state.
  public var hasData: Bool {
    switch kind {
    case .regular, .other: true
    // A folder of an incremental archive has a list of its names.
    case .directory: true
    case .hardLink: true
    case .symbolicLink, .character, .block, .fifo: false
    }
  }
}

extension Decoder {
  /// GNU's old format: four regions in the header, then blocks of 21 as long as they say so.
  private mutating func beginOldMap(_ member: Member, _ block: HeaderBlock) throws(Malformed)
    -> Step
  {
    var member = member
    guard let size = block.number(.realSize), size >= 0 else { throw .badField }
    member.size = size
    member.regions = []
    let isLast = try readOldRegions(&member, block, at: Field.sparseMap.range.lowerBound, count: 4)
    if !isLast, block.bytes[Field.isExtended.range.lowerBound] != 0 {
      state = .oldMap(member)
      return .more
    }
    return .member(try checked(member))
  }

  private mutating func oldMap(_ member: Member, _ block: UnsafeRawBufferPointer)
    throws(Malformed) -> Step
  {
    var member = member
    let isLast = try readOldRegions(&member, HeaderBlock(bytes: block), at: 0, count: 21)
    if !isLast, block[504] != 0 {
      state = .oldMap(member)
      return .more
    }
    state = .header
    return .member(try checked(member))
  }

  /// - Returns: whether an empty entry ended the map.
  private func readOldRegions(
    _ member: inout Member, _ block: HeaderBlock, at start: Int, count: Int
  ) throws(Malformed) -> Bool {
    for index in 0..<count {
      let place = start + index * 24
      if block.bytes[place + 12] == 0 { return true }
      guard let offset = block.number(place..<(place + 12)),
        let length = block.number((place + 12)..<(place + 24))
      else { throw .badField }
      guard (member.regions?.count ?? 0) < Self.mostRegions else { throw .tooLong }
      member.regions?.append(Member.Region(offset: offset, count: length))
    }
    return false
  }

  /// GNU's pax formats: 0.0 and 0.1 keep the map in records, 1.0 in front of the data.
  private mutating func beginMap(_ member: Member) throws(Malformed) -> Step {
    var member = member
    let real = try number("GNU.sparse.realsize")
    let stated = try number("GNU.sparse.size")
    guard let size = real ?? stated else { throw .badField }
    member.size = size
    if let major = try number("GNU.sparse.major"), major > 0 {
      guard major == 1 else { throw .badField }
      (record, mapBytes) = ([], 0)
      state = .map(member)
      return .more
    }
    member.regions = []
    if let map = value("GNU.sparse.map") {
      let numbers = map.split(separator: UInt8(ascii: ","))
      try regions(numbers, into: &member)
    } else {
      let keys: (StaticString, StaticString) = ("GNU.sparse.offset", "GNU.sparse.numbytes")
      let numbers = local.records.filter {
        $0.key.elementsEqual("\(keys.0)".utf8) || $0.key.elementsEqual("\(keys.1)".utf8)
      }.map { $0.value[...] }
      try regions(numbers, into: &member)
    }
    return .member(try checked(member))
  }

  private func regions(_ numbers: [ArraySlice<UInt8>], into member: inout Member) throws(Malformed)
  {
    guard numbers.count % 2 == 0 else { throw .badField }
    guard numbers.count <= 2 * Self.mostRegions else { throw .tooLong }
    for index in stride(from: 0, to: numbers.count, by: 2) {
      guard let offset = decimal(numbers[index]), let count = decimal(numbers[index + 1]) else {
        throw .badField
      }
      member.regions?.append(Member.Region(offset: offset, count: count))
    }
  }

  /// Format 1.0: numbers on lines of their own, the count of regions first, filled up to a block.
  private mutating func newMap(_ member: Member) throws(Malformed) -> Step {
    let lines = record.split(
      separator: 0x0A, maxSplits: .max, omittingEmptySubsequences: false)
    guard lines.count > 1 else {
      guard record.count < 64 else { throw .badField }
      return .more
    }
    guard let count = decimal(lines[0]) else { throw .badField }
    guard count <= Self.mostRegions else { throw .tooLong }
    // The last piece has no newline behind it.
    guard lines.count > 2 * count + 1 else { return .more }
    var member = member
    member.regions = []
    try regions(Array(lines[1...(2 * count)].prefix(2 * count)), into: &member)
    guard member.storedSize >= mapBytes else { throw .badField }
    member.storedSize -= mapBytes
    record = []
    state = .header
    return .member(try checked(member))
  }

  /// The regions lie one behind the other in the file, and are as many bytes as are stored.
  private func checked(_ member: Member) throws(Malformed) -> Member {
    var end = 0
    var sum = 0
    for region in member.regions ?? [] {
      guard region.offset >= end, region.count >= 0,
        region.offset <= member.size, region.count <= member.size - region.offset
      else { throw .badField }
      end = region.offset + region.count
      sum += region.count
    }
    guard sum == member.storedSize || sum <= member.storedSize else { throw .badField }
    return member
  }
}
