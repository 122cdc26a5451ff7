import Box
import LineEditor
import Linux
import Testing

@testable import Completion

private struct Killer: Command {
  static var manual: Manual<Killer> {
    Manual(
      "kill", "Send a signal", family: .processes, operands: "PID...", grammar: .signals,
      options: [
        .flag("l", "list", "List the signals") { _ in },
        .value("s", "signal", "SIGNAL", "Send SIGNAL") { (_: inout Killer, _: String) in },
        .value("p", "pid", "PID", "Only PID") { (_: inout Killer, _: String) in },
        .value(nil, "queue", "NUM", "With NUM") { (_: inout Killer, _: String) in }.apart,
      ])
  }
  func run(_ operands: [String], _ context: inout Context) throws(Failure) {}
}

private struct Caller: Command {
  static var manual: Manual<Caller> {
    Manual("ping", "Reach a host", family: .network, operands: "HOST")
  }
  func run(_ operands: [String], _ context: inout Context) throws(Failure) {}
}

@Suite struct CompleterTests {
  private func world() -> CompletionWorld {
    var world = CompletionWorld(Context(name: "sh", output: .memory(), errors: .memory()))
    world.page = { name in
      switch name {
      case "kill": Page(Killer.manual)
      case "ping": Page(Caller.manual)
      default: nil
      }
    }
    world.commands = { ["kill", "killall", "ping", "ls", "watch"].map { .init($0) } }
    world.shellCommands = { [.init("cd"), .init("myfunction")] }
    world.variables = { ["HOME", "HOSTNAME", "PATH"] }
    world.variable = { $0 == "HOME" ? "/home/me" : nil }
    world.jobs = { [.init("1", "sleep")] }
    world.processes = { [.init("1", "/app/server --port 1"), .init("17", "worker")] }
    world.targets = { [.init("1", "app")] }
    world.hosts = { ["localhost", "db.local"] }
    world.domains = { ["default.svc.cluster.local", "svc.cluster.local"] }
    world.entries = { folder in
      switch folder {
      case ".":
        [
          .init("a file"), .init("a folder", isFolder: true), .init(".hidden"), .init("it's"),
          .init("b\nc"),
        ]
      case "/home/me/": [.init("notes")]
      case "/proc/": [.init("1", isFolder: true), .init("17", isFolder: true), .init("stat")]
      case "/proc/1/root/", "@1:/": [.init("etc", isFolder: true)]
      default: []
      }
    }
    return world
  }

  /// The line with each of the candidates in it.
  private func lines(_ line: String) -> [String] {
    let proposal = Completer(world()).proposal(line.bytes, line.bytes.count)
    return proposal.candidates.map { candidate in
      var bytes = line.bytes
      bytes.replaceSubrange(proposal.range, with: candidate.text + candidate.suffix)
      return String(bytes: bytes)
    }
  }

  @Test func commands() {
    #expect(lines("kil") == ["kill ", "killall "])
    #expect(lines("ls | kil") == ["ls | kill ", "ls | killall "])
    #expect(lines("A=1 my") == ["A=1 myfunction "])
    #expect(lines("if pi") == ["if ping "])
    #expect(lines("echo $(pin") == ["echo $(ping "])
    #expect(lines("watch -n1 pin") == ["watch -n1 ping "])
    #expect(lines("nosuch").isEmpty)
    #expect(lines("# kil").isEmpty)
  }

