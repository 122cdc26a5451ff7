import Capabilities
import Testing

@testable import Target

/// The 14 capabilities a Kubernetes container has by default.
private let defaults = CapabilitySet(mask: 0xa804_25fb)
private let none = CapabilitySet(mask: 0)
private let ptrace = CapabilitySet(mask: 1 << 19)

private func standing(
  _ uid: UInt32, _ gid: UInt32? = nil, _ permitted: CapabilitySet = none,
  bounding: CapabilitySet = defaults,
  dumpable: Bool? = true
) -> Standing {
  let gid = gid ?? uid
  return Standing(
    uids: [uid, uid, uid, uid], gids: [gid, gid, gid, gid], permitted: permitted,
    effective: permitted,
    bounding: bounding, dumpable: dumpable)
}

private func means(_ ours: Standing, _ theirs: Standing) -> Means? {
  Diagnosis(ours: ours, theirs: theirs).means
}
private func rules(_ ours: Standing, _ theirs: Standing) -> [Obstacle] {
  Diagnosis(ours: ours, theirs: theirs).obstacles
}

// The rows and columns of the table in CONTRIBUTING.md, "Reaching the target".
@Test func rootWithDefaults() {
  let ours = standing(0, 0, defaults)
  #expect(means(ours, standing(0, 0, defaults, dumpable: nil)) == .plain)
  #expect(means(ours, standing(1000)) == .adopted(uid: 1000, gid: 1000))
  let bind = CapabilitySet(mask: 1 << 1)
  #expect(
    rules(ours, standing(1000, 1000, bind, dumpable: false)) == [.capabilities(bind), .undumpable])
}

@Test func rootWithPtrace() {
  let ours = standing(0, 0, CapabilitySet(mask: defaults.mask | ptrace.mask))
  #expect(means(ours, standing(1000, 1000, defaults, dumpable: false)) == .plain)
}

@Test func permittedPtraceIsRaised() {
  var ours = standing(65532, 65532, ptrace)
  ours.effective = none
  #expect(means(ours, standing(1000)) == .capability)
}

@Test func sameUser() {
  #expect(means(standing(1000), standing(1000)) == .plain)
  #expect(rules(standing(1000, 3000), standing(1000)) == [.gid(target: 1000, ours: 3000)])
  #expect(rules(standing(65532), standing(1000)) == [.uid(target: 1000, ours: 65532)])
  #expect(rules(standing(1000), standing(1000, dumpable: false)) == [.undumpable])
}

@Test func rootWithoutCapabilities() {
  #expect(rules(standing(0), standing(0, 0, defaults)) == [.capabilities(defaults)])
  #expect(rules(standing(0), standing(1000)) == [.uid(target: 1000, ours: 0)])
}

@Test func setIDTarget() {
  var theirs = standing(1000)
  theirs.uids = [1000, 0, 0, 0]
  #expect(rules(standing(0, 0, defaults), theirs) == [.mixedIDs])
}

@Test func advice() {
  let diagnosis = Diagnosis(ours: standing(65532), theirs: standing(1000, 2000))
  #expect(diagnosis.advice?.contains("\"runAsUser\":1000,\"runAsGroup\":2000") == true)
  let inactive = Diagnosis(
    ours: standing(65532, 65532, none, bounding: CapabilitySet(mask: defaults.mask | ptrace.mask)),
    theirs: standing(1000))
  #expect(inactive.advice?.contains("inactive for uid 65532") == true)
  #expect(
    Diagnosis(ours: standing(0), theirs: standing(0, 0, defaults)).advice?.contains(
      "--profile=general") == true)
}

@Test func profiles() {
  #expect(Profile(standing(0, 0, .all, bounding: .all)) == .sysadmin)
  #expect(Profile(standing(0, 0, defaults)) == .baseline)
  #expect(
    Profile(standing(0, bounding: CapabilitySet(mask: defaults.mask | ptrace.mask))) == .general)
  #expect(Profile(standing(0, bounding: CapabilitySet(mask: defaults.mask | 1 << 12))) == .netadmin)
  #expect(Profile(standing(1000, bounding: none)) == .restricted)
}
