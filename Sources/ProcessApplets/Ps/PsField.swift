internal import ProcFS

/// What a column shows, whatever it is called.
enum PsField: Sendable {
  case pid, parent, group, session, terminalGroup, thread, threadCount
  case user, realUser, savedUser, fileUser, userID, realUserID, savedUserID, fileUserID
  case primaryGroup, realGroup, savedGroup, fileGroup
  case primaryGroupID, realGroupID, savedGroupID, fileGroupID
  case otherGroups, otherGroupIDs, loginUserID
  case name, shortName, command, executable, environment
  case state, states, flags, processor, processorIfRunning, waitChannel
  case cpu, cpuWhole, cpuMille, cpuFine, cpuFineWithChildren, time, shortTime, seconds
  case started, startedClock, startedShort, startedLong, elapsed, elapsedSeconds
  case memoryShare, virtualSize, virtualBytes, pages, resident, swappable
  case text, data, minorFaults, majorFaults, proportional, unique
  case nice, priority, priorityUp, priorityOld, priorityAPI, priorityBar, priorityBaz, priorityFoo
  case realTimePriority, policy, policyName
  case pending, pendingThread, blocked, ignored, caught
  case stackStart, stackPointer, instructionPointer, address, limit, blank
  case terminal, label, cgroup, cgroupName, lxc
  case cgroupNamespace, ipcNamespace, mountNamespace, networkNamespace, pidNamespace
  case timeNamespace, userNamespace, utsNamespace
  case oomScore, oomAdjust, autogroup, autogroupNice
  case readBytes, readChars, readCalls, writtenBytes, writtenChars, writeCalls, cancelledBytes
  case container, runtime
}

/// The rows of `-m` and `m`, where a process and its threads each have lines.
enum PsScope: Sendable {
  case process, thread, both
}

extension PsField {
  /// The files that must have been read for it.
  var needs: ProcessFields {
    switch self {
    case .pid, .thread, .executable, .environment, .address, .blank: []
    case .proportional, .unique, .label, .container, .runtime: [.name]
    case .cgroupNamespace, .ipcNamespace, .mountNamespace, .networkNamespace, .pidNamespace,
      .timeNamespace, .userNamespace, .utsNamespace, .oomScore, .oomAdjust, .autogroup,
      .autogroupNice, .readBytes, .readChars, .readCalls, .writtenBytes, .writtenChars,
      .writeCalls, .cancelledBytes, .loginUserID:
      []
    case .user, .userID, .primaryGroup, .primaryGroupID: .owner
    case .name, .shortName: .name
    case .command: [.stat, .arguments]
    case .states: [.stat, .statusNumbers]
    case .realUser, .savedUser, .fileUser, .realUserID, .savedUserID, .fileUserID, .realGroup,
      .savedGroup, .fileGroup, .realGroupID, .savedGroupID, .fileGroupID, .pending, .pendingThread,
      .blocked, .ignored, .caught, .resident, .memoryShare,
      .swappable:
      [.stat, .statusNumbers]
    case .otherGroups, .otherGroupIDs: .status
    case .processor, .processorIfRunning, .nice, .realTimePriority, .policy, .policyName, .limit,
      .text,
      .data, .stackStart, .stackPointer, .instructionPointer:
      [.stat, .statTail]
    case .waitChannel: .wchan
    case .cgroup, .cgroupName, .lxc: .cgroup
    default: .stat
    }
  }

  var scope: PsScope {
    switch self {
    case .state, .states, .thread, .policy, .policyName, .processor, .processorIfRunning,
      .waitChannel, .nice, .priority, .priorityUp, .priorityOld, .priorityAPI, .priorityBar,
      .priorityBaz, .priorityFoo, .realTimePriority, .stackPointer, .instructionPointer, .blocked,
      .ignored, .caught:
      .thread
    case .user, .userID, .realUser, .realUserID, .savedUser, .savedUserID, .fileUser, .fileUserID,
      .primaryGroup, .primaryGroupID, .realGroup, .realGroupID, .savedGroup, .savedGroupID,
      .fileGroup, .fileGroupID, .cpu, .cpuWhole, .cpuMille, .cpuFine, .cpuFineWithChildren, .time,
      .shortTime, .seconds, .started, .startedClock, .startedShort, .startedLong, .elapsed,
      .elapsedSeconds, .minorFaults, .majorFaults, .flags, .pending, .pendingThread, .limit, .label:
      .both
    default: .process
    }
  }
}
