import Accounts
import Box
import Linux
import ProcFS
import Testing

@testable import ProcessApplets

private func names() -> ProcessNames {
  ProcessNames(
    own: Accounts(
      passwd: Array("root:x:0:0::/:\nwww-data:x:33:33::/:\n".utf8),
      group: Array("root:x:0:\nadm:x:4:\n".utf8)),
    root: { _ in nil }, pod: { nil })
}

private func options(_ line: String) -> PsOptions? {
  try? PsArguments.parse(line.split(separator: " ").map { String($0) }, names())
}

/// The columns a command line means, by their keys.
private func columns(_ line: String) -> String? {
  options(line).map { PsFormats.columns($0).map { $0.key }.joined(separator: " ") }
}

@Suite struct PsArgumentsTests {
  @Test(arguments: [
    "aux", "-aux", "auxf", "-auxf", "auxww", "-auxww", "axu", "aux --sort=-rss", "u ax", "a u x",
    "aux --no-headers", "auxw -w", "up 1",
  ]) func showsTheUserFormat(_ line: String) {
    #expect(columns(line) == "user pid pcpu pmem vsz rss tty stat start time args")
  }

  @Test(arguments: [
    "-ef", "-e -f", "-Af", "-efww", "-fe", "-f", "-fp 1", "-f -p 1,2", "-ef --forest", "-efH",
  ])
  func showsTheFullFormat(_ line: String) {
    #expect(columns(line) == "user pid ppid c start tty time args")
  }

  @Test(arguments: [
    ("-e", "pid tty time comm"), ("ax", "pid tty stat time args"),
    ("-ax", "pid tty stat time args"),
    ("1", "pid tty stat time args"), ("-eLf", "user pid ppid lwp c nlwp start tty time args"),
    ("-eT", "pid spid tty time comm"),
    ("-ely", "s uid pid ppid c opri ni rss sz wchan tty time comm"),
    ("-eF", "user pid ppid c sz rss psr start tty time args"),
    ("-ej", "pid pgid sid tty time comm"),
    ("axjf", "ppid pid pgid sid tty tpgid stat uid time args"),
    ("axl", "f uid pid ppid priority ni vsz rss wchan stat tty time args"),
    ("-eo pid,comm", "pid comm"), ("-eopid,comm", "pid comm"), ("axo pid,comm", "pid comm"),
    ("-axo pid,comm", "pid comm"), ("-e --format=pid,%cpu", "pid pcpu"),
    ("-o pid -o comm -e", "pid comm"),
    ("-eo pid=,comm=NAME,args:30", "pid comm args"), ("-O rss", "pid rss s tty time args"),
    ("-L aux", "user pid lwp pcpu nlwp pmem vsz rss tty stat start time args"),
    ("-eZ", "label pid tty time comm"),
  ]) func showsColumns(_ line: String, _ expected: String) { #expect(columns(line) == expected) }

  @Test func readsSelections() throws {
    #expect(try #require(options("-p 1,2 3 p 4 --pid=5")).selection.pids == [1, 2, 3, 4, 5])
    #expect(try #require(options("-u root,33")).selection.users == [0, 33])
    #expect(try #require(options("U www-data")).selection.users == [33])
    #expect(try #require(options("-U root -G adm")).selection.realGroups == [4])
    #expect(try #require(options("-g 7,adm")).selection.sessions == [7])
    #expect(try #require(options("-g 7,adm")).selection.groups == [4])
    #expect(try #require(options("-C a,b")).selection.names == [Array("a".utf8), Array("b".utf8)])
    #expect(try #require(options("-t pts/0,-")).selection.terminals == [.named("pts/0"), .none])
    #expect(try #require(options("-Np 1")).selection.negated)
    #expect(try #require(options("--ppid 7 -s 8")).selection.parents == [7])
  }

  @Test func knowsWhenOnlySomeNeedBeRead() throws {
    #expect(try #require(options("-p 3,1")).selection.onlyPIDs == [1, 3])
    #expect(try #require(options("-p 3 -u 0")).selection.onlyPIDs == nil)
    #expect(try #require(options("-N -p 3")).selection.onlyPIDs == nil)
    #expect(try #require(options("")).selection.isAll)
    #expect(try #require(options("aux")).selection.isAll)
    #expect(try !#require(options("a")).selection.isAll)
  }

  @Test func readsModifiers() throws {
    let sorted = try #require(options("aux --sort=-rss,+pid k user"))
    #expect(sorted.sort.map { $0.isReversed } == [true, false, false])
    #expect(try #require(options("aux --cols 70")).columnLimit == 70)
    #expect(try #require(options("auxww")).wide == 2)
    #expect(try #require(options("-eo user:20=WHO")).columns.first?.width == 20)
    #expect(try #require(options("-eo user:20=WHO")).columns.first?.title == "WHO")
    #expect(try #require(options("axe --json --containers")).environment)
    #expect(try #require(options("auxf")).forest)
    #expect(try #require(options("h ax")).headers == false)
  }

  @Test(arguments: [
    "-z", "z", "--nosuch", "-o nosuch", "-o pid,,comm", "-o pid:0", "-o pid:99999999999999999999",
    "--sort=nosuch",
    "--sort=", "-p x", "-p", "-p 0", "-p -1", "-p 99999999999", "-C", "-u nosuch", "-g nosuch",
    "u -f", "ul", "-LT",
    "-y", "-o pid u", "-O pid -O comm", "--cols x", "--json=1", "L x", "-1", "\u{10FF9F}",
  ]) func refuses(_ line: String) { #expect(options(line) == nil) }
}
