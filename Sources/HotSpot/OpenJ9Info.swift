public import Box
internal import Linux
internal import Target

/// What an OpenJ9 VM tells of itself in `/tmp/.com_ibm_tools_attach/VMID/attachInfo`.
public struct OpenJ9Info: Equatable, Sendable {
  public let version: String?
  public let displayName: String?

  public init(_ finder: JavaFinder, _ pid: Int32, _ innerPID: Int) throws(Failure) {
    let root = try finder.paths.root(of: pid, subject: String(pid))
    let path = "/tmp/.com_ibm_tools_attach/\(innerPID)/attachInfo"
    self.init(try attempt { () throws(SystemError) in try root.contents(path, limit: 65536) })
  }

  /// Lines of `key=value`, as java.util.Properties writes them.
  init(_ bytes: [UInt8]) {
    var version: String?
    var displayName: String?
    for line in bytes.split(separator: 0x0A) where line.first != UInt8(ascii: "#") {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = String(bytes: line[(equals + 1)...].filter { $0 != UInt8(ascii: "\\") })
      if line[..<equals].elementsEqual("version".utf8) { version = value }
      if line[..<equals].elementsEqual("displayName".utf8) { displayName = value }
    }
    self.version = version
    self.displayName = displayName
  }
}
