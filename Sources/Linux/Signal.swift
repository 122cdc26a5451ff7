internal import CLinux

/// A signal and its names, signal(7).
public struct Signal: Equatable, Sendable {
  public let number: Int32
  public init(_ number: Int32) { self.number = number }

  public static let terminate = Signal(15)
  public static let kill = Signal(9)
  public static let stop = Signal(19)

  /// Names without SIG in the order of their numbers, as Linux counts them on x86 and arm.
  static let names: [StaticString] = [
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
    "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "POLL", "PWR", "SYS",
  ]

  /// Highest signal number, counting real-time signals.
  public static let last: Int32 = 64

  /// The name without SIG: `TERM`, `RTMIN+2`.
  public var name: String {
    if number >= 0, Int(number) < Self.names.count { return "\(Self.names[Int(number)])" }
    let least = clinux_sigrtmin()
    let most = clinux_sigrtmax()
    guard number >= least, number <= most else { return String(number) }
    if number == least { return "RTMIN" }
    if number == most { return "RTMAX" }
    return number <= (least + most) / 2 ? "RTMIN+\(number - least)" : "RTMAX-\(most - number)"
  }

  /// A number, a name, or a name with SIG in front, in any case.
  public init?(name text: String) {
    if let number = Int32(text) {
      guard number >= 0, number <= Self.last else { return nil }
      self.number = number
      return
    }
    var name = text.asciiUppercased
    if name.hasPrefix("SIG") { name = String(name.dropFirst(3)) }
    let synonyms: [(StaticString, StaticString)] = [
      ("IOT", "ABRT"), ("CLD", "CHLD"), ("IO", "POLL"),
    ]
    for (synonym, standard) in synonyms where "\(synonym)" == name { name = "\(standard)" }
    if let index = Self.names.firstIndex(where: { "\($0)" == name }) {
      number = Int32(index)
      return
    }
    guard let realTime = Self.realTime(name) else { return nil }
    number = realTime
  }

  private static func realTime(_ name: String) -> Int32? {
    let least = clinux_sigrtmin()
    let most = clinux_sigrtmax()
    if name == "RTMIN" { return least }
    if name == "RTMAX" { return most }
    var result: Int32?
    if name.hasPrefix("RTMIN+"), let offset = Int32(name.dropFirst(6)), offset >= 0, offset < 64 {
      result = least + offset
    }
    if name.hasPrefix("RTMAX-"), let offset = Int32(name.dropFirst(6)), offset >= 0, offset < 64 {
      result = most - offset
    }
    guard let result, result >= least, result <= most else { return nil }
    return result
  }

  /// Sends this signal with a number for its handler, sigqueue(3).
  public func queue(to pid: Int32, value: Int32) throws(SystemError) {
    try check("sigqueue", String(pid)) { Int(clinux_sigqueue(pid, number, value)) }
  }

  /// Sends this signal, kill(2). A negative `pid` names a process group.
  public func send(to pid: Int32) throws(SystemError) {
    try check("kill", String(pid)) { Int(CLinux.kill(pid, number)) }
  }
}
