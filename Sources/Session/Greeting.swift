internal import Box
internal import Capabilities
internal import Linux
internal import ProcFS
internal import Target

/// What there is to say about this session, read in a millisecond.
struct Survey {
  /// A container, and whether its files can be had.
  struct Sight {
    let label: String
    let pid: Int32
    let uid: UInt32
    let isOpen: Bool
  }

  var host = ""
  /// The other containers.
  var targets: [Sight] = []
  /// The one that a path without a PID means.
  var main: Sight?
  var profile = ""
  var allowed: [String] = []
  /// Processes in sight, where they are too many to be looked at one by one.
  var crowd: Int?

  init() {}

  /// More processes take longer than anybody should wait for a prompt.
  private static let crowdSize = 100

  init(_ root: Root) {
    host = Host().node
    guard let processes = try? ProcFS(root),
      let ours = try? Standing(of: nil, in: processes)
    else { return }
    profile = "\(Profile(ours).name)"
    allowed = Self.allowed(ours)
    let pids = (try? processes.pids()) ?? []
    guard pids.count <= Self.crowdSize else {
      crowd = pids.count
      return
    }
    guard let pod = try? Pod(processes) else { return }
    targets = pod.targets.map { container in
      Sight(
        label: container.label, pid: container.mainProcess, uid: container.uid,
        isOpen: Reach(container.mainProcess, processes).isOpen)
    }
    main = targets.first { $0.pid == pod.mainTarget?.mainProcess }
  }

  /// What the capabilities are good for, in the words of self-check.
  private static func allowed(_ ours: Standing) -> [String] {
    let meanings: [(Capability, StaticString)] = [
      (.sysPtrace, "trace"), (.netRaw, "capture packets"), (.netAdmin, "change the network"),
      (.sysChroot, "enter"), (.sysAdmin, "nsenter and mount"), (.kill, "signal any process"),
    ]
    return meanings.filter { ours.permitted.contains($0.0) }.map { "\($0.1)" }
  }
}

/// The three lines at the start: who is here, what may be done, what to type.
struct Greeting {
  let survey: Survey

  init(_ survey: Survey) { self.survey = survey }

  var lines: [String] { [sight, access, next].map { Sanitize.escaped($0) } }

  private var sight: String {
    let place = "swift-debugbox in \(survey.host): "
    if let crowd = survey.crowd { return place + "\(crowd) processes in sight" }
    if survey.targets.isEmpty {
      return place + "no other container in sight (kubectl debug --target=CONTAINER shows one)"
    }
    let shown = survey.targets.prefix(5).map { "\($0.label) (PID \($0.pid), uid \($0.uid))" }
    let more = survey.targets.count - shown.count
    return place + shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  private var access: String {
    if survey.profile.isEmpty { return "access: unknown, /proc cannot be read" }
    let open = survey.targets.filter { $0.isOpen }
    let closed = survey.targets.filter { !$0.isOpen }
    var can = survey.allowed
    if !open.isEmpty { can.insert("read the files of " + Self.list(open), at: 0) }
    var text = "access: \(survey.profile): "
    text += can.isEmpty ? "only our own files and the network" : can.joined(separator: ", ")
    if !closed.isEmpty {
      text += "; not the files of \(Self.list(closed)) (why \(closed[0].pid) tells)"
    }
    return text
  }

  private static func list(_ sights: [Survey.Sight]) -> String {
    sights.prefix(4).map { $0.label }.joined(separator: ", ") + (sights.count > 4 ? ", …" : "")
  }

  private var next: String {
    guard let main = survey.main else {
      return "next:   ps aux, self-check, debugbox lists all tools; Tab completes, Ctrl-R searches"
    }
    if !main.isOpen {
      return "next:   why \(main.pid), ps aux, self-check; Tab completes, Ctrl-R searches"
    }
    return
      "next:   ls @\(main.pid):/, env -p \(main.pid), enter \(main.pid), self-check; Tab completes"
  }
}
