public import Box
public import Linux
internal import ProcFS

/// The one funnel that every path argument goes through.
///
/// `/proc/N/root/…`, `@N:/…` and `@/…` resolve inside the target's root, reached by whatever means
/// the kernel allows; other files of `/proc/N` are opened by the same means; all else is ours.
public final class Paths {
  /// The world the paths lie in.
  public let context: Context
  private let processes: ProcFS?
  private var roots: [Int32: Root] = [:]

  public init(_ context: Context) {
    self.context = context
    processes = try? ProcFS(context.root)
  }

  /// The place that `argument` names. Nothing but a target's root is opened for it.
  ///
  /// - Throws: where the root of the target it names cannot be reached, with the reason.
  public func location(_ argument: String) throws(Failure) -> Location {
    // Nearly all arguments: no `@` in front, nothing of /proc in it.
    switch TargetPath(argument, workingFolder: Self.workingFolder) {
    case .own: return own(argument)
    case .main(let path): return try below(try mainTarget(argument), path, argument)
    case .root(let pid, let path):
      if isOwn(pid) { return own(path) }
      return try below(pid, path, argument)
    case .folder(let pid, let link, let path):
      if isOwn(pid) { return own(argument) }
      return try below(pid, try folder(link, of: pid, argument) + "/" + path, argument)
    case .file(let pid, let name):
      guard let processes, !isOwn(pid) else { return own(argument) }
      return Location(
        place: .guarded(Doorway(processes), name), pid: pid, display: argument,
        explainer: Explainer(processes))
    }
  }

  /// The root of process `pid`, opened once.
  public func root(of pid: Int32, subject: String? = nil) throws(Failure) -> Root {
    if let root = roots[pid] { return root }
    let subject = subject ?? "/proc/\(pid)/root"
    guard let processes else { throw .message("/proc: not mounted") }
    let opened: Root
    do throws(SystemError) {
      let file = try Doorway(processes).open(pid, "root", [.path, .directory]).take()
      opened = Root(file, name: "/proc/\(pid)/root")
    } catch {
      throw Explainer(processes).explain(error, pid: pid, subject: subject)
        ?? .system(error.about(subject))
    }
    if !opened.staysInside {
      context.note(
        "openat2 is refused here: absolute links of the target resolve in this container")
    }
    roots[pid] = opened
    return opened
  }

  private func own(_ argument: String) -> Location {
    Location(place: .below(context.root, argument), pid: nil, display: argument, explainer: nil)
  }

  private func below(_ pid: Int32, _ path: String, _ argument: String) throws(Failure) -> Location {
    let root = try root(of: pid, subject: argument)
    return Location(
      place: .below(root, path.hasPrefix("/") ? path : "/" + path), pid: pid, display: argument,
      explainer: processes.map { Explainer($0) })
  }

  private func mainTarget(_ argument: String) throws(Failure) -> Int32 {
    guard let processes else { throw .message("/proc: not mounted") }
    let pod = try attempt { () throws(SystemError) in try Pod(processes) }
    guard let target = pod.mainTarget else {
      throw .message(
        "\(argument): no target: only processes of this container are visible "
          + "(--target not given, or no shared PID namespace)")
    }
    return target.mainProcess
  }

  /// Where a link of the process leads, as a path in its root.
  private func folder(_ link: String, of pid: Int32, _ argument: String) throws(Failure) -> String {
    guard let processes else { throw .message("/proc: not mounted") }
    do throws(SystemError) {
      return try Doorway(processes).link(pid, link)
    } catch {
      throw Explainer(processes).explain(error, pid: pid, subject: argument)
        ?? .system(error.about(argument))
    }
  }

  /// A path through our own `/proc` entry needs no door.
  private func isOwn(_ pid: Int32) -> Bool { pid == Process.ownPID && context.root.isOwn }

  private static var workingFolder: String { Process.workingFolder ?? "/" }
}
