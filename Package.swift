// swift-tools-version: 6.3
import PackageDescription

// Two builds from one manifest: normal Swift for tests and tools, and with the trait `Embedded` the
// static binary that ships. See CONTRIBUTING.md.

let llvm = [
  // Copies of a function in two modules number their constant arrays differently, and the linker
  // keeps the code of one with the arrays of the other: no constant arrays.
  "-sil-disable-pass=object-outliner",
  // Inlined generic code of the standard library is an eighth of the binary, and half of the time
  // it takes to compile.
  "-sil-disable-pass=inline", "-sil-disable-pass=late-inline", "-inline-threshold=5",
  "-enable-machine-outliner=always",
].flatMap { ["-Xllvm", $0] }

func settings(_ optimization: [String]) -> [SwiftSetting] {
  [
  .enableExperimentalFeature("Embedded", .when(traits: ["Embedded"])),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(
    optimization + ["-Xfrontend", "-function-sections"],
    .when(configuration: .release, traits: ["Embedded"])),
  .treatAllWarnings(as: .error),
  .treatWarning("EmbeddedRestrictions", as: .error),
]
}

let settings = settings(["-Osize"] + llvm)
// An interpreter lives from inlining, and it has one thread: no atomic reference counts.
let fast = settings(["-O", "-Xfrontend", "-assume-single-threaded"] + llvm.prefix(2))

/// The applet kit and what lies below it.
func kit(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A knowledge module: bytes in, values out; never prints.
func knowledge(
  _ name: String, _ dependencies: Target.Dependency..., settings: [SwiftSetting] = settings
) -> Target {
  .target(
    name: name, dependencies: ["Linux", "Box", "Report"] + dependencies, swiftSettings: settings)
}

/// A family of applets.
func applets(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(
    name: name, dependencies: ["Linux", "Box", "Report", "ProcFS", "Target"] + dependencies,
    swiftSettings: settings)
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

    kit("Linux", "CLinux"),
    kit("Box", "Linux", "CRuntime"),
    kit("Report", "Box", "Linux"),

    knowledge("Accounts"),
    knowledge("ProcFS", "CLinux"),
    knowledge("Capabilities", "CCap"),
    knowledge("SystemStatistics", "CProcps"),
    knowledge("Cgroup"),
    knowledge("Patterns", "CLinux"),
    knowledge("Target", "ProcFS", "Capabilities", "Cgroup"),
    knowledge("Shell", settings: fast),
    knowledge(
      "ShellRuntime", "Shell", "Target", "Patterns", "CLinux", "CRuntime", settings: fast),

    applets("ProcessApplets", "Accounts", "Cgroup", "Patterns", "SystemStatistics"),
    applets("TargetApplets", "Accounts", "Capabilities", "Cgroup"),
    applets("FileApplets", "Accounts"),
    applets("TextApplets"),
    applets("SystemApplets", "Accounts"),
    applets("ShellApplets", "Shell", "ShellRuntime"),

    .target(
      name: "Applets",
      dependencies: [
        "Box", "ProcessApplets", "TargetApplets", "FileApplets", "TextApplets", "SystemApplets",
        "ShellApplets",
      ], swiftSettings: settings),
    .executableTarget(
      name: "debugbox",
      dependencies: [
        "Applets", "Box", "Linux", "CRuntime", "CLinux",
        .target(name: "CFootprint", condition: .when(traits: ["Embedded"])),
      ],
      swiftSettings: settings,
      linkerSettings: [.linkedLibrary("m"), .linkedLibrary("proc2"), .linkedLibrary("cap")]),

    .executableTarget(
      name: "debugbox-docs", dependencies: ["Applets", "Box"],
      linkerSettings: [.linkedLibrary("proc2"), .linkedLibrary("cap")]),

    tests("Linux"), tests("Box"), tests("Report"), tests("ProcFS"), tests("Cgroup"),
    tests("Applets"), tests("Target", "ProcFS"), tests("Capabilities"), tests("Accounts"),
    tests("Patterns"), tests("Shell"),
    tests("ShellApplets"), tests("SystemApplets", "Accounts"),
    tests("FileApplets", "Target"), tests("TextApplets"),
    tests("ProcessApplets", "ProcFS", "Accounts"),
  ],
  swiftLanguageModes: [.v6]
)
