internal import Linux

/// A column that can be asked for by name.
struct PsSpecifier: Sendable {
  enum Side: Sendable { case left, right }

  /// How a value behaves that is wider than its column.
  enum Fit: Sendable {
    /// Pushes what follows to the right.
    case push
    /// Is cut, but not in the last column.
    case cut
    /// Is cut everywhere.
    case cutAlways
    /// Is cut, and its last place becomes `+`, but not in the last column.
    case user
    /// As wide as the largest process ID, and pushes.
    case pid
  }

  let name: StaticString
  let title: StaticString
  let width: Int
  let side: Side
  let fit: Fit
  let field: PsField

  init(
    _ name: StaticString, _ title: StaticString, _ width: Int, _ field: PsField,
    _ side: Side = .right, _ fit: Fit = .push
  ) {
    self.name = name
    self.title = title
    self.width = width
    self.side = side
    self.fit = fit
    self.field = field
  }

  static func named(_ name: String) -> PsSpecifier? {
    let name = name.bytes
    for part in [identities, commands, numbers, memory, special] {
      if let found = part.first(where: { $0.name.equals(name) }) { return found }
    }
    return nil
  }

  static var all: [PsSpecifier] { identities + commands + numbers + memory + special }

  static let identities: [PsSpecifier] = [
    PsSpecifier("pid", "PID", 5, .pid, .right, .pid),
    PsSpecifier("ppid", "PPID", 5, .parent, .right, .pid),
    PsSpecifier("pgid", "PGID", 5, .group, .right, .pid),
    PsSpecifier("pgrp", "PGRP", 5, .group, .right, .pid),
    PsSpecifier("sid", "SID", 5, .session, .right, .pid),
    PsSpecifier("sess", "SESS", 5, .session, .right, .pid),
    PsSpecifier("session", "SESS", 5, .session, .right, .pid),
    PsSpecifier("tpgid", "TPGID", 5, .terminalGroup, .right, .pid),
    PsSpecifier("tid", "TID", 5, .thread, .right, .pid),
    PsSpecifier("lwp", "LWP", 5, .thread, .right, .pid),
    PsSpecifier("spid", "SPID", 5, .thread, .right, .pid),
    PsSpecifier("tgid", "TGID", 5, .pid, .right, .pid),
    PsSpecifier("nlwp", "NLWP", 4, .threadCount),
    PsSpecifier("thcount", "THCNT", 5, .threadCount),
    PsSpecifier("user", "USER", 8, .user, .left, .user),
    PsSpecifier("uname", "USER", 8, .user, .left, .user),
    PsSpecifier("euser", "EUSER", 8, .user, .left, .user),
    PsSpecifier("uid_hack", "UID", 8, .user, .left, .user),
    PsSpecifier("ruser", "RUSER", 8, .realUser, .left, .user),
    PsSpecifier("suser", "SUSER", 8, .savedUser, .left, .user),
    PsSpecifier("svuser", "SVUSER", 8, .savedUser, .left, .user),
    PsSpecifier("fuser", "FUSER", 8, .fileUser, .left, .user),
    PsSpecifier("fsuser", "FSUSER", 8, .fileUser, .left, .user),
    PsSpecifier("uid", "UID", 5, .userID),
    PsSpecifier("euid", "EUID", 5, .userID),
    PsSpecifier("ruid", "RUID", 5, .realUserID),
    PsSpecifier("suid", "SUID", 5, .savedUserID),
    PsSpecifier("svuid", "SVUID", 5, .savedUserID),
    PsSpecifier("fuid", "FUID", 5, .fileUserID),
    PsSpecifier("fsuid", "FSUID", 5, .fileUserID),
    PsSpecifier("group", "GROUP", 8, .primaryGroup, .left, .user),
    PsSpecifier("egroup", "EGROUP", 8, .primaryGroup, .left, .user),
    PsSpecifier("rgroup", "RGROUP", 8, .realGroup, .left, .user),
    PsSpecifier("sgroup", "SGROUP", 8, .savedGroup, .left, .user),
    PsSpecifier("svgroup", "SVGROUP", 8, .savedGroup, .left, .user),
    PsSpecifier("fgroup", "FGROUP", 8, .fileGroup, .left, .user),
    PsSpecifier("fsgroup", "FSGROUP", 8, .fileGroup, .left, .user),
    PsSpecifier("gid", "GID", 5, .primaryGroupID),
    PsSpecifier("egid", "EGID", 5, .primaryGroupID),
    PsSpecifier("rgid", "RGID", 5, .realGroupID),
    PsSpecifier("sgid", "SGID", 5, .savedGroupID),
    PsSpecifier("svgid", "SVGID", 5, .savedGroupID),
    PsSpecifier("fgid", "FGID", 5, .fileGroupID),
    PsSpecifier("fsgid", "FSGID", 5, .fileGroupID),
    PsSpecifier("supgrp", "SUPGRP", 40, .otherGroups, .left, .cut),
    PsSpecifier("supgid", "SUPGID", 20, .otherGroupIDs, .left, .cut),
    PsSpecifier("luid", "LUID", 5, .loginUserID),
  ]

