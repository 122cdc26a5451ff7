internal import CLinux

/// A setting of a terminal line by the name that stty(1) gives it.
public struct TerminalFlag: Sendable {
  public let name: StaticString
  public let field: TerminalModes.Field
  public let mask: UInt32
  public let bits: UInt32
  /// What `sane` makes of it; nil: it leaves it alone.
  public let sane: Bool?
  /// A bit that is on or off, and not one of several values.
  public let isSwitch: Bool

  private init(
    _ name: StaticString, _ field: TerminalModes.Field, _ mask: Int32, _ bits: Int32? = nil,
    sane: Bool? = nil
  ) {
    self.name = name
    self.field = field
    self.mask = UInt32(bitPattern: mask)
    self.bits = UInt32(bitPattern: bits ?? mask)
    self.sane = sane
    isSwitch = bits == nil
  }

  /// In the order that `stty -a` shows them.
  public static var all: [TerminalFlag] {
    controlFlags + inputFlags + outputFlags + localFlags
  }

  private static var controlFlags: [TerminalFlag] {
    [
      TerminalFlag("parenb", .control, PARENB),
      TerminalFlag("parodd", .control, PARODD),
      TerminalFlag("cmspar", .control, CMSPAR),
      TerminalFlag("cs5", .control, CSIZE, CS5),
      TerminalFlag("cs6", .control, CSIZE, CS6),
      TerminalFlag("cs7", .control, CSIZE, CS7),
      TerminalFlag("cs8", .control, CSIZE, CS8),
      TerminalFlag("hupcl", .control, HUPCL),
      TerminalFlag("cstopb", .control, CSTOPB),
      TerminalFlag("cread", .control, CREAD, sane: true),
      TerminalFlag("clocal", .control, CLOCAL),
      TerminalFlag("crtscts", .control, Int32(bitPattern: CRTSCTS)),
    ]
  }

  private static var inputFlags: [TerminalFlag] {
    [
      TerminalFlag("ignbrk", .input, IGNBRK, sane: false),
      TerminalFlag("brkint", .input, BRKINT, sane: true),
      TerminalFlag("ignpar", .input, IGNPAR),
      TerminalFlag("parmrk", .input, PARMRK),
      TerminalFlag("inpck", .input, INPCK),
      TerminalFlag("istrip", .input, ISTRIP),
      TerminalFlag("inlcr", .input, INLCR, sane: false),
      TerminalFlag("igncr", .input, IGNCR, sane: false),
      TerminalFlag("icrnl", .input, ICRNL, sane: true),
      TerminalFlag("ixon", .input, IXON),
      TerminalFlag("ixoff", .input, IXOFF, sane: false),
      TerminalFlag("iuclc", .input, IUCLC, sane: false),
      TerminalFlag("ixany", .input, IXANY, sane: false),
      TerminalFlag("imaxbel", .input, IMAXBEL, sane: true),
      TerminalFlag("iutf8", .input, IUTF8, sane: false),
    ]
  }

  private static var outputFlags: [TerminalFlag] {
    [
      TerminalFlag("opost", .output, OPOST, sane: true),
      TerminalFlag("olcuc", .output, OLCUC, sane: false),
      TerminalFlag("ocrnl", .output, OCRNL, sane: false),
      TerminalFlag("onlcr", .output, ONLCR, sane: true),
      TerminalFlag("onocr", .output, ONOCR, sane: false),
      TerminalFlag("onlret", .output, ONLRET, sane: false),
      TerminalFlag("ofill", .output, OFILL, sane: false),
      TerminalFlag("ofdel", .output, OFDEL, sane: false),
      TerminalFlag("nl1", .output, NLDLY, NL1),
      TerminalFlag("nl0", .output, NLDLY, NL0, sane: true),
      TerminalFlag("cr3", .output, CRDLY, CR3),
      TerminalFlag("cr2", .output, CRDLY, CR2),
      TerminalFlag("cr1", .output, CRDLY, CR1),
      TerminalFlag("cr0", .output, CRDLY, CR0, sane: true),
      TerminalFlag("tab3", .output, TABDLY, TAB3),
      TerminalFlag("tab2", .output, TABDLY, TAB2),
      TerminalFlag("tab1", .output, TABDLY, TAB1),
      TerminalFlag("tab0", .output, TABDLY, TAB0, sane: true),
      TerminalFlag("bs1", .output, BSDLY, BS1),
      TerminalFlag("bs0", .output, BSDLY, BS0, sane: true),
      TerminalFlag("vt1", .output, VTDLY, VT1),
      TerminalFlag("vt0", .output, VTDLY, VT0, sane: true),
      TerminalFlag("ff1", .output, FFDLY, FF1),
      TerminalFlag("ff0", .output, FFDLY, FF0, sane: true),
    ]
  }

  private static var localFlags: [TerminalFlag] {
    [
      TerminalFlag("isig", .local, ISIG, sane: true),
      TerminalFlag("icanon", .local, ICANON, sane: true),
      TerminalFlag("iexten", .local, IEXTEN, sane: true),
      TerminalFlag("echo", .local, ECHO, sane: true),
      TerminalFlag("echoe", .local, ECHOE, sane: true),
      TerminalFlag("echok", .local, ECHOK, sane: true),
      TerminalFlag("echonl", .local, ECHONL, sane: false),
      TerminalFlag("noflsh", .local, NOFLSH, sane: false),
      TerminalFlag("xcase", .local, XCASE, sane: false),
      TerminalFlag("tostop", .local, TOSTOP, sane: false),
      TerminalFlag("echoprt", .local, ECHOPRT, sane: false),
      TerminalFlag("echoctl", .local, ECHOCTL, sane: true),
      TerminalFlag("echoke", .local, ECHOKE, sane: true),
      TerminalFlag("flusho", .local, FLUSHO, sane: false),
      TerminalFlag("extproc", .local, EXTPROC, sane: false),
    ]
  }
}

/// A special character by the name that stty(1) gives it.
public struct TerminalCharacter: Sendable {
  public let name: StaticString
  public let index: Int
  /// What `sane` makes of it.
  public let sane: UInt8

  private init(_ name: StaticString, _ index: Int32, _ sane: UInt8) {
    self.name = name
    self.index = Int(index)
    self.sane = sane
  }

  /// In the order that `stty -a` shows them; `min` and `time`, which are numbers, last.
  public static var all: [TerminalCharacter] {
    [
      TerminalCharacter("intr", VINTR, 0x03), TerminalCharacter("quit", VQUIT, 0x1C),
      TerminalCharacter("erase", VERASE, 0x7F), TerminalCharacter("kill", VKILL, 0x15),
      TerminalCharacter("eof", VEOF, 0x04), TerminalCharacter("eol", VEOL, 0),
      TerminalCharacter("eol2", VEOL2, 0), TerminalCharacter("swtch", VSWTC, 0),
      TerminalCharacter("start", VSTART, 0x11), TerminalCharacter("stop", VSTOP, 0x13),
      TerminalCharacter("susp", VSUSP, 0x1A), TerminalCharacter("rprnt", VREPRINT, 0x12),
      TerminalCharacter("werase", VWERASE, 0x17), TerminalCharacter("lnext", VLNEXT, 0x16),
      TerminalCharacter("discard", VDISCARD, 0x0F), TerminalCharacter("min", VMIN, 1),
      TerminalCharacter("time", VTIME, 0),
    ]
  }
}
