// swift-tools-version: 6.3
import PackageDescription

// Two builds from one manifest: normal Swift for tests and tools, and with the trait `Embedded` the
// static binary that ships. See CONTRIBUTING.md.

/// What a module is compiled for: most for size, those that all time is spent in for speed, and
/// those whose loops run over every byte of large files for nothing but speed.
enum Aim { case size, speed, loops }

/// - Copies of a function in two modules number their constant arrays differently, and the linker keeps the code of
///   one with the arrays of the other: no constant arrays.
/// - Inlined generic code of the standard library is a fifth of the binary, and half of the time to compile it.
func llvm(_ aim: Aim) -> [String] {
  let small = ["-sil-disable-pass=inline", "-sil-disable-pass=late-inline"]
  let inlining = aim == .loops ? [] : ["-inline-threshold=5"] + (aim == .size ? small : [])
  return (["-sil-disable-pass=object-outliner"] + inlining).flatMap { ["-Xllvm", $0] }
}

func settings(_ aim: Aim) -> [SwiftSetting] {
  [
    .enableExperimentalFeature("Embedded", .when(traits: ["Embedded"])),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .unsafeFlags(
      [
        aim == .loops ? "-O" : "-Osize", "-Xfrontend", "-function-sections",
        // How references are counted then is in CFootprint.
        "-Xfrontend", "-assume-single-threaded",
      ] + llvm(aim),
      .when(configuration: .release, traits: ["Embedded"])),
    .treatAllWarnings(as: .error),
    .treatWarning("EmbeddedRestrictions", as: .error),
  ]
}

/// The applet kit and what lies below it.
func kit(_ name: String, for aim: Aim = .size, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings(aim))
}

/// A knowledge module: bytes in, values out; never prints.
func knowledge(_ name: String, for aim: Aim = .size, _ dependencies: Target.Dependency...)
  -> Target
{
  .target(
    name: name, dependencies: ["Linux", "Box", "Report"] + dependencies,
    swiftSettings: settings(aim))
}

/// A family of applets.
func applets(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(
    name: name, dependencies: ["Linux", "Box", "Report", "ProcFS", "Target"] + dependencies,
    swiftSettings: settings(.size))
}

/// Unit tests of the module of the same name.
func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: ["Linux", "Box", "Report"].filter { $0 != name }.map { .target(name: $0) }
      + [.target(name: name)] + dependencies,
    swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")])
}

