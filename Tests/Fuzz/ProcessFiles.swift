import Cgroup
import Linux
import ProcFS

/// The files of a process, which a hostile container fills in part: the first byte tells which.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(all[1...])
  switch all[0] {
  case UInt8(ascii: "s"):
    if let stat = ProcessStat(bytes) { precondition(stat.name.count <= bytes.count) }
  case UInt8(ascii: "t"):
    let status = ProcessStatus(bytes)
    _ = (status.uids, status.gids, status.groups, status.parent, status.threads)
    _ = (status.namespacePIDs, status.permitted, status.caughtSignals, status.text("Name"))
  case UInt8(ascii: "m"):
    precondition(Mount.parse(bytes).count <= bytes.count)
  default:
    let membership = CgroupMembership(bytes)
    _ = (membership.path(of: "memory"), membership.path(of: ""))
  }
  return 0
}
