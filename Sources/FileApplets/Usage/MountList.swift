public import Box
internal import Linux
internal import ProcFS
internal import Target

/// Lists the mounts, util-linux mount(8) without operands; it mounts nothing.
public struct MountList: Command {
  var types: String?
  var pid: Int?

  public init() {}

  public static var manual: Manual<MountList> {
    Manual(
      "mount", "List what is mounted", family: .files,
      options: [
        .value("t", "types", "LIST", "Only these types; no in front: all but these") {
          $0.types = $1
        },
        .value("N", "namespace", "PID", "What process PID sees") { $0.pid = $1 },
      ],
      examples: [
        ("mount -N 1 | grep /data", "What is mounted in the target?"),
        ("mount -t nosysfs,proc,cgroup2", "Without the kernel's own"),
      ],
      standard: "util-linux 2.38 mount(8)",
      deviations: ["it only lists: a debug container has no right to mount, nor the need"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let first = operands.first {
      throw .usage("\(first): mounting is not supported, only the list of mounts")
    }
    for mount in try Mounts(pid.map { Int32(clamping: $0) }, context).list
    where mount.isType(in: types) {
      context.output.line(
        Sanitize.escaped(
          mount.source + " on " + mount.point + " type " + mount.type + " (" + mount.allOptions
            + ")"))
    }
  }
}