  static let commands: [PsSpecifier] = [
    PsSpecifier("comm", "COMMAND", 15, .name, .left, .cut),
    PsSpecifier("ucomm", "COMMAND", 15, .name, .left, .cut),
    PsSpecifier("ucmd", "CMD", 15, .name, .left, .cut),
    PsSpecifier("fname", "COMMAND", 8, .shortName, .left, .cutAlways),
    PsSpecifier("args", "COMMAND", 27, .command, .left, .cut),
    PsSpecifier("command", "COMMAND", 27, .command, .left, .cut),
    PsSpecifier("cmd", "CMD", 27, .command, .left, .cut),
    PsSpecifier("exe", "EXE", 27, .executable, .left, .cut),
    PsSpecifier("environ", "ENVIRON", 27, .environment, .left, .cut),
    PsSpecifier("tt", "TT", 8, .terminal, .left),
    PsSpecifier("tty", "TT", 8, .terminal, .left),
    PsSpecifier("tname", "TTY", 8, .terminal, .left),
    PsSpecifier("tty8", "TTY", 8, .terminal, .left),
    PsSpecifier("stat", "STAT", 4, .states, .left),
    PsSpecifier("state", "S", 1, .state, .left),
    PsSpecifier("s", "S", 1, .state, .left),
    PsSpecifier("label", "LABEL", 31, .label, .left, .cut),
    PsSpecifier("context", "CONTEXT", 31, .label, .left, .cut),
    PsSpecifier("cgroup", "CGROUP", 27, .cgroup, .left, .cut),
    PsSpecifier("cgname", "CGNAME", 27, .cgroupName, .left, .cut),
    PsSpecifier("lxc", "LXC", 8, .lxc, .left, .cut),
    PsSpecifier("container", "CONTAINER", 15, .container, .left, .cut),
    PsSpecifier("runtime", "RUNTIME", 7, .runtime, .left, .cut),
    PsSpecifier("wchan", "WCHAN", 6, .waitChannel, .left, .cutAlways),
    PsSpecifier("wname", "WCHAN", 6, .waitChannel, .left, .cutAlways),
  ]

  static let numbers: [PsSpecifier] = [
    PsSpecifier("%cpu", "%CPU", 4, .cpu),
    PsSpecifier("pcpu", "%CPU", 4, .cpu),
    PsSpecifier("c", "C", 2, .cpuWhole),
    PsSpecifier("util", "C", 2, .cpuWhole),
    PsSpecifier("cp", "CP", 3, .cpuMille),
    PsSpecifier("cuu", "%CUU", 6, .cpuFine),
    PsSpecifier("cuc", "%CUC", 7, .cpuFineWithChildren),
    PsSpecifier("time", "TIME", 8, .time),
    PsSpecifier("cputime", "TIME", 8, .time),
    PsSpecifier("atime", "TIME", 8, .time),
    PsSpecifier("bsdtime", "TIME", 6, .shortTime),
    PsSpecifier("cputimes", "TIME", 8, .seconds),
    PsSpecifier("times", "TIME", 8, .seconds),
    PsSpecifier("etime", "ELAPSED", 11, .elapsed),
    PsSpecifier("etimes", "ELAPSED", 7, .elapsedSeconds),
    PsSpecifier("start", "STARTED", 8, .startedClock),
    PsSpecifier("lstart", "STARTED", 24, .startedLong),
    PsSpecifier("start_time", "START", 5, .started, .left),
    PsSpecifier("stime", "STIME", 5, .started, .left),
    PsSpecifier("bsdstart", "START", 6, .startedShort),
    PsSpecifier("ni", "NI", 3, .nice),
    PsSpecifier("nice", "NI", 3, .nice),
    PsSpecifier("pri", "PRI", 3, .priorityUp),
    PsSpecifier("priority", "PRI", 3, .priority),
    PsSpecifier("opri", "PRI", 3, .priorityOld),
    PsSpecifier("intpri", "PRI", 3, .priorityOld),
    PsSpecifier("pri_api", "API", 3, .priorityAPI),
    PsSpecifier("pri_bar", "BAR", 3, .priorityBar),
    PsSpecifier("pri_baz", "BAZ", 3, .priorityBaz),
    PsSpecifier("pri_foo", "FOO", 3, .priorityFoo),
    PsSpecifier("rtprio", "RTPRIO", 6, .realTimePriority),
    PsSpecifier("sched", "SCH", 3, .policy),
    PsSpecifier("cls", "CLS", 3, .policyName),
    PsSpecifier("class", "CLS", 3, .policyName, .left),
    PsSpecifier("policy", "POL", 3, .policyName, .left),
    PsSpecifier("psr", "PSR", 3, .processor),
    PsSpecifier("lastcpu", "C", 3, .processor),
    PsSpecifier("cpuid", "CPUID", 5, .processor),
    PsSpecifier("sgi_p", "P", 1, .processorIfRunning),
    PsSpecifier("f", "F", 1, .flags),
    PsSpecifier("flag", "F", 1, .flags),
    PsSpecifier("flags", "F", 1, .flags),
    PsSpecifier("oom", "OOM", 4, .oomScore),
    PsSpecifier("oomadj", "OOMADJ", 5, .oomAdjust),
    PsSpecifier("ag_id", "AGID", 5, .autogroup),
    PsSpecifier("ag_nice", "AGNI", 4, .autogroupNice),
  ]

