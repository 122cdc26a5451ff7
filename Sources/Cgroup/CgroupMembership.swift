internal import Linux

/// `/proc/PID/cgroup`: where a process stands in each hierarchy, cgroups(7).
public struct CgroupMembership: Equatable, Sendable {
  /// One line: v1 names its controllers, v2 has none.
  public struct Line: Equatable, Sendable {
    public let controllers: [String]
    public let path: String
  }

  public let lines: [Line]

  public init(_ bytes: [UInt8]) {
    lines = bytes.split(separator: 0x0A).compactMap { line in
      let parts = line.split(
        separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      let controllers = parts[1].split(separator: UInt8(ascii: ",")).map { String(bytes: $0) }
      return Line(controllers: controllers, path: String(bytes: parts[2]))
    }
  }

  /// The path in the unified hierarchy; nil where there is none.
  public var unified: String? { lines.first { $0.controllers.isEmpty }?.path }

  /// The path in the hierarchy of a v1 controller: `memory`, `cpu`, `name=systemd`.
  public func path(of controller: String) -> String? {
    lines.first { $0.controllers.contains(controller) }?.path
  }

  /// Which of v1, v2 or both (hybrid) the node runs.
  public var version: CgroupVersion {
    let hasControllers = lines.contains {
      !$0.controllers.isEmpty && $0.controllers != ["name=systemd"]
    }
    if !hasControllers { return .v2 }
    return unified == nil ? .v1 : .hybrid
  }

  /// The one path that tells containers apart: the first that is not a bare root, the unified one before the others.
  public var path: String {
    let candidates = [
      unified, path(of: "memory"), path(of: "pids"), path(of: "cpu"), path(of: "name=systemd"),
    ]
    let told = candidates.compactMap { $0 }.first { $0 != "/" }
    return told ?? lines.first { $0.path != "/" }?.path ?? "/"
  }

  /// The container's ID as its runtime knows it: the last run of 64 hexadecimal digits in a path.
  public var containerID: String? {
    for line in lines {
      let parts = line.path.split(separator: "/").reversed()
      for part in parts { if let id = Self.hexadecimal64(Array(part.utf8)) { return id } }
    }
    return nil
  }

  /// `cri-containerd-ID.scope`, `crio-ID`, `docker-ID.scope`, `libpod-ID`, or the bare ID.
  private static func hexadecimal64(_ part: [UInt8]) -> String? {
    var run = 0
    for (index, byte) in part.enumerated() {
      run = isHexadecimal(byte) ? run + 1 : 0
      let endsHere = index + 1 == part.count || !isHexadecimal(part[index + 1])
      if run == 64, endsHere { return String(decoding: part[(index - 63)...index], as: UTF8.self) }
    }
    return nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}

public enum CgroupVersion: Sendable {
  case v1, v2, hybrid

  public var name: StaticString {
    switch self {
    case .v1: "v1"
    case .v2: "v2"
    case .hybrid: "hybrid"
    }
  }
}
