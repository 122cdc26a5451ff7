public import Box
internal import Capabilities
internal import Linux
internal import ProcFS
public import Report
internal import Target

/// Says what this session may do, and what is missing for the rest.
public struct SelfCheck: Reporting {
  public var style = ReportStyle()

  public init() {}

  public static var manual: Manual<SelfCheck> {
    Manual(
      "self-check", "Show what this session may do, and what the rest would take",
      family: .target, options: Option.reporting,
      examples: [("self-check", "Which kubectl debug profile is this, and is it enough?")],
      standard: "none")
  }

  static var columns: [Column<Ability>] {
    [
      Column("WHAT", "what", help: "A family of tools") { .text($0.what) },
      Column("NOW", "now", help: "Whether it works in this session") { .flag($0.works) },
      Column("BECAUSE", "because", help: "The fact that decides it") { .text($0.because) },
      Column("NEEDS", "needs", help: "What would make it work") {
        $0.needs.map { .text($0) } ?? .missing
      },
    ]
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if let extra = operands.first { throw .usage("\(extra): takes no operand") }
    let root = context.root
    let processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    let survey = try Survey(processes, root)
    if !style.json {
      let ours = survey.ours
      let profile = Profile(ours)
      context.output.line("profile   looks like \(profile.name): \(profile.summary)")
      context.output.line("identity  uid \(ours.uid) gid \(ours.gid)" + survey.restraints)
      context.output.line("active    " + survey.list(ours.effective))
      let dormant = ours.permitted.subtracting(ours.effective)
      if !dormant.isEmpty { context.output.line("on demand " + survey.list(dormant)) }
      let inactive = ours.bounding.subtracting(ours.permitted)
      if ours.uid != 0, !inactive.isEmpty {
        context.output.line("inactive  " + survey.list(inactive))
      }
      context.output.line(
        "pod       "
          + survey.pod.containers.map { Sanitize.escaped($0.label) }.joined(separator: ", "))
      context.output.line("")
    }
    try context.report(survey.abilities, Self.columns, style)
  }
}

/// One family of tools, and whether it works.
struct Ability {
  let what: String
  let works: Bool
  let because: String
  let needs: String?
}

/// The facts that decide what works.
private struct Survey {
  let processes: ProcFS
  let root: Root
  let ours: Standing
  let pod: Pod

  init(_ processes: ProcFS, _ root: Root) throws(Failure) {
    self.processes = processes
    self.root = root
    ours = try attempt { () throws(SystemError) in try Standing(of: nil, in: processes) }
    pod = try attempt { () throws(SystemError) in try Pod(processes) }
  }

  var restraints: String {
    (ours.noNewPrivileges ? ", no_new_privs" : "") + (ours.seccomp == 2 ? ", seccomp filter" : "")
      + (ours.label.map { $0 == "unconfined" ? "" : ", confined by \(Sanitize.escaped($0))" } ?? "")
  }

  func list(_ set: CapabilitySet) -> String {
    if set == .all { return "all capabilities" }
    return set.isEmpty
      ? "no capabilities" : set.names.map { String($0.dropFirst(4)) }.joined(separator: " ")
  }

  var abilities: [Ability] {
    [sight] + pod.targets.map { reach($0) } + [
      simple("trace and read any process", .sysPtrace, "general"),
      simple(
        "enter (chroot into a target)", .sysChroot, "general",
        otherwise: "without it our tools emulate the root"),
      simple("nsenter, mounts", .sysAdmin, "sysadmin"),
      simple("signals to other users", .kill, "general"),
      ping, simple("packet capture, raw probes", .netRaw, "netadmin"),
      simple("conntrack, interfaces, firewall", .netAdmin, "netadmin"),
      simple("kernel log", .syslog, "sysadmin"), writable,
    ]
  }

  private var sight: Ability {
    let hidden = Explainer(processes).isHidden
    let works = !pod.targets.isEmpty && !hidden
    let because =
      hidden
      ? "/proc is mounted with hidepid"
      : works
        ? "\(pod.targets.count) besides this container"
        : "only this container's processes are visible"
    return Ability(
      what: "see other containers", works: works, because: because,
      needs: works ? nil : "kubectl debug --target=CONTAINER, or shareProcessNamespace: true")
  }

  private func reach(_ container: Container) -> Ability {
    let reach = Reach(container.mainProcess, processes)
    var needs: String?
    if case .refused(let failure) = reach { needs = failure.advice }
    let words = reach.words
    return Ability(
      what: "files of \(container.label) (uid \(container.uid))", works: reach.isOpen,
      because: reach.isOpen ? words : String(words.dropFirst(4)), needs: needs)
  }

  private func simple(
    _ what: String, _ capability: Capability, _ profile: String, otherwise: String? = nil
  ) -> Ability {
    let name = capability.name.uppercased()
    if ours.effective.contains(capability) {
      return Ability(what: what, works: true, because: name, needs: nil)
    }
    if ours.permitted.contains(capability) {
      return Ability(what: what, works: true, because: "\(name), raised when needed", needs: nil)
    }
    let dormant = ours.uid != 0 && ours.bounding.contains(capability)
    let because =
      dormant ? "\(name) was granted, but not to uid \(ours.uid)" : otherwise ?? "no \(name)"
    return Ability(
      what: what, works: false, because: because,
      needs: dormant ? Advice.runAsRoot : "--profile=\(profile)")
  }

  /// Unprivileged ICMP sockets are for the groups of a range, icmp(7).
  private var ping: Ability {
    let raw = simple("ping", .netRaw, "netadmin")
    if raw.works { return raw }
    let bytes = (try? processes.contents("sys/net/ipv4/ping_group_range", limit: 256)) ?? []
    let range = bytes.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }.compactMap {
      UInt32(String(bytes: $0))
    }
    let text = range.map { String($0) }.joined(separator: " ")
    let inside =
      range.count == 2 && range[0] <= range[1]
      && ([ours.gid] + Credentials.groups).contains { $0 >= range[0] && $0 <= range[1] }
    return Ability(
      what: "ping", works: inside, because: "ping_group_range is \"\(text)\"",
      needs: inside ? nil : "--profile=netadmin, or sysctl net.ipv4.ping_group_range")
  }

  private var writable: Ability {
    let mounts = Mount.parse((try? processes.contents("self/mountinfo", limit: 1 << 22)) ?? [])
    let isReadOnly = mounts.last { $0.point == "/" }?.isReadOnly ?? false
    let hasTmp = (try? root.status("/tmp", follow: true)) != nil
    return Ability(
      what: "files of our own", works: !isReadOnly,
      because: isReadOnly
        ? "the root file system is read-only" : hasTmp ? "writable" : "writable, without /tmp",
      needs: isReadOnly ? "nothing here needs it; write to standard output instead" : nil)
  }
}
