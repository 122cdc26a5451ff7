internal import CLinux

/// The modes of a terminal line, termios(3).
public struct TerminalModes: Equatable {
  private var raw = termios()

  public enum Field: Int, Sendable { case input, output, control, local }

  public init(of descriptor: Int32, named name: String) throws(SystemError) {
    try check("tcgetattr", name) { Int(tcgetattr(descriptor, &raw)) }
  }

  /// Sets what is the case for the terminal, once its output is written.
  public func apply(to descriptor: Int32, named name: String, drains: Bool = true)
    throws(SystemError)
  {
    var raw = raw
    try check("tcsetattr", name) { Int(tcsetattr(descriptor, drains ? TCSADRAIN : TCSANOW, &raw)) }
  }

  public subscript(field: Field) -> UInt32 {
    get {
      switch field {
      case .input: raw.c_iflag
      case .output: raw.c_oflag
      case .control: raw.c_cflag
      case .local: raw.c_lflag
      }
    }
    set {
      switch field {
      case .input: raw.c_iflag = newValue
      case .output: raw.c_oflag = newValue
      case .control: raw.c_cflag = newValue
      case .local: raw.c_lflag = newValue
      }
    }
  }

  /// How many special characters there are.
  public static var characterCount: Int { Int(NCCS) }

  /// The special character at an index of `c_cc`.
  public subscript(character index: Int) -> UInt8 {
    get { withUnsafeBytes(of: raw.c_cc) { index < $0.count ? $0[index] : 0 } }
    set { withUnsafeMutableBytes(of: &raw.c_cc) { if index < $0.count { $0[index] = newValue } } }
  }

  public var line: UInt8 {
    get { raw.c_line }
    set { raw.c_line = newValue }
  }

  /// Bits per second.
  public var inputSpeed: Int { Self.speed(withUnsafePointer(to: raw) { cfgetispeed($0) }) }
  public var outputSpeed: Int { Self.speed(withUnsafePointer(to: raw) { cfgetospeed($0) }) }

  /// - Returns: false where there is no such speed.
  public mutating func setSpeed(_ speed: Int, input: Bool, output: Bool) -> Bool {
    guard let code = Self.speeds.first(where: { $0.speed == speed })?.code else { return false }
    if input { cfsetispeed(&raw, code) }
    if output { cfsetospeed(&raw, code) }
    return true
  }

  private static func speed(_ code: speed_t) -> Int { speeds.first { $0.code == code }?.speed ?? 0 }

  private static var speeds: [(speed: Int, code: speed_t)] {
    let codes: [(Int, Int32)] = [
      (0, B0), (50, B50), (75, B75), (110, B110), (134, B134), (150, B150), (200, B200),
      (300, B300), (600, B600), (1200, B1200), (1800, B1800), (2400, B2400), (4800, B4800),
      (9600, B9600), (19200, B19200), (38400, B38400), (57600, B57600), (115_200, B115200),
      (230_400, B230400), (460_800, B460800), (500_000, B500000), (576_000, B576000),
      (921_600, B921600), (1_000_000, B1000000), (1_152_000, B1152000), (1_500_000, B1500000),
      (2_000_000, B2000000), (2_500_000, B2500000), (3_000_000, B3000000), (3_500_000, B3500000),
      (4_000_000, B4000000),
    ]
    return codes.map { ($0.0, speed_t($0.1)) }
  }

  public static func == (a: Self, b: Self) -> Bool {
    a[.input] == b[.input] && a[.output] == b[.output] && a[.control] == b[.control]
      && a[.local] == b[.local] && a.line == b.line
      && (0..<characterCount).allSatisfy { a[character: $0] == b[character: $0] }
      && a.inputSpeed == b.inputSpeed && a.outputSpeed == b.outputSpeed
  }
}
