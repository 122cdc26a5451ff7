import Box
import Foundation
import Linux
import Target
import Testing

@testable import FileApplets

/// Resolves in a real folder that stands for `/`, with a process 1 in it.
@Suite struct ResolverTests {
  let folder: String
  let paths: Paths

  init() throws {
    folder = NSTemporaryDirectory() + "resolver-" + UUID().uuidString
    let target = folder + "/proc/1/root"
    let files = FileManager.default
    try files.createDirectory(atPath: target + "/etc/sub", withIntermediateDirectories: true)
    try files.createDirectory(atPath: folder + "/proc/self", withIntermediateDirectories: true)
    files.createFile(atPath: target + "/etc/real", contents: nil)
    for (link, to) in [
      ("alt", "/etc/real"), ("loop", "loop"), ("up", "../../../../etc/sub"), ("gone", "/no/such"),
    ] {
      try files.createSymbolicLink(atPath: target + "/etc/" + link, withDestinationPath: to)
    }
    let root = Root(try File.open(folder, [.path, .directory]), name: "")
    paths = Paths(
      Context(name: "realpath", output: .memory(), errors: .memory(), root: root))
  }

  private func resolve(_ path: String, _ resolver: Resolver = Resolver()) -> String? {
    (try? resolver.resolve(path, paths))?.text
  }

  @Test func staysInside() {
    #expect(resolve("/proc/1/root/etc/alt") == "/proc/1/root/etc/real")
    #expect(resolve("@1:/etc/alt") == "@1:/etc/real")
    #expect(resolve("/proc/1/root/etc/up/../real") == "/proc/1/root/etc/real")
    #expect(resolve("@1:/../../../..") == "@1:/")
    #expect(resolve("/proc/1/root") == "/proc/1/root")
  }

  @Test func missingParts() {
    #expect(resolve("@1:/etc/new") == "@1:/etc/new")
    #expect(resolve("@1:/etc/gone") == nil)
    #expect(resolve("@1:/etc/gone", Resolver(missing: .anything)) == "@1:/no/such")
    #expect(resolve("@1:/etc/new", Resolver(missing: .nothing)) == nil)
    #expect(resolve("@1:/etc/real/x") == nil)
    #expect(resolve("@1:/etc/real/..") == nil)
    #expect(resolve("") == nil)
  }

  @Test func loopsEnd() {
    #expect(resolve("@1:/etc/loop") == nil)
    #expect(resolve("@1:/etc/loop", Resolver(missing: .anything)) == "@1:/etc/loop")
  }

  @Test func textOnly() {
    #expect(resolve("@1:/etc/alt", Resolver(followsLinks: false)) == "@1:/etc/alt")
    #expect(resolve("@1:/etc/up/..", Resolver(isLogical: true)) == "@1:/etc")
  }

  @Test func relativePaths() throws {
    let start = try Resolver().resolve("@1:/etc/sub", paths)
    let other = try Resolver().resolve("@1:/etc/alt", paths)
    #expect(other.relative(to: start) == "../real")
    #expect(start.relative(to: start) == ".")
  }
}
