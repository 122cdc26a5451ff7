import Linux
import Testing

@testable import DotnetIPC

/// What a real runtime answered.
private func answer(_ name: String) throws -> [UInt8] {
  let folder = Link.folder(of: Link.folder(of: Link.folder(of: #filePath)))
  return try File.open(folder + "/Tests/Fuzz/Seeds/DotnetReply/" + name, .read)
    .contents(limit: 1 << 16)
}

@Suite struct MessageTests {
  @Test func encodesCommands() throws {
    let bytes = try #require(IPCMessage(4, 8).encoded())
    #expect(bytes == Array("DOTNET_IPC_V1\0".utf8) + [20, 0, 4, 8, 0, 0])
    #expect(IPCMessage(4, 3, [UInt8](repeating: 0, count: 65516)).encoded() == nil)
  }

  @Test func encodesSessions() throws {
    let provider = EventProvider("AB", keywords: 0x0102, level: 5, arguments: "k")
    var request = SessionRequest([provider], rundown: SessionRequest.names)
    request.bufferSize = 16
    let tail: [UInt8] =
      [1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]
      + [3, 0, 0, 0, 0x41, 0, 0x42, 0, 0, 0, 2, 0, 0, 0, 0x6B, 0, 0, 0]
    let head: [UInt8] = [16, 0, 0, 0, 1, 0, 0, 0]
    #expect(request.message(2).payload == head + tail)
    #expect(request.message(3).payload == head + [1] + tail)
    #expect(request.message(4).payload == head + [1, 1] + tail)
    #expect(request.message(5).payload == head + [0x38, 0, 0, 0, 0, 0, 0, 0, 1] + tail)
    #expect(SessionRequest.stop(0x0102).payload == [2, 1, 0, 0, 0, 0, 0, 0])
  }

  @Test func encodesDumps() {
    let payload = DumpKind.full.message(3, path: "/a", logs: true).payload
    #expect(payload == [3, 0, 0, 0, 0x2F, 0, 0x61, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0])
    #expect(DumpKind("Full") == nil)
    #expect(DumpKind("heap") == .heap)
  }

  @Test func readsHeads() throws {
    let unknown = try answer("unknown")
    let head = try #require(IPCHead(Array(unknown[..<20])))
    #expect(head.isError && head.payloadSize == 4)
    var reader = IPCReader(Array(unknown[20...]))
    #expect(reader.number(4) == UInt64(IPCError.unknownCommand.code))
    #expect(IPCHead([]) == nil)
    #expect(IPCHead(Array(unknown[..<19])) == nil)
    var short = Array(unknown[..<20])
    short[14] = 19
    #expect(IPCHead(short) == nil)
    short[14] = 20
    short[0] = 0
    #expect(IPCHead(short) == nil)
  }

  @Test func readsInformation() throws {
    for (name, command) in [("information3", UInt8(8)), ("information2", 4), ("information1", 0)] {
      let bytes = try answer(name)
      let payload = Array(bytes[20...])
      let information = try #require(ProcessInformation(payload, command: command))
      #expect(information.operatingSystem == "Linux")
      #expect(information.architecture == "x64")
      #expect(information.version == (command == 0 ? nil : "10.0.12"))
      #expect(information.entryAssembly == (command == 0 ? nil : "azmcp"))
      #expect(information.runtimeIdentifier == (command == 8 ? "linux-x64" : nil))
      for count in 0..<min(40, payload.count) {
        #expect(ProcessInformation(Array(payload[..<count]), command: command) == nil)
      }
    }
  }

  @Test func readsVariables() {
    let text: [UInt8] = [4, 0, 0, 0, 0x41, 0, 0x3D, 0, 0x42, 0, 0, 0]
    #expect(ProcessVariables.entries([2, 0, 0, 0] + text + text) == ["A=B", "A=B"])
    #expect(ProcessVariables.entries([9, 0, 0, 0] + text) == ["A=B"])
    #expect(ProcessVariables.entries([1, 0, 0, 0, 255, 255, 255, 255]).isEmpty)
    #expect(ProcessVariables.entries([]).isEmpty)
    #expect(ProcessVariables.size([8, 0, 0, 0, 0, 0]) == 8)
    #expect(ProcessVariables.size([0, 0, 0, 0x40]) == nil)
    #expect(ProcessVariables.size([8, 0]) == nil)
  }
}

@Suite struct DiagnosticSocketTests {
  @Test func readsNames() {
    let name = DiagnosticName("dotnet-diagnostic-12-4711-socket")
    #expect(name?.pid == 12 && name?.start == 4711)
    for bad in [
      "", "dotnet-diagnostic-12-socket", "dotnet-diagnostic-1-2-3-socket",
      "dotnet-diagnostic--1-socket", "dotnet-diagnostic-a-1-socket", "dotnet-diagnostic-1-2-sock",
      "dotnet-diagnostic-1234567890123456789-1-socket",
    ] {
      #expect(DiagnosticName(bad) == nil)
    }
  }

  @Test func findsPathsInTheKernelsList() {
    let table = """
      Num       RefCount Protocol Flags    Type St Inode Path
      0000: 00000002 00000000 00010000 0001 01 1748290 /tmp/dotnet-diagnostic-1-100-socket
      0000: 00000002 00000000 00010000 0001 01 1748291 /var/tmp x/dotnet-diagnostic-1-200-socket
      0000: 00000002 00000000 00010000 0001 01 1748292 /tmp/dotnet-diagnostic-7-300-socket
      0000: 00000003 00000000 00000000 0001 03 1748293
      0000: 00000003 00000000 00000000 0001 03 1748293 @/tmp/dotnet-diagnostic-9-1-socket
      """
    let sockets = DiagnosticSockets(Array(table.utf8))
    #expect(
      sockets.path(innerPID: 1, start: 200) == "/var/tmp x/dotnet-diagnostic-1-200-socket")
    #expect(sockets.path(innerPID: 1, start: 5) == nil)
    #expect(sockets.path(innerPID: 7, start: 5) == "/tmp/dotnet-diagnostic-7-300-socket")
    #expect(sockets.path(innerPID: 8, start: nil) == nil)
  }
}
