internal import Capabilities

/// Which profile of `kubectl debug` a session's rights look like.
public enum Profile: Equatable, Sendable {
  case sysadmin, general, netadmin, baseline, restricted
  /// None of the built-in ones.
  case custom

  /// - Parameter standing: our own.
  public init(_ standing: Standing) {
    let bounding = standing.bounding
    if bounding.contains(.sysAdmin) {
      self = .sysadmin
    } else if bounding.isEmpty {
      self = .restricted
    } else if bounding.contains(.netAdmin) {
      self = bounding.contains(.sysPtrace) ? .custom : .netadmin
    } else if bounding.contains(.sysPtrace) {
      self = .general
    } else {
      self = standing.noNewPrivileges && standing.uid != 0 ? .restricted : .baseline
    }
  }

  public var name: StaticString {
    switch self {
    case .sysadmin: "sysadmin"
    case .general: "general"
    case .netadmin: "netadmin"
    case .baseline: "legacy or baseline"
    case .restricted: "restricted"
    case .custom: "custom"
    }
  }

  public var summary: StaticString {
    switch self {
    case .sysadmin: "privileged: everything is allowed"
    case .general: "the container's defaults and SYS_PTRACE"
    case .netadmin: "the container's defaults, NET_ADMIN and NET_RAW"
    case .baseline: "the container's defaults, nothing added"
    case .restricted: "no capabilities, no privilege escalation"
    case .custom: "a mixture of capabilities that no built-in profile gives"
    }
  }
}
