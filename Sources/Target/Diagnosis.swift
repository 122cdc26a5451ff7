public import Capabilities
public import Linux
public import ProcFS

/// What the ptrace access check knows of a process, from files anybody may read.
public struct Standing: Equatable, Sendable {
  /// Real, effective, saved, file system.
  public var uids: [UInt32]
  public var gids: [UInt32]
  public var permitted: CapabilitySet
  public var effective: CapabilitySet
  public var bounding: CapabilitySet
  public var noNewPrivileges: Bool
  /// 0 off, 1 strict, 2 filter; nil where the kernel does not tell.
  public var seccomp: Int?
  /// False when the process made itself undumpable; nil where that cannot be seen (root's files look the same).
  public var dumpable: Bool?
  /// The security module's label: AppArmor profile or SELinux context.
  public var label: String?

  public init(
    uids: [UInt32], gids: [UInt32], permitted: CapabilitySet, effective: CapabilitySet,
    bounding: CapabilitySet, noNewPrivileges: Bool = false, seccomp: Int? = nil,
    dumpable: Bool? = nil, label: String? = nil
  ) {
    self.uids = uids
    self.gids = gids
    self.permitted = permitted
    self.effective = effective
    self.bounding = bounding
    self.noNewPrivileges = noNewPrivileges
    self.seccomp = seccomp
    self.dumpable = dumpable
    self.label = label
  }

  public var uid: UInt32 { uids.count > 1 ? uids[1] : 0 }
  public var gid: UInt32 { gids.count > 1 ? gids[1] : 0 }

  /// Whether we may take any ids for a moment.
  public var canAdopt: Bool { effective.contains(.setuid) && effective.contains(.setgid) }
}

extension Standing {
  /// Reads the standing of `pid`, or our own for nil.
  public init(of pid: Int32?, in processes: ProcFS) throws(SystemError) {
    let folder = pid.map { String($0) } ?? "self"
    let status = ProcessStatus(try processes.contents(folder + "/status", limit: 65536))
    self.init(
      uids: status.uids, gids: status.gids, permitted: CapabilitySet(mask: status.permitted),
      effective: CapabilitySet(mask: status.effective),
      bounding: CapabilitySet(mask: status.bounding),
      noNewPrivileges: status.noNewPrivileges, seccomp: status.seccomp,
      label: Self.label(folder, processes))
    // The folder belongs to the effective uid, what is in it to root once the process is undumpable.
    if uid != 0, let inside = try? processes.fileStatus(folder + "/stat") {
      dumpable = inside.uid == uid
    }
  }

  private static func label(_ folder: String, _ processes: ProcFS) -> String? {
    guard let bytes = try? processes.contents(folder + "/attr/current", limit: 4096) else {
      return nil
    }
    let text = String(bytes: bytes.prefix { $0 != 0 && $0 != 0x0A })
    return text.isEmpty ? nil : text
  }
}

/// One rule of the access check that a target fails.
public enum Obstacle: Equatable, Sendable {
  /// Our ids are not the target's, and we may not change them.
  case uid(target: UInt32, ours: UInt32)
  case gid(target: UInt32, ours: UInt32)
  /// The target's real, effective and saved ids differ among themselves, so that nobody can have them all.
  case mixedIDs
  /// The target holds capabilities that we lack.
  case capabilities(CapabilitySet)
  /// The target is not dumpable (prctl(PR_SET_DUMPABLE), or it executed a set-id or file-capability program).
  case undumpable

  /// The part of the check that an obstacle belongs to.
  public enum Concern: Sendable { case ids, capabilities, dumpable }

  public var concern: Concern {
    switch self {
    case .uid, .gid, .mixedIDs: .ids
    case .capabilities: .capabilities
    case .undumpable: .dumpable
    }
  }

  /// A word for JSON and scripts.
  public var rule: StaticString {
    switch self {
    case .uid: "uid"
    case .gid: "gid"
    case .mixedIDs: "mixed-ids"
    case .capabilities: "capabilities"
    case .undumpable: "undumpable"
    }
  }
}

/// The kernel's ptrace access check (ptrace(2), "Ptrace access mode checking", PTRACE_MODE_READ_FSCREDS), done on paper.
public struct Diagnosis: Equatable, Sendable {
  public let ours: Standing
  public let theirs: Standing
  /// What stands in the way; empty when the ordinary rules allow the access.
  public let obstacles: [Obstacle]
  /// How the access is had where nothing stands in the way.
  public let means: Means?

  public init(ours: Standing, theirs: Standing) {
    self.ours = ours
    self.theirs = theirs
    if ours.effective.contains(.sysPtrace) {
      (obstacles, means) = ([], .plain)
    } else if ours.permitted.contains(.sysPtrace) {
      (obstacles, means) = ([], .capability)
    } else {
      (obstacles, means) = Self.judge(ours, theirs)
    }
  }

  private static func judge(_ ours: Standing, _ theirs: Standing) -> ([Obstacle], Means?) {
    var obstacles: [Obstacle] = []
    var means = Means.plain
    var effective = ours.effective
    let isUniform = Set(theirs.uids.prefix(3)).count == 1 && Set(theirs.gids.prefix(3)).count == 1
    let isSame =
      theirs.uids.prefix(3).allSatisfy { $0 == ours.uid }
      && theirs.gids.prefix(3).allSatisfy { $0 == ours.gid }
    if !isSame {
      if !isUniform {
        obstacles.append(.mixedIDs)
      } else if ours.canAdopt {
        means = .adopted(uid: theirs.uid, gid: theirs.gid)
        // The kernel drops the capabilities over files while the file-system uid is not root's.
        if ours.uid == 0, theirs.uid != 0 { effective = effective.subtracting(.overFiles) }
      } else if theirs.uid != ours.uid {
        obstacles.append(.uid(target: theirs.uid, ours: ours.uid))
      } else {
        obstacles.append(.gid(target: theirs.gid, ours: ours.gid))
      }
    }
    if !theirs.permitted.isSubset(of: effective) {
      obstacles.append(.capabilities(theirs.permitted.subtracting(effective)))
    }
    if theirs.dumpable == false { obstacles.append(.undumpable) }
    return (obstacles, obstacles.isEmpty ? means : nil)
  }
}

extension CapabilitySet {
  /// Those that leave the effective set with file-system uid 0, setfsuid(2): CAP_FS_SET of the kernel.
  static let overFiles = CapabilitySet(
    mask: (1 << 0) | (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 9) | (1 << 27) | (1 << 32))
}