  @Test func options() {
    #expect(lines("kill --s") == ["kill --signal="])
    #expect(lines("kill -l") == ["kill -l "])
    #expect(
      lines("kill --list --") == [
        "kill --list --list ", "kill --list --pid=", "kill --list --signal=",
        "kill --list --queue ",
      ])
    #expect(lines("kill -TER") == ["kill -TERM "])
    #expect(lines("kill -s TE") == ["kill -s TERM "])
    #expect(lines("kill --signal=TE") == ["kill --signal=TERM "])
    #expect(lines("kill --pid=17") == ["kill --pid=17 "])
  }

  @Test func processes() {
    #expect(lines("kill ") == ["kill 1 ", "kill 17 "])
    #expect(lines("kill -s TERM 17") == ["kill -s TERM 17 "])
    #expect(lines("kill %") == ["kill %1 "])
    #expect(lines("killall ser") == ["killall server "])
    let proposal = Completer(world()).proposal("kill ".bytes, 5)
    #expect(proposal.candidates.first?.help == "/app/server --port 1")
  }

  @Test func files() {
    #expect(lines("ls a") == ["ls a\\ file ", "ls a\\ folder/"])
    #expect(lines("ls 'a fi") == ["ls 'a file' "])
    #expect(lines("ls \"a fi") == ["ls \"a file\" "])
    #expect(lines("ls a\\ fo") == ["ls a\\ folder/"])
    #expect(lines("ls i") == ["ls it\\'s "])
    #expect(lines("ls 'i") == ["ls 'it'\\''s' "])
    #expect(lines("ls b") == ["ls 'b'$'\\n''c' "])
    #expect(lines("ls .") == ["ls .hidden "])
    #expect(lines("ls ~/n") == ["ls ~/notes "])
    #expect(lines("ls $HOME/n") == ["ls $HOME/notes "])
    #expect(lines("ls > a\\ fi") == ["ls > a\\ file "])
    #expect(lines("dd if=a\\ fi") == ["dd if=a\\ file "])
    #expect(lines("ls /proc/") == ["ls /proc/1/", "ls /proc/17/", "ls /proc/stat "])
    #expect(lines("ls /proc/1/root/e") == ["ls /proc/1/root/etc/"])
    #expect(lines("ls @") == ["ls @1:/"])
    #expect(lines("ls @1:/e") == ["ls @1:/etc/"])
  }

  @Test func variables() {
    #expect(lines("echo $HO") == ["echo $HOME", "echo $HOSTNAME"])
    #expect(lines("echo ${PA") == ["echo ${PATH}"])
    #expect(lines("echo \"$PA") == ["echo \"$PATH"])
    #expect(lines("echo '$PA").isEmpty)
  }

  @Test func hosts() {
    #expect(lines("ping lo") == ["ping localhost "])
    #expect(lines("ping web.default.s") == ["ping web.default.svc.cluster.local "])
    #expect(
      lines("ping web.") == [
        "ping web.default.svc.cluster.local ", "ping web.svc.cluster.local ",
      ])
    #expect(lines("ping db.lo") == ["ping db.local "])
    #expect(lines("ping http://lo") == ["ping http://localhost"])
    #expect(
      Hosts.names("127.0.0.1 localhost # x y\n::1\tip6-localhost lo\n\n".bytes) == [
        "localhost", "ip6-localhost", "lo",
      ])
    #expect(Hosts.domains("nameserver 1.1.1.1\nsearch a b\nsearch c d ; e\n".bytes) == ["c", "d"])
    #expect(Hosts.names([]).isEmpty && Hosts.domains("search".bytes).isEmpty)
  }

  @Test(arguments: [
    "", "'", "\"", "\\", "$", "${", "$(", "`", "a`", ")", "a)b", "((((", "2>", "&>", "<<", "a\0b",
    "$'\\", "@", "%", "-", "--",
    "ls --=", "kill -s", "\"$(`'",
  ]) func odd(_ line: String) {
    for cursor in 0...(line.utf8.count + 2) { _ = Completer(world()).proposal(line.bytes, cursor) }
    _ = Highlighter.styles(line.bytes) { _ in false }
    _ = Highlighter.isComplete(line.bytes)
  }

  @Test func colours() {
    func styles(_ line: String) -> [String] {
      Highlighter.styles(line.bytes) { $0 == "ls" || $0 == "echo" }.map {
        "\($0.range.lowerBound)-\($0.range.upperBound):\($0.style.number)"
      }
    }
    #expect(styles("ls x") == ["0-2:1"])
    #expect(styles("nope") == ["0-4:2"])
    #expect(styles("ls | nope") == ["0-2:1", "3-4:4", "5-9:2"])
    #expect(styles("echo 'a b' # c") == ["0-4:1", "5-10:3", "11-14:5"])
    #expect(styles("if ls") == ["0-2:7", "3-5:1"])
    #expect(styles("echo $x") == ["0-4:1", "5-7:6"])
    #expect(styles("ls 2>&1") == ["0-2:1", "4-6:4"])
    #expect(styles("echo \"a") == ["0-4:1", "5-7:3"])
  }

  @Test func completeness() {
    for line in ["ls", "", "echo 'a b'", "ls # |", "echo \\\\", "a && b"] {
      #expect(Highlighter.isComplete(line.bytes), "\(line)")
    }
    for line in ["echo 'a", "echo \"a", "ls |", "ls &&", "echo $(ls", "echo `ls", "ls \\"] {
      #expect(!Highlighter.isComplete(line.bytes), "\(line)")
    }
  }
}
