import Testing

@testable import Target

private func path(_ argument: String, in folder: String = "/home") -> TargetPath {
  TargetPath(argument, workingFolder: folder)
}

@Test(arguments: [
  "/etc/passwd", "etc", "", "/proc", "/proc/self/root/etc", "/proc/1", "/proc/1/", "@", "@x:/y",
  "@1:etc", "./@1:/etc", "/procs/1/root", "/proc/1/../2/root", "/proc/-1/root",
  "/proc/99999999999/root",
])
func ownPaths(_ argument: String) { #expect(path(argument) == .own) }

@Test func rootPaths() {
  #expect(path("/proc/1/root") == .root(1, "/"))
  #expect(path("/proc/1/root/") == .root(1, "/"))
  #expect(path("/proc/7/root/etc/alt") == .root(7, "/etc/alt"))
  #expect(path("//proc///7//root//etc") == .root(7, "//etc"))
  #expect(path("/./proc/./7/./root/etc") == .root(7, "/etc"))
  #expect(path("/proc/7/root/../../etc") == .root(7, "/../../etc"))
  #expect(path("/proc/7/task/9/root/etc") == .root(9, "/etc"))
}

@Test func shortForms() {
  #expect(path("@1:/etc") == .root(1, "/etc"))
  #expect(path("@12:") == .root(12, "/"))
  #expect(path("@/etc") == .main("/etc"))
}

@Test func guardedFiles() {
  #expect(path("/proc/3/environ") == .file(3, "environ"))
  #expect(path("/proc/3/fd/1") == .file(3, "fd/1"))
  #expect(path("/proc/3/task/4/comm") == .file(3, "task/4/comm"))
  #expect(path("/proc/3/fd/4/log") == .folder(3, "fd/4", "/log"))
  #expect(path("/proc/3/task/../root/etc") == .root(3, "/etc"))
  #expect(path("/proc/3/fd/../cwd") == .folder(3, "cwd", ""))
  #expect(path("/proc/3/task/4/../../environ") == .file(3, "environ"))
  #expect(path("/proc/3/cwd") == .folder(3, "cwd", ""))
  #expect(path("/proc/3/cwd/log") == .folder(3, "cwd", "/log"))
}

@Test func relativePathsBelowProc() {
  #expect(path("1/root/etc", in: "/proc") == .root(1, "/etc"))
  #expect(path("root/etc", in: "/proc/1") == .root(1, "/etc"))
  #expect(path("proc/1/root", in: "/") == .root(1, "/"))
  #expect(path("root/etc", in: "/srv") == .own)
}
