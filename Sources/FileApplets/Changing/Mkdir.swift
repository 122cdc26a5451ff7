public import Box
internal import Linux
internal import Target

/// Makes folders, coreutils mkdir(1).
public struct Mkdir: Command {
  var parents = false
  var mode: String?
  var isVerbose = false

  public init() {}

  public static var manual: Manual<Mkdir> {
    Manual(
      "mkdir", "Make folders", family: .files, operands: "FOLDER...",
      options: [
        .flag("p", "parents", "Also the folders above; no error where it exists") {
          $0.parents = true
        },
        .value("m", "mode", "MODE", "Permissions, as chmod takes them") { $0.mode = $1 },
        .flag("v", "verbose", "Tell what is made") { $0.isVerbose = true },
      ],
      examples: [
        ("mkdir -p @1:/tmp/a/b", "In the target"), ("mkdir -m 700 secret", "For us alone"),
      ],
      standard: "coreutils 9.1 mkdir(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard !operands.isEmpty else { throw .usage("missing operand") }
    var permissions: UInt32?
    if let mode {
      guard let change = ModeChange(mode) else { throw .usage("\(mode): invalid mode") }
      permissions = change.applied(to: 0o777, isFolder: true)
    }
    let paths = Paths(context)
    for operand in operands {
      do throws(Failure) {
        if parents {
          try chain(operand, permissions, paths, context)
        } else {
          try make(operand, permissions, paths, context)
        }
      } catch {
        context.report(error)
      }
    }
  }

  private func make(
    _ path: String, _ permissions: UInt32?, _ paths: Paths, _ context: Context
  ) throws(Failure) {
    let place = try paths.location(path)
    let spot = try place.spot()
    try place.told { () throws(SystemError) in
      try spot.makeFolder(permissions.map { $0 & 0o777 } ?? 0o777)
      // The umask does not count for -m.
      if let permissions { try spot.setPermissions(permissions) }
    }
    if isVerbose { context.output.line("mkdir: created directory " + quoted(path)) }
  }

  private func chain(
    _ path: String, _ permissions: UInt32?, _ paths: Paths, _ context: Context
  ) throws(Failure) {
    if let status = try? paths.location(path).status(follow: true) {
      guard status.kind == .directory else { throw .system(SystemError(.exists, "mkdir", path)) }
      return
    }
    let bytes = path.bytes
    let slash = UInt8(ascii: "/")
    var end = 0
    // From the first folder that is missing on; the others may be closed to us.
    while end < bytes.count {
      while end < bytes.count, bytes[end] == slash { end += 1 }
      while end < bytes.count, bytes[end] != slash { end += 1 }
      let isLast = bytes[end...].allSatisfy { $0 == slash }
      let part = String(bytes: bytes[..<end])
      let place = try paths.location(part)
      if let status = try? place.status(follow: true) {
        guard status.kind == .directory else {
          throw .system(SystemError(.notDirectory, "mkdir", part))
        }
        if isLast { return }
        continue
      }
      if isLast {
        do throws(Failure) {
          return try make(part, permissions, paths, context)
        } catch {
          // Somebody else made it meanwhile.
          guard error.errno == .exists else { throw error }
          return
        }
      }
      let spot = try place.spot()
      try place.told { () throws(SystemError) in
        do throws(SystemError) {
          try spot.makeFolder(0o777)
          // We must get further, whatever the umask says.
          let mask = Process.mask
          if mask & 0o300 != 0 { try spot.setPermissions((0o777 & ~mask) | 0o300) }
        } catch {
          if error.errno != .exists { throw error }
        }
      }
      if isVerbose { context.output.line("mkdir: created directory " + quoted(part)) }
    }
  }
}
