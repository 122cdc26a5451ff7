/// A field of record data.
enum Field: Sendable {
  case number8, number16, number32
  /// A name; in a message it may be compressed.
  case name
  case address4, address6
  /// One <character-string>, and as many as are left.
  case string, strings
  /// What is left, in quotes.
  case quotedRest
  /// What is left as a block of digits, in brackets of its own where text has several lines.
  case hexBlock, base64Block
  /// As `hexBlock`, and left out where keys are.
  case digestBlock
  /// The mnemonic of a record type, and all of a bit map (RFC 4034 section 4.1.2).
  case type, typeBitmap
  /// A length and as many bytes in hexadecimal, `-` for none.
  case salt
  /// 8 bytes as four groups: `14:4fff:ff20:ee64`.
  case groups64
  /// So many bytes in pairs of digits: `00-00-5e`.
  case hyphenated(Int)
}

/// What is known of a type of records: its mnemonic, and how its data are laid out.
struct RecordKind {
  typealias Writer = (inout WireReader, inout RecordText) throws(WireError) -> Void

  let mnemonic: StaticString
  let fields: [Field]
  /// Writes what no list of fields describes.
  let writer: Writer?

  init(_ mnemonic: StaticString, _ fields: Field...) {
    self.mnemonic = mnemonic
    self.fields = fields
    writer = nil
  }

  /// - Parameter fields: what names may be compressed in; none where there are no names.
  init(_ mnemonic: StaticString, _ fields: Field..., writer: @escaping Writer) {
    self.mnemonic = mnemonic
    self.fields = fields
    self.writer = writer
  }

  /// The code of the type called `name`, in upper case.
  static func code(named name: String) -> UInt16? {
    for code in (0...300 as ClosedRange<UInt16>) {
      if let kind = RecordKind(code), "\(kind.mnemonic)" == name { return code }
    }
    return [32768, 32769].first { RecordKind($0).map { "\($0.mnemonic)" } == name }
  }

  /// Whether data that `expanded` takes may still be wrong, and only writing them tells.
  var needsProof: Bool {
    switch fields.last {
    case nil, .strings, .typeBitmap: true
    default: false
    }
  }

  /// The data of a record at `reader`, with all names written out.
  func expanded(_ reader: inout WireReader) throws(WireError) -> [UInt8] {
    if fields.isEmpty { return Array(reader.rest()) }
    var data: [UInt8] = []
    for field in fields {
      switch field {
      case .name: data += try reader.name().wire
      case .number8: data += try reader.take(1)
      case .number16, .type: data += try reader.take(2)
      case .number32, .address4: data += try reader.take(4)
      case .groups64: data += try reader.take(8)
      case .address6: data += try reader.take(16)
      case .string, .salt:
        let string = try reader.string()
        data.append(UInt8(string.count))
        data += string
      case .hyphenated(let count): data += try reader.take(count)
      case .strings, .quotedRest, .hexBlock, .base64Block, .digestBlock, .typeBitmap:
        data += reader.rest()
      }
    }
    try reader.expectEnd()
    return data
  }

  /// Writes the data of a record, which `expanded` has made.
  func write(_ reader: inout WireReader, to text: inout RecordText) throws(WireError) {
    if let writer {
      try writer(&reader, &text)
    } else {
      for (index, field) in fields.enumerated() {
        try text.put(field, from: &reader, isFirst: index == 0)
      }
    }
    try reader.expectEnd()
  }
}
