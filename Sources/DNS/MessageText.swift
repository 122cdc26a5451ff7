internal import Linux

/// Which parts of a message are shown, and how, in the way of dig.
public struct MessageStyle: Sendable {
  public var records = RecordStyle()
  /// Lines of words about the message: header, EDNS and titles of sections.
  public var hasComments = true
  public var showsQuestion = true
  public var showsAnswer = true
  public var showsAuthority = true
  public var showsAdditional = true
  /// The SOA of a zone transfer once only.
  public var onlyOneSOA = false
  /// The cookie that was sent: what comes back is judged by it.
  public var cookie: [UInt8]?

  public init() {}
}

extension Message {
  /// The whole message as dig prints it.
  ///
  /// - Parameter warnings: lines to stand behind the header.
  public func text(_ style: MessageStyle, warnings: String = "") -> [UInt8] {
    var text: [UInt8] = []
    if style.hasComments {
      text += header(style)
      text += warnings.utf8
      text.append(10)
    }
    if style.hasComments, let edns { text += pseudosection(edns, style) }
    if style.showsQuestion, !questions.isEmpty { text += questionText(style) }
    if style.showsAnswer { text += sectionText("ANSWER", answers, style) }
    if style.showsAuthority { text += sectionText("AUTHORITY", authorities, style) }
    if style.showsAdditional { text += sectionText("ADDITIONAL", additionals, style) }
    return text
  }

  private var isUpdate: Bool { operation.code == 5 }

  private func header(_ style: MessageStyle) -> [UInt8] {
    var text = ";; ->>HEADER<<- opcode: \(operation.description), status: \(code.description)"
    text += ", id: \(id)\n;; flags:\(flags.names)"
    if flags.contains(.reserved) { text += "; MBZ: 0x4" }
    let names: [StaticString] =
      isUpdate
      ? ["; ZONE: ", ", PREREQ: ", ", UPDATE: ", ", ADDITIONAL: "]
      : ["; QUERY: ", ", ANSWER: ", ", AUTHORITY: ", ", ADDITIONAL: "]
    for (index, name) in names.enumerated() { text += "\(name)\(counts[index])" }
    text += "\n"
    return Array(text.utf8)
  }

  private func questionText(_ style: MessageStyle) -> [UInt8] {
    var text: [UInt8] = []
    if style.hasComments {
      text += Array((isUpdate ? ";; ZONE SECTION:\n" : ";; QUESTION SECTION:\n").utf8)
    }
    for question in questions {
      text.append(UInt8(ascii: ";"))
      text += question.text(style.records)
    }
    if style.hasComments { text.append(10) }
    return text
  }

  private func sectionText(_ name: StaticString, _ records: [Record], _ style: MessageStyle)
    -> [UInt8]
  {
    if records.isEmpty { return [] }
    var text: [UInt8] = []
    if style.hasComments { text += Array(";; \(name) SECTION:\n".utf8) }
    var hasSOA = false
    for record in records {
      if style.onlyOneSOA, record.type == .soa {
        if hasSOA { continue }
        hasSOA = true
      }
      text += record.line(style.records)
    }
    if style.hasComments { text.append(10) }
    return text
  }
}

/// The columns of a line of a zone file.
struct Columns {
  let life: Int
  let recordClass: Int
  let type: Int
  let data: Int

  init(_ style: RecordStyle) {
    if style.isMultiline || (!style.showsTTL && !style.showsClass) {
      (life, recordClass, type, data) = (24, 24, 24, 32)
    } else if !style.showsTTL || !style.showsClass {
      (life, recordClass, type, data) = (24, 24, 32, 40)
    } else {
      (life, recordClass, type, data) = (24, 32, 40, 48)
    }
  }
}

extension [UInt8] {
  /// Goes on from `width` to `column` with tabs of eight, and at least by one place.
  fileprivate mutating func indent(at width: inout Int, to column: Int) {
    let target = Swift.max(column, width + 1)
    let tabs = target / 8 - width / 8
    if tabs > 0 {
      self += repeatElement(9, count: tabs)
      self += repeatElement(0x20, count: target % 8)
    } else {
      self += repeatElement(0x20, count: target - width)
    }
    width = target
  }
}

extension Record {
  /// A line of a zone file, laid out as dig does it.
  public func line(_ style: RecordStyle = RecordStyle()) -> [UInt8] {
    let columns = Columns(style)
    var line = name.textBytes
    var width = line.count
    func add(_ word: String, _ column: Int) {
      if style.isPlain { line.append(0x20) } else { line.indent(at: &width, to: column) }
      line += word.utf8
      width += word.utf8.count
    }
    if style.showsTTL {
      add(
        style.hasTTLUnits ? TimeToLive.letters(timeToLive) : String(timeToLive), columns.life)
    }
    if style.showsClass {
      let word = style.isUnknownFormat ? "CLASS\(recordClass.code)" : recordClass.description
      add(word, columns.recordClass)
    }
    add(style.isUnknownFormat ? "TYPE\(type.code)" : type.description, columns.type)
    let isUpdate = data.isEmpty && (recordClass == .any || recordClass == .none)
    if !isUpdate {
      if style.isPlain { line.append(0x20) } else { line.indent(at: &width, to: columns.data) }
      line += dataText(style)
    }
    line.append(10)
    return line
  }
}

extension Question {
  func text(_ style: RecordStyle) -> [UInt8] {
    let columns = Columns(style)
    var line = name.textBytes
    var width = line.count
    if style.showsClass {
      if style.isPlain {
        line.append(0x20)
      } else {
        line.indent(at: &width, to: columns.recordClass)
      }
      let word = recordClass.description
      line += word.utf8
      width += word.utf8.count
    }
    if style.isPlain { line.append(0x20) } else { line.indent(at: &width, to: columns.type) }
    line += type.description.utf8
    line.append(10)
    return line
  }
}