let package = Package(
  name: "swift-debugbox",
  products: [.executable(name: "debugbox", targets: ["debugbox"])],
  traits: [.trait(name: "Embedded", description: "Build the shipping binary in Embedded Swift.")],
  targets: [
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CProcps"),
    .systemLibrary(name: "CCap"),
    .systemLibrary(name: "CZ"),
    .systemLibrary(name: "CNghttp2"),
    .systemLibrary(name: "COpenSSL"),
    .target(
      name: "CRuntime",
      cSettings: [
        .unsafeFlags(["-Wall", "-Wextra", "-Werror"]),
        .define(
          "DEBUGBOX_VERSION", to: "\"\(Context.environment["DEBUGBOX_VERSION"] ?? "0.1.0")\""),
        .define(
          "DEBUGBOX_COMMIT", to: "\"\(Context.environment["DEBUGBOX_COMMIT"] ?? "unknown")\""),
        .define("DEBUGBOX_SWIFT", to: "\"\(Context.environment["DEBUGBOX_SWIFT"] ?? "unknown")\""),
      ]),

    .target(name: "CFootprint"),
    .target(
      name: "CPcap", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary(":libpcap.a")]),
    .target(name: "CText", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"])]),

    kit("Linux", for: .speed, "CLinux", "CRuntime"),
    kit("Box", "Linux", "CRuntime"),
    kit("Report", "Box", "Linux"),

    knowledge("Accounts"),
    knowledge("Dates"),
    knowledge("Zlib", "CZ"),
    knowledge("Archive"),
    knowledge("ProcFS", for: .speed, "CLinux"),
    knowledge("Capabilities", "CCap"),
    knowledge("SystemStatistics", "CProcps"),
    knowledge("Cgroup"),
    knowledge("Patterns", for: .loops, "CLinux", "CText"),
    knowledge("Digests", for: .loops, "CText"),
    knowledge("Sorting", for: .loops, "CText"),
    knowledge("DNS"),
    knowledge("TLS", for: .speed, "COpenSSL", "Target"),
    knowledge("GRPC"),
    knowledge("HTTP", "CNghttp2", "DNS", "TLS", "Zlib"),
    knowledge("Netlink", for: .speed),
    knowledge("Target", "ProcFS", "Capabilities", "Cgroup"),
    knowledge("Shell", for: .speed),
    knowledge("ShellRuntime", for: .speed, "Shell", "Target", "Patterns", "CLinux", "CRuntime"),
    knowledge("LineEditor"),
    knowledge("Completion", "LineEditor", "ProcFS", "Target"),
    knowledge("Session", "Completion", "LineEditor", "ProcFS", "Capabilities", "Target"),
    knowledge("HotSpot", "ProcFS", "Target"),
    knowledge("ELF"),
    knowledge("ICMP"),
    knowledge("Reachability", "ICMP"),
    knowledge("Trace", "ICMP", "Capabilities"),
    knowledge("JFR"),
    knowledge("Nettrace", for: .loops),
    knowledge("DotnetIPC", "ProcFS", "Runtimes", "Target"),
    knowledge("CPython", "ELF", "ProcFS", "Target"),
    knowledge("Runtimes", "ELF", "ProcFS", "Target"),
    knowledge("PacketFilter", "CPcap"),
    knowledge("Pcap", for: .speed),
    knowledge("WebSocket"),
    knowledge("LocalHTTP", "HTTP"),
    knowledge("Packets", for: .speed),

    applets("ProcessApplets", "Accounts", "Cgroup", "Patterns", "Runtimes", "SystemStatistics"),
    applets("TargetApplets", "Accounts", "Capabilities", "Cgroup", "Runtimes"),
    applets("FileApplets", "Accounts", "Archive", "Dates", "Patterns", "Zlib", "Cgroup"),
    applets("TextApplets", "Patterns", "Digests", "Sorting"),
    applets("SystemApplets", "Accounts", "Dates"),
    applets("ShellApplets", "Shell", "ShellRuntime", "LineEditor", "Completion", "Session"),
    applets("TerminalApplets", "LineEditor", "Patterns"),
    applets("JVMApplets", "HotSpot", "JFR"),
    applets("NetworkApplets", "DNS", "Accounts", "HTTP", "TLS"),
    applets("TLSApplets", "DNS", "TLS"),
    applets("HTTPApplets", "DNS", "GRPC", "HTTP", "TLS", "Zlib"),
    applets(
      "ProbeApplets", "Capabilities", "DNS", "GRPC", "HTTP", "ICMP", "LineEditor", "Reachability",
      "Trace", "TLS"),
    applets(
      "RuntimeApplets", "CPython", "DotnetIPC", "ELF", "HotSpot", "LocalHTTP", "Runtimes",
      "WebSocket"),
    applets("CaptureApplets", "Capabilities", "DNS", "PacketFilter", "Packets", "Pcap"),
    applets("DotnetApplets", "DotnetIPC", "Nettrace"),
    applets("SocketApplets", "Accounts", "Capabilities", "DNS", "Netlink"),

    .target(
      name: "Applets",
      dependencies: [
        "Box", "Linux", "CRuntime", "CLinux", "ProcessApplets", "TargetApplets", "FileApplets",
        "TextApplets", "SystemApplets", "ShellApplets", "TerminalApplets", "JVMApplets",
        "NetworkApplets", "TLSApplets", "HTTPApplets", "ProbeApplets", "CaptureApplets",
        "RuntimeApplets", "DotnetApplets", "SocketApplets",
      ], swiftSettings: settings(.size)),
    .executableTarget(
      name: "debugbox",
      dependencies: [
        "Applets", .target(name: "CFootprint", condition: .when(traits: ["Embedded"])),
      ],
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [
        .linkedLibrary("m"), .linkedLibrary("proc2"), .linkedLibrary("cap"), .linkedLibrary("z"),
        .linkedLibrary("ssl"), .linkedLibrary("crypto"), .linkedLibrary("nghttp2"),
      ]),

    .executableTarget(
      name: "debugbox-docs", dependencies: ["Applets", "Box"],
      linkerSettings: [
        .linkedLibrary("proc2"), .linkedLibrary("cap"), .linkedLibrary("z"),
        .linkedLibrary("ssl"), .linkedLibrary("crypto"), .linkedLibrary("nghttp2"),
      ]),

    // Types at a line editor, for scripts/terminal; it does not ship.
    .executableTarget(
      name: "editor-demo",
      dependencies: [
        "Applets", "Box", "Linux", "LineEditor", "Completion", "Session", "CRuntime", "CLinux",
      ],
      linkerSettings: [
        .linkedLibrary("m"), .linkedLibrary("proc2"), .linkedLibrary("cap"), .linkedLibrary("z"),
        .linkedLibrary("ssl"), .linkedLibrary("crypto"), .linkedLibrary("nghttp2"),
      ]),

    tests("Linux"), tests("Box"), tests("Report"), tests("ProcFS"), tests("Cgroup"),
    tests("Applets"), tests("Target", "ProcFS"), tests("Capabilities"), tests("Accounts"),
    tests("Patterns"), tests("Digests"), tests("Sorting"), tests("LineEditor"),
    tests("Completion", "LineEditor", "ProcFS", "Target"), tests("Session", "Target"),
    tests("TerminalApplets", "LineEditor"), tests("HotSpot"), tests("ELF"), tests("JFR"),
    tests("CPython"), tests("DNS"), tests("NetworkApplets", "DNS"), tests("TLS"), tests("ICMP"),
    tests("Reachability", "ICMP"), tests("Trace", "ICMP"), tests("ProbeApplets"),
    tests("Nettrace"), tests("DotnetIPC"), tests("DotnetApplets", "Nettrace"), tests("Netlink"),
    tests("SocketApplets", "Netlink"), tests("ShellApplets"),
    tests("SystemApplets", "Accounts", "Dates"), tests("HTTP", "Zlib"), tests("GRPC"),
    tests("PacketFilter"), tests("Packets"), tests("Pcap"), tests("WebSocket"),
    tests("LocalHTTP"), tests("Archive"), tests("Zlib"), tests("Shell"),
    tests("FileApplets", "Target"), tests("TextApplets"),
    tests("ProcessApplets", "ProcFS", "Accounts", "Runtimes"),
  ],
  swiftLanguageModes: [.v6]
)
