internal import CRuntime

/// What `--version` says.
public enum Version {
  public static var number: String { String(cString: crt_version()) }
  public static var commit: String { String(cString: crt_commit()) }
  public static var swift: String { String(cString: crt_swift()) }

  static func text(_ name: String) -> String {
    "\(name) (swift-debugbox) \(number)\ncommit \(commit)\nSwift \(swift)\n"
  }
}
