import Linux
import Testing

@testable import Accounts

private func accounts(_ passwd: String, _ group: String = "") -> Accounts {
  Accounts(passwd: Array(passwd.utf8), group: Array(group.utf8))
}

@Suite struct AccountsTests {
  @Test func findsUsersBothWays() {
    let all = accounts("root:x:0:0:root:/root:/bin/sh\napp:x:1000:100::/:/bin/sh\n")
    #expect(all.user(0) == "root")
    #expect(all.uid(named: "app") == 1000)
    #expect(all.account(1000) == Account(name: "app", uid: 1000, gid: 100))
    #expect(all.user(7) == nil)
    #expect(all.uid(named: "") == nil)
  }

  @Test func findsGroupsAndMembers() {
    let all = accounts("", "root:x:0:\nadm:x:4:alice,bob\nweb:x:80:bob\nempty:x:81\n")
    #expect(all.group(4) == "adm")
    #expect(all.gid(named: "web") == 80)
    #expect(all.group(81) == "empty")
    #expect(all.groups(of: "bob") == [4, 80])
    #expect(all.groups(of: "bo") == [])
    #expect(all.groups(of: "") == [])
  }

  @Test func theFirstEntryWins() {
    let all = accounts("a:x:5:5::/:\nb:x:5:6::/:\na:x:9:9::/:\n")
    #expect(all.user(5) == "a")
    #expect(all.uid(named: "a") == 5)
    #expect(all.uid(named: "b") == 5)
  }

  @Test func skipsWhatIsNoAccount() {
    let lines = [
      "# comment", "+::::::", "-bad:x:1:1::/:", ":x:2:2::/:", "short:x:3", "neg:x:-4:4::/:",
      "text:x:five:5::/:", "blank:x: 6:6::/:", "huge:x:4294967296:0::/:",
      "long:x:00000000007:0::/:",
      "good:x:4294967295:0",
    ]
    let all = accounts(lines.joined(separator: "\n"))
    for number: UInt32 in 0...7 { #expect(all.user(number) == nil) }
    #expect(all.user(4_294_967_295) == "good")
  }

  @Test func survivesEmptyAndAbruptFiles() {
    #expect(accounts("").user(0) == nil)
    #expect(accounts("\n\n\n").user(0) == nil)
    #expect(accounts("root:x:0:0").user(0) == "root")
    #expect(accounts("root:x:0").user(0) == nil)
    #expect(accounts(":::::::").user(0) == nil)
  }

  @Test func keepsNamesThatAreNotText() {
    let name: [UInt8] = [0xFF, 0x1B, 0x5B]
    let all = Accounts(passwd: name + Array(":x:3:3::/:\n".utf8))
    #expect(all.user(3)?.bytes == name)
    #expect(all.uid(named: String(bytes: name)) == 3)
  }

  @Test func dropsLongLinesAndNames() {
    let long = String(repeating: "a", count: Accounts.Limits.line + 1)
    let name = String(repeating: "n", count: Accounts.Limits.name + 1)
    let all = accounts("\(long):x:1:1::/:\n\(name):x:2:2::/:\nroot:x:0:0::/:\n")
    #expect(all.user(1) == nil)
    #expect(all.user(2) == nil)
    #expect(all.user(0) == "root")
  }

  @Test func stopsAtTheLimitOfAFile() {
    let filler = [UInt8](repeating: 10, count: Accounts.Limits.file)
    let all = Accounts(passwd: filler + Array("late:x:8:8::/:\n".utf8))
    #expect(all.user(8) == nil)
  }
}
