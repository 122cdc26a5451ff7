extension Capability {
  /// What it allows, in a few words, capabilities(7).
  public var meaning: StaticString {
    let index = Int(number)
    return Self.meanings.indices.contains(index) ? Self.meanings[index] : "unknown to this version"
  }

  private static let meanings: [StaticString] = [
    "change owner and group of any file",
    "read, write and search any file whatever its mode",
    "read any file and search any folder",
    "act on a file as if being its owner",
    "keep set-id bits when a file changes",
    "send signals to processes of other users",
    "change group ids and supplementary groups",
    "change user ids",
    "drop capabilities from the bounding set, add to the inheritable",
    "set the immutable and append-only flags",
    "bind ports below 1024",
    "broadcast and listen to multicast (unused)",
    "configure interfaces, routes, firewall; read conntrack",
    "open raw and packet sockets",
    "lock memory",
    "pass by permissions of System V IPC",
    "load kernel modules",
    "raw access to ports, memory and disks",
    "change the root folder with chroot",
    "trace any process and read its memory, root and environment",
    "configure process accounting",
    "mount, setns, and a great deal more",
    "reboot, and load another kernel",
    "raise priorities and set real-time scheduling",
    "pass resource limits and reserved space",
    "set the clock",
    "configure terminals, hang them up",
    "make device files",
    "set leases on any file",
    "write records to the audit log",
    "configure auditing",
    "set file capabilities",
    "override mandatory access control",
    "configure mandatory access control",
    "read the kernel log and see kernel addresses",
    "set timers that wake the system",
    "keep the system from sleeping",
    "read the audit log",
    "performance monitoring and tracing",
    "load BPF programs",
    "checkpoint and restore; read /proc/PID/map_files",
  ]
}
