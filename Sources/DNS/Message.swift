/// A DNS message, RFC 1035 section 4.
public struct Message: Sendable {
  public enum Section: Int, Sendable, CaseIterable { case answer, authority, additional }

  public var id: UInt16 = 0
  public var flags: HeaderFlags = []
  public var operation = Operation.query
  /// The low four bits, as the header has them.
  public var headerCode: UInt16 = 0
  public var questions: [Question] = []
  public var answers: [Record] = []
  public var authorities: [Record] = []
  /// Without the OPT record.
  public var additionals: [Record] = []
  public var edns: EDNS?
  /// The counts that the header states: questions, answers, authorities, additionals.
  public var counts: [Int] = [0, 0, 0, 0]
  /// Why the message could not be read to its end; what was read stands.
  public private(set) var damage: WireError?
  /// Bytes that were not read.
  public private(set) var excess = 0

  /// Bytes of the header.
  public static let headerSize = 12
  /// Bytes of the largest message.
  public static let largest = 65535

  public init() {}

  /// Reads a message.
  ///
  /// - Throws: where not even the header is there. What is wrong behind it is told by `damage`.
  public init(_ bytes: [UInt8]) throws(WireError) {
    var reader = WireReader(bytes)
    id = try reader.number16()
    let bits = try reader.number16()
    flags = HeaderFlags(rawValue: bits & 0x87F0)
    operation = Operation(UInt8(bits >> 11 & 15))
    headerCode = bits & 15
    for index in 0..<4 { counts[index] = Int(try reader.number16()) }
    do throws(WireError) {
      try readBody(&reader)
    } catch {
      damage = error
    }
    excess += reader.left
  }

  private mutating func readBody(_ reader: inout WireReader) throws(WireError) {
    for _ in 0..<counts[0] {
      let name = try reader.name()
      let type = RecordType(try reader.number16())
      questions.append(Question(name, type, RecordClass(try reader.number16())))
    }
    for section in Section.allCases {
      for _ in 0..<counts[section.rawValue + 1] {
        let record = try Record(&reader)
        if record.type == .opt, section == .additional, edns == nil {
          excess = record.data.count
          edns = try EDNS(record)
          excess = 0
          continue
        }
        switch section {
        case .answer: answers.append(record)
        case .authority: authorities.append(record)
        case .additional: additionals.append(record)
        }
      }
    }
  }

  /// The response code with the upper bits from EDNS.
  public var code: ResponseCode {
    ResponseCode(headerCode | UInt16(edns?.extendedCode ?? 0) << 4)
  }

  /// The message as bytes. Names are compressed where a question's name comes again.
  public var bytes: [UInt8] {
    var writer = WireWriter()
    writer.put(id)
    writer.put(flags.rawValue | UInt16(operation.code) << 11 | headerCode & 15)
    writer.put(UInt16(truncatingIfNeeded: questions.count))
    writer.put(UInt16(truncatingIfNeeded: answers.count))
    writer.put(UInt16(truncatingIfNeeded: authorities.count))
    writer.put(UInt16(truncatingIfNeeded: additionals.count + (edns == nil ? 0 : 1)))
    for question in questions {
      writer.put(question.name)
      writer.put(question.type.code)
      writer.put(question.recordClass.code)
    }
    for record in answers + authorities + additionals { writer.put(record) }
    if let edns { writer.put(edns.record) }
    return writer.bytes
  }
}

/// Lays out a message; a name or the end of one that is there already becomes a pointer.
struct WireWriter {
  private(set) var bytes: [UInt8] = []
  /// Names written so far, and where.
  private var known: [(wire: [UInt8], place: UInt16)] = []

  mutating func put(_ number: UInt16) {
    bytes.append(UInt8(number >> 8))
    bytes.append(UInt8(number & 0xFF))
  }

  mutating func put(_ number: UInt32) {
    put(UInt16(number >> 16))
    put(UInt16(number & 0xFFFF))
  }

  mutating func put(_ name: DomainName) {
    var rest = name
    while !rest.isRoot {
      if let place = known.first(where: { $0.wire == rest.wire })?.place {
        put(0xC000 | place)
        return
      }
      if bytes.count < 0x4000 { known.append((wire: rest.wire, place: UInt16(bytes.count))) }
      bytes += rest.wire.prefix(Int(rest.wire[0]) + 1)
      rest = rest.parent
    }
    bytes.append(0)
  }

  mutating func put(_ record: Record) {
    put(record.name)
    put(record.type.code)
    put(record.recordClass.code)
    put(record.timeToLive)
    put(UInt16(truncatingIfNeeded: record.data.count))
    bytes += record.data
  }
}
