public import Box
internal import Linux
internal import Target

/// Brings written data to the disk. GNU sync(1).
public struct Sync: Command {
  var takesData = false
  var takesFileSystem = false

  public init() {}

  public static var manual: Manual<Sync> {
    Manual(
      "sync", "Bring what was written to the disk", family: .shell, operands: "[FILE]...",
      options: [
        .flag("d", "data", "Only the contents, not the metadata nobody needs") {
          $0.takesData = true
        },
        .flag("f", "file-system", "The whole file systems that the files lie on") {
          $0.takesFileSystem = true
        },
      ],
      examples: [("sync -f /proc/1/root/data", "The file system of a target's folder")],
      standard: "coreutils sync(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if takesData, takesFileSystem { throw .message("--data and --file-system: only one can be") }
    guard !operands.isEmpty else {
      if takesData { throw .message("--data: needs at least one FILE") }
      return File.synchronizeAll()
    }
    let extent: File.Extent = takesData ? .contents : takesFileSystem ? .fileSystem : .file
    let paths = Paths(context)
    for path in operands {
      do throws(Failure) {
        let location = try paths.location(path)
        let file = try location.open([.read, .nonBlocking, .noTerminal])
        try location.told { () throws(SystemError) in try file.synchronize(extent) }
      } catch {
        context.report(error)
      }
    }
  }
}
