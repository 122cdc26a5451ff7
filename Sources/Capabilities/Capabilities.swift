internal import CCap

/// A capability of the kernel, capabilities(7).
public struct Capability: Equatable, Sendable {
  public let number: Int32
  public init(_ number: Int32) { self.number = number }

  public static let chown = Capability(CAP_CHOWN)
  public static let dacOverride = Capability(CAP_DAC_OVERRIDE)
  public static let dacReadSearch = Capability(CAP_DAC_READ_SEARCH)
  public static let kill = Capability(CAP_KILL)
  public static let setgid = Capability(CAP_SETGID)
  public static let setuid = Capability(CAP_SETUID)
  public static let netAdmin = Capability(CAP_NET_ADMIN)
  public static let netRaw = Capability(CAP_NET_RAW)
  public static let netBindService = Capability(CAP_NET_BIND_SERVICE)
  public static let sysChroot = Capability(CAP_SYS_CHROOT)
  public static let sysPtrace = Capability(CAP_SYS_PTRACE)
  public static let sysAdmin = Capability(CAP_SYS_ADMIN)
  public static let syslog = Capability(CAP_SYSLOG)
  public static let bpf = Capability(CAP_BPF)

  /// `cap_net_raw`; a bare number where libcap knows no name.
  public var name: String {
    guard let text = cap_to_name(number) else { return String(number) }
    defer { cap_free(text) }
    return String(cString: text)
  }

  /// From `cap_net_raw`, `NET_RAW` in any case.
  public init?(name: String) {
    let lower = name.lowercased()
    var value: cap_value_t = 0
    guard cap_from_name(lower.hasPrefix("cap_") ? lower : "cap_" + lower, &value) == 0 else {
      return nil
    }
    number = value
  }

  public var bit: UInt64 { 1 << UInt64(UInt32(bitPattern: number) & 63) }
}

/// A set of capabilities as the kernel writes it: bit n is capability n.
public struct CapabilitySet: Equatable, Sendable {
  public let mask: UInt64
  public init(mask: UInt64) { self.mask = mask }

  /// Every capability the running kernel knows.
  public static var all: CapabilitySet {
    let bits = cap_max_bits()
    return CapabilitySet(mask: bits >= 64 ? .max : (1 << UInt64(max(0, bits))) - 1)
  }

  public func contains(_ capability: Capability) -> Bool { mask & capability.bit != 0 }
  public var isEmpty: Bool { mask == 0 }
  public func isSubset(of other: CapabilitySet) -> Bool { mask & ~other.mask == 0 }
  public func subtracting(_ other: CapabilitySet) -> CapabilitySet {
    CapabilitySet(mask: mask & ~other.mask)
  }

  /// The names in the order of the numbers.
  public var names: [String] {
    (Int32(0)..<64).filter { mask & (1 << UInt64($0)) != 0 }.map { Capability($0).name }
  }
}

/// The five sets of a process.
public struct CapabilityState: Sendable {
  public let effective: CapabilitySet
  public let permitted: CapabilitySet
  public let inheritable: CapabilitySet

  /// Those of a process, capget(2); `pid` 0 is our own.
  /// - Returns: nil where the process is gone.
  public init?(pid: Int32) {
    guard let state = cap_get_pid(pid) else { return nil }
    defer { cap_free(UnsafeMutableRawPointer(state)) }
    effective = Self.read(state, CAP_EFFECTIVE)
    permitted = Self.read(state, CAP_PERMITTED)
    inheritable = Self.read(state, CAP_INHERITABLE)
  }

  /// libcap's text form of the three sets: `cap_net_raw,cap_sys_ptrace=ep`.
  public static func text(pid: Int32) -> String? {
    guard let state = cap_get_pid(pid) else { return nil }
    defer { cap_free(UnsafeMutableRawPointer(state)) }
    guard let text = cap_to_text(state, nil) else { return nil }
    defer { cap_free(text) }
    return String(cString: text)
  }

  private static func read(_ state: cap_t, _ flag: cap_flag_t) -> CapabilitySet {
    var mask: UInt64 = 0
    for number in Int32(0)..<64 {
      var value = CAP_CLEAR
      if cap_get_flag(state, number, flag, &value) == 0, value == CAP_SET {
        mask |= 1 << UInt64(number)
      }
    }
    return CapabilitySet(mask: mask)
  }
}

/// Capabilities that are permitted but not effective: what file capabilities `=p` give a non-root session.
public enum Privilege {
  /// Runs `body` with `capability` effective, and takes it back afterwards.
  ///
  /// - Returns: nil, without running `body`, where it is not permitted or was effective all the time.
  public static func raising<Result>(_ capability: Capability, _ body: () -> Result) -> Result? {
    guard let state = cap_get_proc() else { return nil }
    defer { cap_free(UnsafeMutableRawPointer(state)) }
    var value = CAP_CLEAR
    guard cap_get_flag(state, capability.number, CAP_PERMITTED, &value) == 0, value == CAP_SET,
      cap_get_flag(state, capability.number, CAP_EFFECTIVE, &value) == 0, value == CAP_CLEAR,
      set(capability, CAP_SET, in: state)
    else { return nil }
    defer { _ = set(capability, CAP_CLEAR, in: state) }
    return body()
  }

  private static func set(_ capability: Capability, _ value: cap_flag_value_t, in state: cap_t)
    -> Bool
  {
    var number = capability.number
    return cap_set_flag(state, CAP_EFFECTIVE, 1, &number, value) == 0 && cap_set_proc(state) == 0
  }
}

/// What only a process itself can read of its own capabilities.
public struct OwnCapabilities {
  public let bounding: CapabilitySet
  public let ambient: CapabilitySet
  /// libcap's text of the inheritable, ambient and bounding sets.
  public let iab: String
  /// prctl(PR_GET_SECUREBITS).
  public let secureBits: Int
  public let noNewPrivileges: Bool
  /// libcap's guess of the mode of operation: its number and name.
  public let mode: Int
  public let modeName: String
}

extension CapabilityState {
  /// The sets and flags of this process that no other shows.
  public static func own() -> OwnCapabilities? {
    guard let iab = cap_iab_get_proc() else { return nil }
    defer { cap_free(UnsafeMutableRawPointer(iab)) }
    let mode = cap_get_mode()
    return OwnCapabilities(
      bounding: collect { cap_get_bound($0) }, ambient: collect { cap_get_ambient($0) },
      iab: text(iab), secureBits: Int(cap_get_secbits()),
      noNewPrivileges: ccap_no_new_privileges() == 1, mode: Int(mode),
      modeName: cap_mode_name(mode).map { String(cString: $0) } ?? "UNKNOWN")
  }

  /// libcap's text of a process's inheritable, ambient and bounding sets.
  public static func iab(pid: Int32) -> String? {
    guard let iab = cap_iab_get_pid(pid) else { return nil }
    defer { cap_free(UnsafeMutableRawPointer(iab)) }
    return text(iab)
  }

  private static func text(_ iab: cap_iab_t) -> String {
    guard let text = cap_iab_to_text(iab) else { return "" }
    defer { cap_free(text) }
    return String(cString: text)
  }

  private static func collect(_ isSet: (Int32) -> Int32) -> CapabilitySet {
    var mask: UInt64 = 0
    for number in 0..<min(64, cap_max_bits()) where isSet(number) > 0 {
      mask |= 1 << UInt64(number)
    }
    return CapabilitySet(mask: mask)
  }
}
