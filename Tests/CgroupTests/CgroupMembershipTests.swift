import Testing

@testable import Cgroup

private let id = String(repeating: "0123456789abcdef", count: 4)

private func membership(_ text: String) -> CgroupMembership { CgroupMembership(Array(text.utf8)) }

@Test func unifiedWithSystemd() {
  let cgroup = membership("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(id).scope\n")
  #expect(cgroup.version == .v2)
  #expect(cgroup.containerID == id)
}

@Test func unifiedSeenFromANamespace() {
  #expect(membership("0::/../\(id)\n").containerID == id)
  #expect(membership("0::/\n").containerID == nil)
  #expect(membership("0::/\n").path == "/")
}

@Test func versionOne() {
  let cgroup = membership(
    "11:memory:/docker/\(id)\n3:cpu,cpuacct:/docker/\(id)\n1:name=systemd:/docker/\(id)\n")
  #expect(cgroup.version == .v1)
  #expect(cgroup.containerID == id)
  #expect(cgroup.path(of: "cpuacct") == "/docker/\(id)")
}

@Test func hybrid() {
  let cgroup = membership("4:memory:/kubepods/pod1/crio-\(id)\n1:name=systemd:/x\n0::/\n")
  #expect(cgroup.version == .hybrid)
  #expect(cgroup.path == "/kubepods/pod1/crio-\(id)")
  #expect(cgroup.containerID == id)
}

@Test(arguments: ["", "\n", "garbage", ":::", "0:", "0::/" + String(repeating: "a", count: 65)])
func hostile(_ text: String) { #expect(membership(text).containerID == nil) }
