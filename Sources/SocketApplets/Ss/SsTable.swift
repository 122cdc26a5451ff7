internal import Linux
internal import Netlink

/// The table of ss: cells are written once into one buffer, and laid out when all widths are known.
final class SsTable {
  enum Column: Int {
    case kind, state, receiveQueue, sendQueue, local, localPort, remote, remotePort, process

    static let count = 9

    var title: StaticString {
      switch self {
      case .kind: "Netid"
      case .state: "State"
      case .receiveQueue: "Recv-Q"
      case .sendQueue: "Send-Q"
      case .local: "Local Address"
      case .localPort, .remotePort: ":Port"
      case .remote: "Peer Address"
      case .process: "Process"
      }
    }

    var isRight: Bool { self == .local || self == .remote }
    /// Whether a blank stands in front of it.
    var isApart: Bool {
      switch self {
      case .localPort, .remotePort, .process: false
      default: true
      }
    }
  }

  /// What cells are written into.
  let text = TextBuffer(capacity: 1 << 16)
  private var lengths: [UInt32] = []
  private var widths = [Int](repeating: 0, count: Column.count)
  private var start = 0
  private let columns: [Column]
  private var next = 0
  /// The length of the last column in the last row.
  private var last = 0
  private let separatesProcess: Bool

  /// - Parameter separatesProcess: a blank in front of the last column, for people.
  init(withKind: Bool, withState: Bool, header: Bool, separatesProcess: Bool) {
    var columns: [Column] = []
    if withKind { columns.append(.kind) }
    if withState { columns.append(.state) }
    columns += [
      .receiveQueue, .sendQueue, .local, .localPort, .remote, .remotePort, .process,
    ]
    self.columns = columns
    self.separatesProcess = separatesProcess
    guard header else { return }
    for column in columns {
      text.append(column.title)
      endCell()
    }
  }

  var hasKind: Bool { columns[0] == .kind }
  var hasState: Bool { columns.contains(.state) }

  func reserve(rows: Int) { lengths.reserveCapacity((rows + 1) * columns.count) }

  /// Ends the cell that was written into `text`.
  func endCell() {
    let length = text.count - start
    start = text.count
    lengths.append(UInt32(length))
    next += 1
    if next == columns.count {
      // The very last cell does not widen its column: scripts know the output of ss so.
      if last > widths[next - 1] { widths[next - 1] = last }
      last = length
      next = 0
    } else if length > widths[next - 1] {
      widths[next - 1] = length
    }
  }

  /// Prints all rows. Columns without anything in them are left out; the last one is filled up, too.
  func show(on output: Output) {
    let bytes = text.bytes
    var offset = 0
    var cell = 0
    while cell < lengths.count {
      for (index, column) in columns.enumerated() {
        let length = Int(lengths[cell])
        cell += 1
        let width = widths[index]
        guard width > 0 || length > 0 else { continue }
        if index > 0, column.isApart || (separatesProcess && column == .process) {
          output.write(0x20)
        }
        if column.isRight { pad(width - length, output) }
        output.write(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)]))
        if !column.isRight { pad(width - length, output) }
        offset += length
      }
      output.write(0x0A)
    }
  }

  private func pad(_ count: Int, _ output: Output) {
    var left = count
    let blanks: StaticString = "                                                                "
    while left > 0 {
      let piece = min(left, blanks.utf8CodeUnitCount)
      output.write(UnsafeRawBufferPointer(start: blanks.utf8Start, count: piece))
      left -= piece
    }
  }
}
