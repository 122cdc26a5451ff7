public import Linux

extension Context {
  /// Goes on as `command`: an applet runs in this process, anything else replaces it.
  ///
  /// A name without a slash is one of ours first, because an image `FROM scratch` holds nothing else.
  /// - Throws: always: `.quiet` with the applet's status, 127 where there is no such program, 126
  ///   where it cannot be executed.
  public func become(_ command: [String]) throws(Failure) {
    guard let name = command.first else { throw .usage("no command given") }
    let arguments = Array(command.dropFirst())
    if !name.contains("/"), let applet = applets.named(name) {
      var inner = renamed(name)
      throw .quiet(applet.run(arguments, &inner))
    }
    output.flush()
    var refusal: SystemError?
    for path in candidates(name) {
      do throws(SystemError) {
        try Child.execute(path, command, environment: environment)
      } catch {
        // Go on along PATH; a file that is there but cannot run is the better news.
        if error.errno != .noEntry, error.errno != .notDirectory { refusal = error }
      }
    }
    if let refusal { throw .system(refusal, status: ExitStatus.notExecutable) }
    throw Failure(
      "\(name): no such program or applet", status: ExitStatus.notFound, errno: .noEntry)
  }

  /// Starts `command` in a child of this process, an applet or a program as `become` finds them.
  ///
  /// - Parameter prepare: what the child does first: redirections, process group, limits.
  /// - Returns: the PID of the child, for `Child.wait`.
  public func spawn(
    _ command: [String], prepare: () throws(SystemError) -> Void = { () throws(SystemError) in }
  ) throws(Failure) -> Int32 {
    output.flush()
    errors.flush()
    return try attempt { () throws(SystemError) in
      try Child.fork {
        var child = self
        do throws(Failure) {
          try attempt { () throws(SystemError) in try prepare() }
          try child.become(command)
        } catch {
          child.report(error)
          child.errors.flush()
          return error.status
        }
        return ExitStatus.success
      }
    }
  }

  private func candidates(_ name: String) -> [String] {
    if name.contains("/") { return [name] }
    let path = variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":", omittingEmptySubsequences: false)
      .map { ($0.isEmpty ? "." : String($0)) + "/" + name }
  }
}
