internal import Linux
internal import ProcFS

/// Names of terminals by their device numbers. `/dev` is not asked: that of the target is not ours.
final class PsTerminals {
  private let processes: ProcFS
  private var known: [(device: Int32, name: String, bytes: [UInt8])] = []
  private lazy var drivers = Self.read(processes)

  /// A line of `/proc/tty/drivers`: the numbers of a kind of terminal.
  private struct Driver {
    let name: String
    let major: Int
    let first: Int
    let last: Int
  }

  init(_ processes: ProcFS) { self.processes = processes }

  /// `pts/0`, `tty1`; nil is no terminal.
  func bytes(_ device: Int32) -> [UInt8]? { device == 0 ? nil : entry(device).bytes }

  func name(_ device: Int32) -> String? { device == 0 ? nil : entry(device).name }

  private func entry(_ device: Int32) -> (device: Int32, name: String, bytes: [UInt8]) {
    if let found = known.first(where: { $0.device == device }) { return found }
    let bits = UInt32(bitPattern: device)
    let major = Int(bits >> 8 & 0xFFF)
    let minor = Int(bits & 0xFF | bits >> 12 & 0xFFF00)
    let name = Self.standard(major, minor) ?? driver(major, minor) ?? "?"
    known.append((device, name, name.bytes))
    return (device, name, name.bytes)
  }

  /// The numbers that devices.txt of the kernel documentation fixes.
  private static func standard(_ major: Int, _ minor: Int) -> String? {
    switch major {
    case 4: minor < 64 ? "tty\(minor)" : "ttyS\(minor - 64)"
    case 5: minor == 1 ? "console" : nil
    case 136...143: "pts/\((major - 136) << 20 | minor)"
    default: nil
    }
  }

  private func driver(_ major: Int, _ minor: Int) -> String? {
    guard
      let driver = drivers.first(where: {
        $0.major == major && $0.first <= minor && minor <= $0.last
      })
    else { return nil }
    return driver.first == driver.last ? driver.name : driver.name + String(minor - driver.first)
  }

  private static func read(_ processes: ProcFS) -> [Driver] {
    let bytes = (try? processes.contents("tty/drivers", limit: 65536)) ?? []
    var drivers: [Driver] = []
    for line in bytes.split(separator: 0x0A) {
      let words = line.split(separator: 0x20).map { String(bytes: $0) }
      guard words.count >= 4, words[1].hasPrefix("/dev/"), let major = Int(words[2]) else {
        continue
      }
      let range = words[3].split(separator: "-").compactMap { Int(String($0)) }
      guard let first = range.first, let last = range.last else { continue }
      drivers.append(
        Driver(name: String(words[1].dropFirst(5)), major: major, first: first, last: last))
    }
    return drivers
  }
}
