/// What is asked for.
public struct Question: Sendable {
  public let name: DomainName
  public let type: RecordType
  public let recordClass: RecordClass

  public init(_ name: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet) {
    self.name = name
    self.type = type
    self.recordClass = recordClass
  }

  public func isSame(as other: Question) -> Bool {
    type == other.type && recordClass == other.recordClass && name.isSame(as: other.name)
  }
}

/// A resource record, RFC 1035 section 4.1.3; names in its data are written out.
public struct Record: Sendable {
  public let name: DomainName
  public let type: RecordType
  public let recordClass: RecordClass
  public let timeToLive: UInt32
  public let data: [UInt8]

  public init(
    name: DomainName, type: RecordType, recordClass: RecordClass = .internet, timeToLive: UInt32,
    data: [UInt8]
  ) {
    self.name = name
    self.type = type
    self.recordClass = recordClass
    self.timeToLive = timeToLive
    self.data = data
  }

  init(_ reader: inout WireReader) throws(WireError) {
    name = try reader.name()
    guard reader.left >= 10 else { throw .truncated }
    type = RecordType(try reader.number16())
    recordClass = RecordClass(try reader.number16())
    timeToLive = try reader.number32()
    let length = Int(try reader.number16())
    var whole = reader
    var part = try whole.part(length)
    // An update removes records with no data.
    let isEmptyOfUpdate = recordClass == .any || recordClass == .none
    if type != .opt, !(isEmptyOfUpdate && part.isAtEnd), let kind = RecordKind(type.code) {
      data = try kind.expanded(&part)
      if kind.needsProof {
        var scratch = RecordText(RecordStyle())
        var copy = WireReader(data)
        try kind.write(&copy, to: &scratch)
      }
    } else {
      data = Array(part.rest())
    }
    // Only now, so that after a failure the data count as not read.
    reader = whole
  }

  /// The data in presentation format, as dig prints them.
  public func dataText(_ style: RecordStyle = RecordStyle()) -> [UInt8] {
    var text = RecordText(style)
    guard !style.isUnknownFormat, let kind = RecordKind(type.code) else {
      text.unknown(data)
      return text.bytes
    }
    var reader = WireReader(data)
    do throws(WireError) {
      try kind.write(&reader, to: &text)
      return text.bytes
    } catch {
      var raw = RecordText(style)
      raw.unknown(data)
      return raw.bytes
    }
  }

  /// The name that the data start with, or hold behind a preference: of NS, CNAME, PTR, DNAME, MX.
  public var target: DomainName? {
    var reader = WireReader(data, from: type == .mx ? 2 : 0)
    switch type {
    case .ns, .cname, .ptr, .mx, RecordType(39), .soa: return try? reader.name()
    default: return nil
    }
  }
}
