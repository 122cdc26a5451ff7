internal import Box
internal import Linux
internal import PacketFilter
internal import Packets
internal import Pcap

/// Packets as they come: from a socket, with the headers that the kernel took away put back.
final class LiveCapture {
  let device: CaptureDevice
  let format: CaptureFormat
  private let socket: PacketSocket
  private let signals: SignalWatch
  private let memory: UnsafeMutableRawBufferPointer
  /// Runs here, where the kernel cannot run it.
  private let filter: FilterProgram?
  private let direction: PacketDirection
  /// Whether the capture ends with whoever reads standard output.
  private let watchesOutput: Bool
  private var received = 0
  private var dropped = 0
  /// Whether a signal has ended the capture.
  private(set) var isInterrupted = false

  /// Room in front of a packet for a header or a tag.
  private static let headroom = 32

  init(
    _ device: CaptureDevice, _ options: Tcpdump, program: FilterProgram, readsTags: Bool
  ) throws(Failure) {
    self.device = device
    format = CaptureFormat(
      linkType: device.linkType.number, snapshot: options.snapshot,
      isNanoseconds: options.wantsNanoseconds)
    direction = options.direction
    watchesOutput = options.save.file == nil || options.save.file == "-" || options.save.prints
    socket = try device.open()
    memory = .allocate(byteCount: Self.headroom + options.snapshot, alignment: 16)
    let socket = socket
    signals = try attempt { () throws(SystemError) in
      try SignalWatch([Signal(2), .terminate, Signal(1), Signal(10)])
    }
    // The kernel takes tags out of packets before it filters them: who asks for tags is answered here.
    let inKernel = readsTags ? nil : device.isCooked ? device.cooked(program) : program
    var isAttached = false
    if let inKernel, inKernel.instructions.count <= 4096 {
      isAttached = (try? socket.attach(inKernel.forKernel)) != nil
    }
    if !isAttached, program.isForKernelOnly {
      throw .message("the kernel takes no filter that asks for the direction of packets")
    }
    filter = isAttached ? nil : program
    try attempt { () throws(SystemError) in
      try socket.prepare(buffer: options.bufferKibibytes * 1024)
      try socket.bind(interface: device.index, isPromiscuous: options.isPromiscuous)
    }
  }

  deinit { memory.deallocate() }

  /// The next packet; nil once a signal has come.
  ///
  /// - Parameter idle: called before waiting.
  func next(idle: () throws(Failure) -> Void, onRequest: () -> Void) throws(Failure)
    -> CapturedPacket?
  {
    while !isInterrupted {
      if let packet = try receive() {
        if let packet { return packet }
        continue
      }
      try idle()
      // Nobody tells us that the reader of a pipe has gone while there is nothing to write.
      signals.wait(seconds: watchesOutput ? 1 : nil, reading: socket.descriptor)
      if watchesOutput, isOutputGone { return nil }
      guard let number = signals.next() else { continue }
      if number == 10 { onRequest() } else { isInterrupted = true }
    }
    return nil
  }

  private var isOutputGone: Bool {
    let events = (try? Poll.wait(1, for: [], until: Deadline(seconds: 0))) ?? []
    return !events.isDisjoint(with: [.error, .hangUp])
  }

  /// What has come: nil is nothing, and nothing inside is a packet that is not wanted.
  private func receive() throws(Failure) -> CapturedPacket?? {
    let room = UnsafeMutableRawBufferPointer(rebasing: memory[Self.headroom...])
    let facts: PacketSocket.Facts
    do throws(SystemError) {
      guard let came = try socket.receive(into: room) else { return nil }
      facts = came
    } catch {
      // The interface went down; it may come up again.
      if error.errno == Errno(code: 100) {
        throw .message("\(device.name): The interface went down")
      }
      throw .system(error)
    }
    let isOutgoing = facts.kind == 4
    if direction == .incoming && isOutgoing || direction == .outgoing && !isOutgoing {
      return .some(nil)
    }
    // What leaves by the loopback comes in by it again: it is told of once.
    if isOutgoing, facts.hardware == 772 { return .some(nil) }
    let captured = facts.captured
    var start = Self.headroom
    var length = facts.length
    if device.linkType == .linuxCooked2 {
      start -= 20
      length += 20
      putCookedHeader(facts, at: start)
    } else if let tag = facts.tag, device.linkType == .ethernet, captured >= 12 {
      start -= 4
      length += 4
      putTag(tag, at: start)
    }
    var bytes = UnsafeRawBufferPointer(rebasing: memory[start..<Self.headroom + captured])
    if let filter, filter.run(bytes, length: length) == 0 { return .some(nil) }
    bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(format.snapshot))
    return CapturedPacket(
      seconds: facts.time.seconds, nanoseconds: facts.time.nanoseconds, length: length,
      bytes: bytes)
  }

  /// Moves the two addresses forward, and puts the tag behind them.
  private func putTag(_ tag: (type: UInt16, value: UInt16), at start: Int) {
    for offset in 0..<12 { memory[start + offset] = memory[start + 4 + offset] }
    put16(tag.type, at: start + 12)
    put16(tag.value, at: start + 14)
  }

  /// LINKTYPE_LINUX_SLL2.
  private func putCookedHeader(_ facts: PacketSocket.Facts, at start: Int) {
    put16(facts.protocolNumber, at: start)
    put16(0, at: start + 2)
    put16(UInt16(truncatingIfNeeded: facts.interface >> 16), at: start + 4)
    put16(UInt16(truncatingIfNeeded: facts.interface), at: start + 6)
    put16(facts.hardware, at: start + 8)
    memory[start + 10] = facts.kind
    memory[start + 11] = facts.addressSize
    for place in 0..<8 {
      memory[start + 12 + place] = UInt8(truncatingIfNeeded: facts.address >> UInt64(8 * place))
    }
  }

  private func put16(_ value: UInt16, at offset: Int) {
    memory[offset] = UInt8(value >> 8)
    memory[offset + 1] = UInt8(truncatingIfNeeded: value)
  }

  /// Packets that the filter let through, and that there was no room for.
  func statistics() -> (received: Int, dropped: Int) {
    if let latest = socket.takeStatistics() {
      received += latest.received
      dropped += latest.dropped
    }
    return (received, dropped)
  }
}

extension CaptureDevice {
  /// The program for packets that come without their header.
  fileprivate func cooked(_ program: FilterProgram) -> FilterProgram? {
    linkType == .linuxCooked2 ? program.cooked : program
  }
}

extension FilterProgram {
  /// As the kernel takes it: code, jumps and operand of an instruction in one word.
  fileprivate var forKernel: [UInt64] {
    instructions.map { one in
      UInt64(one.code) | UInt64(one.jumpTrue) << 16 | UInt64(one.jumpFalse) << 24
        | UInt64(one.operand) << 32
    }
  }
}
