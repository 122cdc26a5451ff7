internal import Box
internal import CLinux
internal import Linux

/// Runs the applet we were called as; any other name is the box, which takes one as its argument.
struct Dispatcher {
  let arguments: [String]
  let environment: [String]
  let registry: Registry

  func run() -> Int32 {
    let called = baseName(arguments.first ?? "debugbox")
    guard let applet = registry.named(called) ?? registry.named("debugbox") else {
      return ExitStatus.notFound
    }
    var context = Context(
      name: called, output: Output(descriptor: 1), errors: Output(descriptor: 2),
      environment: environment, root: Root())
    do throws(Failure) {
      context = try world(called)
    } catch {
      context.report(error)
      return context.status
    }
    return applet.run(Array(arguments.dropFirst()), &context)
  }

  /// The world of the applet. Golden tests put a fixture in place of `/` and fix the time of day.
  private func world(_ name: String) throws(Failure) -> Context {
    var root = Root()
    if let folder = variable("DEBUGBOX_ROOT") {
      root = Root(
        try attempt { () throws(SystemError) in try File.open(folder, [.path, .directory]) },
        name: "")
    }
    let fixed = variable("DEBUGBOX_NOW").flatMap { Int($0) }.map { Instant(seconds: $0) }
    return Context(
      name: name, output: Output(descriptor: 1), errors: Output(descriptor: 2),
      environment: environment, root: root, clock: Clock(fixed: fixed), applets: registry)
  }

  private func variable(_ name: StaticString) -> String? {
    getenv(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
      .map { String(foreign: $0) }
  }
}
