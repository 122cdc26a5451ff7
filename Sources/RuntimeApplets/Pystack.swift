public import Box
internal import CPython
internal import ELF
internal import Linux
internal import ProcFS
internal import Target

/// Prints the stacks of a Python process, read from its memory.
public struct Pystack: Command {
  var full = false

  public init() {}

  public static var manual: Manual<Pystack> {
    Manual(
      "pystack", "Print the stacks of a Python process without stopping it", family: .runtimes,
      operands: "PID",
      options: [
        .flag(nil, "full-filenames", "Whole paths, not from the package on") { $0.full = true }
      ],
      examples: [("pystack 1", "What does the app do right now?")],
      standard: "py-spy dump",
      deviations: [
        "CPython 3.8 to 3.15 on 64-bit machines",
        "where Yama is on (ptrace_scope) it needs CAP_SYS_PTRACE",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard operands.count == 1 else { throw .usage("which process? give one PID") }
    try PythonDump(pid: try targetPID(operands[0]), full: full).show(context)
  }
}

/// The same under the name and grammar that people know.
public struct PySpy: Command {
  public init() {}

  public static var manual: Manual<PySpy> {
    Manual(
      "py-spy", "Print the stacks of a Python process; see pystack", family: .runtimes,
      operands: "dump [--full-filenames] --pid PID", grammar: .own,
      options: [
        .flag(nil, "full-filenames", "Whole paths, not from the package on") { _ in },
        .value("p", "pid", "PID", "The process") { (_, _: String) in },
      ],
      examples: [("py-spy dump --pid 1", "What does the app do right now?")],
      standard: "py-spy dump", deviations: ["record and top are refused: there is no sampling"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    guard let verb = operands.first else { throw .usage("what? dump --pid PID") }
    guard verb == "dump" else {
      throw .usage("\(verb): is not among what this py-spy does; it has dump")
    }
    var pid: Int32?
    var full = false
    var rest = operands.dropFirst()
    while let word = rest.popFirst() {
      if word == "-p" || word == "--pid" {
        guard let value = rest.popFirst() else { throw .usage("\(word): needs a PID") }
        pid = try targetPID(value)
      } else if word.hasPrefix("--pid=") {
        pid = try targetPID(String(word.dropFirst(6)))
      } else if word == "--full-filenames" {
        full = true
      } else {
        throw unknownOption(word, nearest: nil)
      }
    }
    guard let pid else { throw .usage("which process? --pid PID") }
    try PythonDump(pid: pid, full: full).show(context)
  }
}

/// What `py-spy dump` prints.
struct PythonDump {
  let pid: Int32
  let full: Bool

  func show(_ context: Context) throws(Failure) {
    let root = context.root
    let processes = try attempt { () throws(SystemError) in try ProcFS(root) }
    let process: PythonProcess
    let threads: [PythonThread]
    process = try PythonProcess(context, pid)
    do throws(Failure) {
      threads = try process.stacks.threads()
    } catch {
      throw .message("\(pid): \(error.text ?? "")")
    }
    let command = (try? processes.arguments(of: pid, limit: 65536)) ?? []
    let output = context.output
    output.line("Process \(pid): " + Sanitize.escaped(command.joined(separator: " ")))
    let program = (try? Paths(context).location("/proc/\(pid)/exe").link()) ?? process.path
    output.line("Python v\(process.version) (" + Sanitize.escaped(program) + ")")
    output.line("")
    let names = FileNames(root: full ? nil : try? Paths(context).root(of: pid))
    // The newest thread is the first in its list.
    for thread in threads.reversed() {
      let native = thread.nativeID ?? nativeID(thread, process.memory, processes)
      output.line(title(thread, native, processes))
      for frame in thread.frames {
        output.line(
          "    " + Sanitize.escaped(frame.name) + " (" + Sanitize.escaped(names.short(frame.file))
            + ":\(frame.line))")
      }
    }
  }

  private func title(_ thread: PythonThread, _ native: Int?, _ processes: ProcFS) -> String {
    var text = "Thread "
    if let native {
      text += "\(native) (" + (isRunning(native, processes) ? "active" : "idle") + ")"
    } else {
      text += "0x" + String(thread.pthread ?? 0, radix: 16).asciiUppercased
    }
    return thread.name.map { text + ": \"" + Sanitize.escaped($0) + "\"" } ?? text
  }

  private func isRunning(_ thread: Int, _ processes: ProcFS) -> Bool {
    let bytes = (try? processes.contents("\(pid)/task/\(thread)/stat", limit: 4096)) ?? []
    return ProcessStat(bytes)?.state == UInt8(ascii: "R")
  }

  /// The C library keeps the kernel's ID in what the ID of pthreads points to: glibc at 720, musl at 48.
  private func nativeID(_ thread: PythonThread, _ memory: ByteSource, _ processes: ProcFS) -> Int? {
    guard let pthread = thread.pthread, let threads = try? processes.threads(of: pid) else {
      return nil
    }
    for offset: UInt64 in [720, 48] {
      guard let bytes = memory.read(pthread &+ offset, 4),
        let number = LittleEndian(bytes).int(0, 4), threads.contains(where: { Int($0) == number })
      else { continue }
      return number
    }
    return nil
  }
}

/// Shortens the paths of modules to what comes from their package on: folders with an `__init__.py`.
private final class FileNames {
  private let root: Root?
  private var packages: [String: Bool] = [:]

  /// - Parameter root: the target's; nil leaves paths whole.
  init(root: Root?) { self.root = root }

  func short(_ path: String) -> String {
    guard let root, path.hasPrefix("/") else { return path }
    var folder = Link.folder(of: path)
    var name = baseName(path)
    while folder != "/", folder != ".", isPackage(folder, root) {
      name = baseName(folder) + "/" + name
      folder = Link.folder(of: folder)
    }
    return name
  }

  private func isPackage(_ folder: String, _ root: Root) -> Bool {
    if let known = packages[folder] { return known }
    let found = (try? root.status(folder + "/__init__.py", follow: true)) != nil
    packages[folder] = found
    return found
  }
}
