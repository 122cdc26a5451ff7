import Accounts
import Linux
import Testing

@testable import SystemApplets

@Suite struct SystemTests {
  @Test func readsHosts() {
    let hosts = HostsFile(
      Array("# c\n127.0.0.1 localhost\n10.0.0.7\tpod.ns.svc POD # x\n::1\n\n10.0.0.8 pod\n".utf8))
    #expect(hosts.entries.count == 3)
    #expect(hosts.entries(of: "pod").map { $0.address } == ["10.0.0.7", "10.0.0.8"])
    #expect(hosts.entries(of: "nobody").isEmpty)
    #expect(HostsFile([0xFF, 0, 10, 32]).entries.isEmpty)
    #expect(Hostname.short("a.b.c") == "a")
    #expect(Hostname.domain("a.b.c") == "b.c")
    #expect(Hostname.domain("a") == "")
  }

  @Test func readsThreadLimits() {
    #expect(Nproc.positive("7,3") == 7)
    #expect(Nproc.positive(" 4 ") == 4)
    #expect(Nproc.positive("0") == nil)
    #expect(Nproc.positive("4x") == nil)
    #expect(Nproc.positive("99999999999999999999") == .max)
    #expect(Nproc.positive(nil) == nil)
  }

  @Test func describesAccounts() {
    let all = Accounts(
      passwd: Array("bob:x:7:8::/:\n9:x:12:12::/:\n".utf8),
      group: Array("staff:x:8:\nweb:x:80:bob\n".utf8))
    #expect(Identity("bob", all)?.line(all) == "uid=7(bob) gid=8(staff) groups=8(staff),80(web)")
    #expect(Identity("7", all)?.user == 7)
    #expect(Identity("9", all)?.user == 12)
    #expect(Identity("+9", all) == nil)
    #expect(Identity("99", all) == nil)
  }
}
