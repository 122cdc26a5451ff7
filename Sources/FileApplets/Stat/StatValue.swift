internal import Linux

/// What a directive of `stat --format` stands for.
enum StatValue {
  case text(String)
  case number(UInt64, base: UInt64)
  case seconds(Instant)

  static func number(_ value: UInt64) -> StatValue { .number(value, base: 10) }

  /// The text, padded and cut as printf(3) would.
  func laid(out directive: StatFormatter.Directive) -> [UInt8] {
    switch self {
    case .text(let text):
      let bytes = text.bytes
      return Self.padded(
        Array(bytes.prefix(directive.precision ?? (directive.isPrecise ? 0 : .max))), directive,
        zeros: false)
    case .number(let value, let base): return Self.laid(value, base, directive)
    case .seconds(let instant): return Self.laid(instant, directive)
    }
  }

  private static func laid(_ value: UInt64, _ base: UInt64, _ directive: StatFormatter.Directive)
    -> [UInt8]
  {
    var digits = String(value, radix: Int(base))
    if let precision = directive.precision { digits = leftPadded(digits, to: precision, with: "0") }
    var sign = ""
    if base == 8, directive.has("#"), !digits.hasPrefix("0") { digits = "0" + digits }
    if base == 16, directive.has("#"), value != 0 { sign = "0x" }
    if base == 10 { sign = directive.has("+") ? "+" : directive.has(" ") ? " " : "" }
    return padded(
      Array(digits.utf8), directive, sign: Array(sign.utf8), zeros: directive.precision == nil)
  }

  /// Seconds, with as many digits behind the point as the precision says.
  private static func laid(_ instant: Instant, _ directive: StatFormatter.Directive) -> [UInt8] {
    let wanted = directive.precision ?? (directive.isPrecise ? 9 : 0)
    var seconds = instant.seconds
    var fraction = instant.nanoseconds
    // Before 1970 the fraction counts the other way.
    let isNegative = seconds < 0
    if isNegative, wanted > 0, fraction > 0 {
      seconds += 1
      fraction = 1_000_000_000 - fraction
    }
    var digits = String(UInt64(seconds.magnitude))
    if wanted > 0 {
      let nanos = nanoseconds(Instant(seconds: 0, nanoseconds: fraction), min(wanted, 9))
      digits += "." + nanos + String(repeating: "0", count: max(0, wanted - 9))
    }
    let sign = isNegative ? "-" : directive.has("+") ? "+" : directive.has(" ") ? " " : ""
    return padded(Array(digits.utf8), directive, sign: Array(sign.utf8), zeros: true)
  }

  private static func padded(
    _ text: [UInt8], _ directive: StatFormatter.Directive, sign: [UInt8] = [], zeros: Bool
  ) -> [UInt8] {
    let missing = max(0, directive.width - text.count - sign.count)
    if directive.has("-") { return sign + text + [UInt8](repeating: 0x20, count: missing) }
    if zeros, directive.has("0") { return sign + [UInt8](repeating: 0x30, count: missing) + text }
    return [UInt8](repeating: 0x20, count: missing) + sign + text
  }
}

/// The name of a kind of file system by its number, statfs(2).
func fileSystemName(_ type: UInt64) -> String {
  let names: [(UInt64, StaticString)] = [
    (0xEF53, "ext2/ext3"), (0x0102_1994, "tmpfs"), (0x9FA0, "proc"), (0x6265_6572, "sysfs"),
    (0x794C_7630, "overlayfs"), (0x5846_5342, "xfs"), (0x9123_683E, "btrfs"), (0x6969, "nfs"),
    (0xFF53_4D42, "cifs"), (0xFE53_4D42, "smb2"), (0x6573_5546, "fuseblk"),
    (0x0027_E0EB, "cgroupfs"), (0x6367_7270, "cgroup2fs"), (0x1CD1, "devpts"),
    (0x1980_0202, "mqueue"), (0x9584_58F6, "hugetlbfs"), (0x7371_7368, "squashfs"),
    (0x9660, "isofs"), (0x4D44, "msdos"), (0x8584_58F6, "ramfs"), (0x7363_6673, "securityfs"),
    (0x6462_6720, "debugfs"), (0x7472_6163, "tracefs"), (0xCAFE_4A11, "bpf_fs"),
    (0x6165_676C, "pstorefs"), (0xF97C_FF8C, "selinux"), (0x0102_1997, "v9fs"),
    (0x2FC1_2FC1, "zfs"), (0xF2F5_2010, "f2fs"), (0x6E73_6673, "nsfs"), (0x5049_5045, "pipefs"),
    (0x534F_434B, "sockfs"), (0x0904_1934, "anon-inode FS"), (0xDE5E_81E4, "efivarfs"),
    (0x0187, "autofs"), (0x6265_6570, "configfs"), (0x6573_5543, "fusectl"),
    (0x4249_4E4D, "binfmt_misc"), (0x6175_6673, "aufs"), (0x00C3_6400, "ceph"),
    (0x2011_BAB0, "exfat"), (0x5346_544E, "ntfs"), (0x5265_4973, "reiserfs"),
    (0x3153_464A, "jfs"), (0x6465_7673, "devfs"),
  ]
  if let known = names.first(where: { $0.0 == type }) { return "\(known.1)" }
  return "UNKNOWN (0x" + String(type, radix: 16) + ")"
}
