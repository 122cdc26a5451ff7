/// A provider of events to listen to, and how much of it.
public struct EventProvider: Sendable {
  public let name: String
  public var keywords: UInt64
  /// 0 always, 1 critical, 2 error, 3 warning, 4 informational, 5 verbose.
  public var level: UInt32
  /// `key=value;key=value`
  public var arguments: String

  public init(_ name: String, keywords: UInt64, level: UInt32, arguments: String = "") {
    self.name = name
    self.keywords = keywords
    self.level = level
    self.arguments = arguments
  }
}

/// What a session of events is asked for.
public struct SessionRequest: Sendable {
  public var providers: [EventProvider]
  /// Of the buffer in the target, in megabytes.
  public var bufferSize: UInt32 = 256
  /// What the runtime tells at the end of what was there before: keywords of the rundown; 0 is nothing.
  public var rundown: UInt64
  /// Whether events carry stacks.
  public var stacks = true

  public init(_ providers: [EventProvider], rundown: UInt64) {
    self.providers = providers
    self.rundown = rundown
  }

  /// The rundown that runtimes without a choice do: loader, compiler, native images, and where code lies.
  public static let fullRundown: UInt64 = 0x8002_0139
  /// Modules and methods, enough to name the frames of stacks.
  public static let names: UInt64 = 0x38
  /// Modules alone.
  public static let modules: UInt64 = 0x8

  /// The forms of CollectTracing that are asked for in turn, the newest first: a runtime that does not
  /// know one says so.
  static let newest: UInt8 = 5
  static let oldest: UInt8 = 2

  /// - Parameter command: 2 is CollectTracing of .NET Core 3.0; 3, with the choice of a rundown, of 3.1;
  ///   4, with that of stacks, of .NET 8; 5, with keywords of the rundown, of .NET 9.
  func message(_ command: UInt8) -> IPCMessage {
    var writer = IPCWriter()
    writer.uint32(bufferSize)
    // The format: nettrace.
    writer.uint32(1)
    if command == 3 || command == 4 { writer.flag(rundown != 0) }
    if command == 5 { writer.uint64(rundown) }
    if command >= 4 { writer.flag(stacks) }
    writer.uint32(UInt32(providers.count))
    for provider in providers {
      writer.uint64(provider.keywords)
      writer.uint32(provider.level)
      writer.text(provider.name)
      writer.text(provider.arguments)
    }
    return IPCMessage(IPCMessage.Set.eventPipe, command, writer.bytes)
  }

  static func stop(_ session: UInt64) -> IPCMessage {
    var writer = IPCWriter()
    writer.uint64(session)
    return IPCMessage(IPCMessage.Set.eventPipe, 1, writer.bytes)
  }
}

/// How much of a process a dump holds.
public enum DumpKind: UInt32, Sendable {
  case mini = 1
  case heap = 2
  case triage = 3
  case full = 4

  public init?(_ name: String) {
    switch name {
    case "mini": self = .mini
    case "heap": self = .heap
    case "triage": self = .triage
    case "full": self = .full
    default: return nil
    }
  }

  /// GenerateCoreDump3 tells why it failed; 2 takes flags; 1 is of .NET Core 3.0.
  static let newest: UInt8 = 3

  func message(_ command: UInt8, path: String, logs: Bool) -> IPCMessage {
    var writer = IPCWriter()
    writer.text(path)
    writer.uint32(rawValue)
    writer.uint32(logs ? 1 : 0)
    return IPCMessage(IPCMessage.Set.dump, command, writer.bytes)
  }
}

/// What a runtime tells of its process.
public struct ProcessInformation: Sendable {
  /// As the process knows itself.
  public var pid: UInt64
  public var commandLine: String
  public var operatingSystem: String
  public var architecture: String
  /// .NET 7 on.
  public var entryAssembly: String?
  public var version: String?
  /// .NET 8 on: `linux-x64`.
  public var runtimeIdentifier: String?

  /// ProcessInfo 3 (.NET 8), 2 (.NET 7), 1 (.NET 5).
  static let commands: [UInt8] = [8, 4, 0]

  /// - Returns: nil where the payload is not what `command` answers.
  public init?(_ payload: [UInt8], command: UInt8) {
    var reader = IPCReader(payload)
    if command == 8, reader.number(4) == nil { return nil }
    guard let pid = reader.number(8), reader.skip(16), let commandLine = reader.text(),
      let operatingSystem = reader.text(), let architecture = reader.text()
    else { return nil }
    self.pid = pid
    self.commandLine = commandLine
    self.operatingSystem = operatingSystem
    self.architecture = architecture
    if command == 0 { return }
    guard let assembly = reader.text(), let version = reader.text() else { return nil }
    entryAssembly = assembly.isEmpty ? nil : assembly
    self.version = version.isEmpty ? nil : version
    if command == 8 { runtimeIdentifier = reader.text() }
  }
}

/// The environment as the runtime sees it: its own variables and what the program changed.
public enum ProcessVariables {
  /// The size of what follows the answer; nil where the payload is none.
  public static func size(_ payload: [UInt8]) -> Int? {
    var reader = IPCReader(payload)
    guard let size = reader.number(4), size <= UInt64(limit) else { return nil }
    return Int(size)
  }

  /// `NAME=value`, as many as there are whole.
  public static func entries(_ bytes: [UInt8]) -> [String] {
    var reader = IPCReader(bytes)
    guard let count = reader.number(4) else { return [] }
    var entries: [String] = []
    // A text takes four bytes at least.
    for _ in 0..<min(count, UInt64(reader.remaining / 4)) {
      guard let entry = reader.text() else { break }
      entries.append(entry)
    }
    return entries
  }

  static let limit = 16 << 20
}
