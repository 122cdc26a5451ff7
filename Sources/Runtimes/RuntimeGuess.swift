/// A cheap guess at the language runtime of a process, from names that anybody may read.
public enum RuntimeGuess {
  /// - Parameters:
  ///   - name: `comm`, and so what the program calls itself.
  ///   - executable: the path of the program; empty where it may not be read.
  ///   - threads: the names of its threads.
  public static func guess(name: String, executable: String, threads: [String]) -> StaticString? {
    let program = executable.split(separator: "/").last.map { String($0) } ?? name
    for candidate in [program, name] { if let runtime = interpreter(candidate) { return runtime } }
    for thread in threads { if let runtime = helper(thread) { return runtime } }
    return nil
  }

  /// Programs that run other people's code, with or without a version behind the name.
  private static func interpreter(_ program: String) -> StaticString? {
    let stem = String(program.prefix { $0 != "." && !("0"..."9").contains($0) && $0 != "-" })
    switch stem {
    case "java": return "jvm"
    case "dotnet": return ".net"
    case "node", "nodejs": return "node"
    case "python", "pypy", "uwsgi", "gunicorn", "uvicorn", "celery": return "python"
    case "ruby", "puma": return "ruby"
    case "php", "php-fpm": return "php"
    case "perl": return "perl"
    case "beam": return "erlang"
    default: return nil
    }
  }

  /// Threads that only one runtime starts.
  private static func helper(_ thread: String) -> StaticString? {
    let jvm: [StaticString] = [
      "VM Thread", "GC Thread#0", "C2 CompilerThre", "C1 CompilerThre", "Signal Dispatch",
    ]
    let net: [StaticString] = [
      ".NET SynchManag", ".NET Finalizer", ".NET SigHandler", ".NET EventPipe", ".NET Tiered Com",
    ]
    let node: [StaticString] = ["libuv-worker", "V8Worker", "node-MainThread"]
    if jvm.contains(where: { "\($0)" == thread }) { return "jvm" }
    if net.contains(where: { "\($0)" == thread }) { return ".net" }
    if node.contains(where: { "\($0)" == thread }) { return "node" }
    return thread.hasSuffix("_scheduler") && thread.hasPrefix("erts_") ? "erlang" : nil
  }
}
