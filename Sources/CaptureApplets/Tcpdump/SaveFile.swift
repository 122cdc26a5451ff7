internal import Box
internal import Linux
internal import Pcap
internal import Target

/// The files that packets are written to: one, or several in turn.
final class SaveFile {
  private let settings: SaveSettings
  private let format: CaptureFormat
  private let context: Context
  private let buffer = TextBuffer(capacity: 1 << 17)
  private var file = File(owning: -1)
  private var written = 0
  private var number = 0
  private var filesOfTime = 0
  private var begun: Instant?
  /// Whether all files that there may be are full: the capture ends.
  private(set) var isComplete = false

  private static let fullBuffer = 1 << 16

  init(_ settings: SaveSettings, _ format: CaptureFormat, _ context: Context) throws(Failure) {
    self.settings = settings
    self.format = format
    self.context = context
    try begin()
  }

  func write(_ packet: CapturedPacket) throws(Failure) {
    try turn(packet)
    if isComplete { return }
    CaptureWriter.write(packet, format, to: buffer)
    written += CaptureWriter.size(packet)
    if settings.isPacketBuffered || buffer.count >= Self.fullBuffer { try flush() }
  }

  func flush() throws(Failure) {
    guard buffer.count > 0 else { return }
    defer { buffer.removeAll() }
    do throws(SystemError) {
      try file.write(buffer.bytes)
    } catch {
      throw .system(error.about(name))
    }
  }

  /// Begins the next file where this one is full, by time or by size.
  private func turn(_ packet: CapturedPacket) throws(Failure) {
    if let seconds = settings.seconds {
      let now = Clock().now()
      if let begun, now.since(begun) >= Double(seconds) {
        filesOfTime += 1
        if settings.size == nil, let files = settings.files, filesOfTime >= files {
          try flush()
          isComplete = true
          return
        }
        number = 0
        try begin()
        return
      }
    }
    guard let size = settings.size, written > size else { return }
    number += 1
    if let files = settings.files, number >= files {
      if settings.seconds != nil {
        try flush()
        isComplete = true
        return
      }
      number = 0
    }
    try begin()
  }

  private func begin() throws(Failure) {
    try flush()
    begun = Clock().now()
    if settings.file == "-" {
      file = try attempt { () throws(SystemError) in try File.duplicate(of: 1) }
    } else {
      file = try Paths(context).location(name).open([.write, .create, .truncate])
    }
    CaptureWriter.header(format).withUnsafeBytes { buffer.append($0) }
    written = buffer.count
    if settings.isPacketBuffered { try flush() }
  }

  /// `NAME`, `NAME1`, … with -C; with -W, too, `NAME00`, `NAME01`, …
  private var name: String {
    var name = settings.file ?? "-"
    if settings.seconds != nil { name = Linux.format((begun ?? Clock().now()).local, name) }
    guard settings.size != nil else { return name }
    guard let files = settings.files else { return number == 0 ? name : name + String(number) }
    let width = String(max(0, files - 1)).utf8.count
    let digits = String(number)
    return name + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
