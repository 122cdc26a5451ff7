import Linux
import Testing

@testable import DNS

private func configuration(_ text: String) -> ResolverConfiguration {
  ResolverConfiguration(Array(text.utf8))
}

@Test func kubernetes() {
  let read = configuration(
    """
    # made by the kubelet
    search default.svc.cluster.local svc.cluster.local cluster.local
    nameserver 10.96.0.10
    nameserver fe80::1%lo
    nameserver nonsense
    options ndots:5 timeout:2 attempts:9 rotate single-request-reopen edns0 trust-ad use-vc inet6
    """)
  #expect(read.servers.map { $0.description } == ["10.96.0.10:53", "[fe80::1%lo]:53"])
  #expect(read.badServers == ["nonsense"])
  #expect(read.ndots == 5 && read.timeout == 2 && read.attempts == 5)
  #expect(
    read.rotates && read.singleRequestReopen && read.usesEDNS && read.trustsAD && read.usesTCP)
  #expect(read.otherOptions == ["inet6"])
  #expect(
    read.candidates("kubernetes.default").map { $0.name } == [
      "kubernetes.default.default.svc.cluster.local.", "kubernetes.default.svc.cluster.local.",
      "kubernetes.default.cluster.local.", "kubernetes.default.",
    ])
  #expect(read.candidates("a.b.c.d.e.f").first?.isGiven == true)
  #expect(read.candidates("a.").map { $0.name } == ["a."])
}

@Test func lastOfSearchAndDomainCounts() {
  #expect(configuration("search a b\ndomain c\n").search == ["c"])
  #expect(configuration("domain c\nsearch a b\n").search == ["a", "b"])
  #expect(configuration("search\n").hasSearch)
  #expect(configuration("").servers.isEmpty)
}

@Test(arguments: [
  "nameserver", "options", "options ndots:", "options ndots:-1 timeout:x", "\0\u{1}", "search \t ",
  "nameserver 1.2.3.4;x", "options ndots:99999999999999999999",
])
func hostileConfiguration(_ text: String) {
  let read = configuration(text)
  #expect(read.ndots >= 0 && read.ndots <= 15 && read.timeout >= 1)
}

@Test func hostsFile() {
  let hosts = HostsFile(
    Array(
      "127.0.0.1 localhost Local # x\n::1 localhost\nbad x\n10.0.0.1\n10.0.0.2 web web.local".utf8))
  #expect(
    hosts.entries(named: "LOCALHOST.").map { $0.address.description } == ["127.0.0.1", "::1"])
  #expect(hosts.entries(named: "web.local").first?.names == ["web", "web.local"])
  #expect(hosts.entries.count == 3)
}

@Test func services() {
  func read(_ text: String) -> NameServices { NameServices(Array(text.utf8)) }
  #expect(read("").services.map { $0.name } == ["files", "dns"])
  #expect(read("hosts: dns files # x\n").services.map { $0.name } == ["dns", "files"])
  let actions = read("hosts: files [NOTFOUND=return] dns [!UNAVAIL=return] x").services
  #expect(actions.map { $0.endsWhenNotFound } == [true, true, false])
}
