public import CLinux

/// A point in time: seconds and nanoseconds since 1970-01-01T00:00:00Z, or since boot for monotonic time.
public struct Instant: Equatable, Comparable, Sendable {
  public let seconds: Int
  public let nanoseconds: Int

  public init(seconds: Int, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  init(_ raw: timespec) { self.init(seconds: Int(raw.tv_sec), nanoseconds: Int(raw.tv_nsec)) }

  public static func < (a: Self, b: Self) -> Bool {
    (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
  }

  /// The time `duration` seconds later.
  public func advanced(by duration: Double) -> Instant {
    let whole = duration.rounded(.down)
    let nanoseconds = nanoseconds + Int((duration - whole) * 1e9)
    return Instant(
      seconds: seconds + Int(whole) + nanoseconds / 1_000_000_000,
      nanoseconds: nanoseconds % 1_000_000_000)
  }

  /// Seconds from `earlier` to this.
  public func since(_ earlier: Instant) -> Double {
    Double(seconds - earlier.seconds) + Double(nanoseconds - earlier.nanoseconds) / 1e9
  }
}

/// The time of day, time since boot, and waiting.
public struct Clock: Sendable {
  /// A fixed time of day for golden tests; nil is the kernel's.
  let fixed: Instant?

  public init(fixed: Instant? = nil) { self.fixed = fixed }

  /// Time of day.
  public func now() -> Instant { fixed ?? Self.read(CLOCK_REALTIME) }

  /// Time that never jumps; starts at boot.
  public func monotonic() -> Instant { Self.read(CLOCK_MONOTONIC) }

  /// The finest step of the time of day, in nanoseconds. clock_getres(2).
  public func resolution() -> Int {
    var raw = timespec()
    clock_getres(CLOCK_REALTIME, &raw)
    return max(1, Int(raw.tv_nsec))
  }

  /// Time since boot, sleep of the machine included: what `/proc/uptime` tells.
  public static func sinceBoot() -> Instant { read(CLOCK_BOOTTIME) }

  /// Waits; a signal handler that returns does not shorten the wait.
  public func sleep(seconds: Double) {
    guard seconds > 0 else { return }
    let whole = min(seconds, 9e9).rounded(.down)
    var wanted = timespec(tv_sec: Int(whole), tv_nsec: Int((min(seconds, 9e9) - whole) * 1e9))
    var left = timespec()
    while nanosleep(&wanted, &left) != 0, Errno.last == .interrupted { wanted = left }
  }

  private static func read(_ clock: clockid_t) -> Instant {
    var raw = timespec()
    clock_gettime(clock, &raw)
    return Instant(raw)
  }
}

extension Instant {
  /// The local calendar time (`TZ`), localtime_r(3).
  public var local: tm {
    var time = time_t(seconds)
    var result = tm()
    localtime_r(&time, &result)
    return result
  }

  public var utc: tm {
    var time = time_t(seconds)
    var result = tm()
    gmtime_r(&time, &result)
    return result
  }
}

/// Formats a calendar time, strftime(3), in the C locale.
public func format(_ time: tm, _ format: String) -> String {
  var time = time
  var buffer = [CChar](repeating: 0, count: 256 + format.utf8.count * 8)
  let count = buffer.withUnsafeMutableBufferPointer {
    strftime($0.baseAddress, $0.count, format, &time)
  }
  return String(bytes: buffer[..<count].map { UInt8(bitPattern: $0) })
}
