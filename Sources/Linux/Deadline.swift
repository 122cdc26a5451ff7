internal import CLinux

/// A point of monotonic time after which a wait ends.
public struct Deadline: Sendable {
  /// nil: never.
  let end: Instant?

  public static let never = Deadline(end: nil)

  init(end: Instant?) { self.end = end }

  /// `seconds` from now.
  public init(seconds: Double) {
    let now = Clock().monotonic()
    let bounded = max(0, min(seconds, 1e9))
    let whole = Int(bounded)
    let nanoseconds = now.nanoseconds + Int((bounded - Double(whole)) * 1e9)
    end = Instant(
      seconds: now.seconds + whole + nanoseconds / 1_000_000_000,
      nanoseconds: nanoseconds % 1_000_000_000)
  }

  /// Seconds left, never negative; infinity where there is no end.
  public var left: Double {
    guard let end else { return .infinity }
    return max(0, end.since(Clock().monotonic()))
  }

  public var hasPassed: Bool { left <= 0 }

  /// Whichever comes first.
  public func earlier(_ other: Deadline) -> Deadline {
    guard let end else { return other }
    guard let otherEnd = other.end else { return self }
    return end < otherEnd ? self : other
  }

  /// As poll(2) takes it: -1 is for ever. Rounded up, so that nobody wakes early and spins.
  var milliseconds: Int32 {
    guard end != nil else { return -1 }
    return Int32(min(2_000_000_000, (left * 1000).rounded(.up)))
  }
}

/// What to wait for on a descriptor, and what has come. poll(2).
public struct Readiness: OptionSet, Sendable {
  public let rawValue: Int16
  public init(rawValue: Int16) { self.rawValue = rawValue }

  public static let read = Readiness(rawValue: Int16(POLLIN))
  public static let write = Readiness(rawValue: Int16(POLLOUT))
  /// Something lies in the error queue, or the connection has failed.
  public static let error = Readiness(rawValue: Int16(POLLERR))
  /// The other end has gone.
  public static let hangUp = Readiness(rawValue: Int16(POLLHUP))
}

/// Waits for several descriptors at once.
public enum Poll {
  /// - Returns: what has come on each, in order; all empty after `deadline`.
  public static func wait(
    _ items: [(descriptor: Int32, events: Readiness)], until deadline: Deadline
  ) throws(SystemError) -> [Readiness] {
    var polls = items.map { pollfd(fd: $0.descriptor, events: $0.events.rawValue, revents: 0) }
    // Not through `check`: an interrupted wait goes on with the time that is left.
    while poll(&polls, nfds_t(polls.count), deadline.milliseconds) < 0 {
      let errno = Errno.last
      if errno != .interrupted { throw SystemError(errno, "poll", "") }
    }
    return polls.map { Readiness(rawValue: $0.revents) }
  }

  /// What has come on one descriptor; empty after `deadline`.
  public static func wait(
    _ descriptor: Int32, for events: Readiness, until deadline: Deadline
  ) throws(SystemError) -> Readiness {
    var item = pollfd(fd: descriptor, events: events.rawValue, revents: 0)
    while poll(&item, 1, deadline.milliseconds) < 0 {
      let errno = Errno.last
      if errno != .interrupted { throw SystemError(errno, "poll", "") }
    }
    return Readiness(rawValue: item.revents)
  }
}
