import Testing

@testable import Capabilities

@Test func names() {
  #expect(CapabilitySet(mask: 0x2080).names == ["cap_setuid", "cap_net_raw"])
  #expect(Capability(name: "NET_RAW") == .netRaw)
  #expect(Capability(name: "cap_sys_ptrace") == .sysPtrace)
  #expect(Capability(name: "cap_nonsense") == nil)
}

@Test func sets() {
  let some = CapabilitySet(mask: 0b0110)
  #expect(some.isSubset(of: CapabilitySet(mask: 0b1110)))
  #expect(!some.isSubset(of: CapabilitySet(mask: 0b0010)))
  #expect(some.subtracting(CapabilitySet(mask: 0b0010)).mask == 0b0100)
  #expect(CapabilitySet.all.contains(.sysAdmin))
}

@Test func ownState() throws {
  let state = try #require(CapabilityState(pid: 0))
  #expect(state.effective.isSubset(of: state.permitted))
  #expect(CapabilityState(pid: 0x3FFF_FFFF) == nil)
}

@Test func everyKnownCapabilityHasAMeaning() {
  for number in Int32(0)...40 {
    #expect("\(Capability(number).meaning)" != "unknown to this version")
  }
}