  static let memory: [PsSpecifier] = [
    PsSpecifier("%mem", "%MEM", 4, .memoryShare),
    PsSpecifier("pmem", "%MEM", 4, .memoryShare),
    PsSpecifier("vsz", "VSZ", 6, .virtualSize),
    PsSpecifier("vsize", "VSZ", 6, .virtualSize),
    PsSpecifier("rss", "RSS", 5, .resident),
    PsSpecifier("rssize", "RSS", 5, .resident),
    PsSpecifier("rsz", "RSZ", 5, .resident),
    PsSpecifier("sgi_rss", "RSS", 4, .resident, .left),
    PsSpecifier("pss", "PSS", 5, .proportional),
    PsSpecifier("uss", "USS", 5, .unique),
    PsSpecifier("sz", "SZ", 5, .pages),
    PsSpecifier("size", "SIZE", 5, .swappable),
    PsSpecifier("m_size", "SIZE", 5, .virtualBytes),
    PsSpecifier("trs", "TRS", 4, .text),
    PsSpecifier("trss", "TRSS", 4, .text),
    PsSpecifier("tsiz", "TSIZ", 4, .text),
    PsSpecifier("m_trs", "TRS", 5, .text),
    PsSpecifier("drs", "DRS", 5, .data),
    PsSpecifier("dsiz", "DSIZ", 4, .data),
    PsSpecifier("m_drs", "DRS", 5, .data),
    PsSpecifier("min_flt", "MINFL", 6, .minorFaults),
    PsSpecifier("minflt", "MINFLT", 6, .minorFaults),
    PsSpecifier("maj_flt", "MAJFL", 6, .majorFaults),
    PsSpecifier("majflt", "MAJFLT", 6, .majorFaults),
    PsSpecifier("pagein", "PAGEIN", 6, .majorFaults),
    PsSpecifier("lim", "LIM", 5, .limit),
    PsSpecifier("rbytes", "RBYTES", 5, .readBytes, .left),
    PsSpecifier("rchars", "RCHARS", 5, .readChars, .left),
    PsSpecifier("rops", "ROPS", 5, .readCalls, .left),
    PsSpecifier("wbytes", "WBYTES", 5, .writtenBytes, .left),
    PsSpecifier("wchars", "WCHARS", 5, .writtenChars, .left),
    PsSpecifier("wops", "WOPS", 5, .writeCalls, .left),
    PsSpecifier("wcbytes", "WCBYTES", 5, .cancelledBytes, .left),
  ]

  static let special: [PsSpecifier] = [
    PsSpecifier("pending", "PENDING", 16, .pending),
    PsSpecifier("sig", "PENDING", 16, .pending),
    PsSpecifier("sig_pend", "SIGNAL", 16, .pending),
    PsSpecifier("tsig", "PENDING", 16, .pendingThread),
    PsSpecifier("blocked", "BLOCKED", 16, .blocked),
    PsSpecifier("sig_block", "BLOCKED", 16, .blocked),
    PsSpecifier("sigmask", "BLOCKED", 16, .blocked),
    PsSpecifier("ignored", "IGNORED", 16, .ignored),
    PsSpecifier("sig_ignore", "IGNORED", 16, .ignored),
    PsSpecifier("sigignore", "IGNORED", 16, .ignored),
    PsSpecifier("caught", "CAUGHT", 16, .caught),
    PsSpecifier("sig_catch", "CATCHED", 16, .caught),
    PsSpecifier("sigcatch", "CAUGHT", 16, .caught),
    PsSpecifier("stackp", "STACKP", 16, .stackStart),
    PsSpecifier("start_stack", "STACKP", 16, .stackStart),
    PsSpecifier("esp", "ESP", 16, .stackPointer),
    PsSpecifier("eip", "EIP", 16, .instructionPointer),
    PsSpecifier("cgroupns", "CGROUPNS", 10, .cgroupNamespace),
    PsSpecifier("ipcns", "IPCNS", 10, .ipcNamespace),
    PsSpecifier("mntns", "MNTNS", 10, .mountNamespace),
    PsSpecifier("netns", "NETNS", 10, .networkNamespace),
    PsSpecifier("pidns", "PIDNS", 10, .pidNamespace),
    PsSpecifier("timens", "TIMENS", 10, .timeNamespace),
    PsSpecifier("userns", "USERNS", 10, .userNamespace),
    PsSpecifier("utsns", "UTSNS", 10, .utsNamespace),
  ]
}

extension StaticString {
  /// Whether both are the same bytes, without making a string of this.
  func equals(_ text: String) -> Bool { equals(text.bytes) }

  func equals(_ bytes: [UInt8]) -> Bool {
    guard utf8CodeUnitCount == bytes.count else { return false }
    for index in 0..<bytes.count where utf8Start[index] != bytes[index] { return false }
    return true
  }
}
