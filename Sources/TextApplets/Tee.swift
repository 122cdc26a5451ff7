public import Box
internal import Linux
internal import Target

/// Copies standard input to standard output and to files, POSIX tee and coreutils tee(1).
public struct Tee: Command {
  enum OnError { case byDefault, warn, warnNoPipe, end, endNoPipe }

  var appends = false
  var ignoresInterrupts = false
  var onError = OnError.byDefault

  public init() {}

  public static var manual: Manual<Tee> {
    Manual(
      "tee", "Copy standard input to files and on", family: .text, operands: "[FILE]...",
      options: [
        .flag("a", "append", "Append to the files") { $0.appends = true },
        .flag("i", "ignore-interrupts", "Ignore Ctrl-C") { $0.ignoresInterrupts = true },
        .flag("p", nil, "Go on when a pipe closes; tell other errors") {
          $0.onError = .warnNoPipe
        },
        .optional(nil, "output-error", "MODE", "On errors warn, warn-nopipe, exit or exit-nopipe") {
          (options: inout Tee, mode) throws(Failure) in
          switch mode ?? "warn-nopipe" {
          case "warn": options.onError = .warn
          case "warn-nopipe": options.onError = .warnNoPipe
          case "exit": options.onError = .end
          case "exit-nopipe": options.onError = .endNoPipe
          default:
            throw .usage("--output-error=\(mode ?? ""): not warn, warn-nopipe, exit or exit-nopipe")
          }
        },
      ],
      examples: [("tcpdump -c 100 | tee capture.txt", "See it and keep it")],
      standard: "POSIX.1-2017 tee, coreutils 9.1 tee(1)")
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if ignoresInterrupts { Signal(2).ignore() }
    if onError != .byDefault { Signal(13).ignore() }
    let paths = Paths(context)
    // Not the kit's stream: that one is not to be told of a reader that went away.
    var outputs = [Output(descriptor: 1)]
    var names = ["standard output"]
    for operand in operands {
      do throws(Failure) {
        let mode: OpenMode = appends ? [.write, .create, .append] : [.write, .create, .truncate]
        outputs.append(
          Output(descriptor: try paths.location(operand).open(mode).release()))
        names.append(operand)
      } catch {
        context.report(error)
        if onError == .end || onError == .endNoPipe { throw .quiet(1) }
      }
    }
    let source = try TextSource.open("-", paths)
    var failed = [Bool](repeating: false, count: outputs.count)
    var failures: [Int] = []
    try source.forEachPiece { piece in
      let bytes = UnsafeRawBufferPointer(piece)
      for (index, output) in outputs.enumerated() where !failed[index] {
        output.write(bytes)
        output.flush()
        if output.failure != nil {
          failed[index] = true
          failures.append(index)
          if ends(output) { return false }
        }
      }
      return failed.contains(false)
    }
    for index in failures {
      guard let failure = outputs[index].failure, !isIgnored(failure) else { continue }
      context.report(.system(failure.about(names[index])))
    }
  }

  private func isIgnored(_ failure: SystemError) -> Bool {
    failure.errno == .brokenPipe && (onError == .warnNoPipe || onError == .endNoPipe)
  }

  private func ends(_ output: Output) -> Bool {
    guard let failure = output.failure else { return false }
    switch onError {
    case .byDefault: return failure.errno == .brokenPipe
    case .warn, .warnNoPipe: return false
    case .end: return true
    case .endNoPipe: return failure.errno != .brokenPipe
    }
  }
}
