internal import Box
internal import DNS
internal import Linux
internal import PacketFilter
internal import Packets
internal import Pcap
internal import Target

/// One run: where packets come from, and what becomes of them.
final class CaptureSession {
  private let options: Tcpdump
  private let expression: String
  private let context: Context
  private let printer: PacketPrinter
  private var stamp: TimeStamp
  private var save: SaveFile?
  private var captured = 0

  init(_ options: Tcpdump, _ expression: String, _ context: Context) {
    self.options = options
    self.expression = expression
    self.context = context
    var style = options.print.style
    style.dumpsUnknown = options.print.dump == .none
    let names =
      options.print.numeric > 0
      ? InterfaceNames() : CaptureNames(context, dropsDomain: options.print.dropsDomain)
    printer = PacketPrinter(style, names: names)
    stamp = TimeStamp(options.print.time, isNanoseconds: options.wantsNanoseconds)
  }

  func run(_ context: inout Context) throws(Failure) {
    if let list = options.readList {
      let names = try Paths(context).location(list).contents(limit: 1 << 20).split(separator: 10)
      for name in names { try read(String(bytes: name)) }
    } else if let file = options.readFile {
      try read(file)
    } else {
      try capture()
    }
    try save?.flush()
    if options.countsOnly {
      context.output.line("\(captured) packet" + (captured == 1 ? "" : "s"))
    }
  }

  // MARK: a file

  private func read(_ name: String) throws(Failure) {
    let descriptor = try open(name)
    let output = context.output
    let reader: CaptureReader
    do throws(CaptureError) {
      reader = try CaptureReader { (room) throws(SystemError) in
        // What comes through a pipe may come slowly: all that there is to see is seen.
        output.flush()
        return try descriptor.file.read(into: room)
      }
    } catch {
      throw .message(name + ": " + error.reason)
    }
    let program = try program(reader.format, netmask: 0, isLive: false)
    if list(program) { return }
    if !options.countsOnly { say("reading from file \(name), " + Self.text(reader.format)) }
    var format = reader.format
    format.isNanoseconds = options.wantsNanoseconds && format.isNanoseconds
    try prepare(format)
    do throws(Failure) {
      while let packet = try next(reader, name) {
        if program.run(packet.bytes, length: packet.length) == 0 { continue }
        if try !take(packet, format) { break }
      }
    } catch {
      // What was read before the damage has been told.
      try save?.flush()
      throw error
    }
  }

  private func next(_ reader: CaptureReader, _ name: String) throws(Failure) -> CapturedPacket? {
    do throws(CaptureError) {
      return try reader.next()
    } catch {
      throw .message(name + ": " + error.reason)
    }
  }

  /// An open file that a closure can hold.
  private final class Source {
    let file: File
    init(_ file: consuming File) { self.file = file }
  }

  private func open(_ name: String) throws(Failure) -> Source {
    guard name == "-" else {
      return Source(try Paths(context).location(name).openToRead())
    }
    return Source(try attempt { () throws(SystemError) in try File.duplicate(of: 0) })
  }

  // MARK: the network

  private func capture() throws(Failure) {
    let device = try CaptureDevice(options.interface ?? "any")
    if let wanted = options.linkTypeName {
      guard LinkTypeName.number(wanted) == device.linkType.number else {
        throw .message("-y \(wanted): is not the link type of \(device.name)")
      }
    }
    let format = CaptureFormat(linkType: device.linkType.number, snapshot: options.snapshot)
    let netmask = device.index == 0 ? 0 : PacketSocket.netmask(device.name)
    let program = try program(format, netmask: netmask, isLive: true)
    if list(program) { return }
    // Compiled once more for files: for them, tags are in the packets.
    let live = try LiveCapture(
      device, options, program: program, readsTags: Self.asksForTags(expression))
    try prepare(live.format)
    announce(device, format)
    while let packet = try live.next(idle: flush, onRequest: { self.tell(live.statistics()) }) {
      if try !take(packet, live.format) { break }
    }
    try flush()
    // The line that Ctrl-C stands in ends.
    if live.isInterrupted, save == nil { context.output.line("") }
    try flush()
    tell(live.statistics())
  }

  /// Whether an expression has the word `vlan` in it.
  private static func asksForTags(_ expression: String) -> Bool {
    expression.utf8.split { !($0 >= 0x61 && $0 <= 0x7A) }.contains { $0.elementsEqual("vlan".utf8) }
  }

  private func announce(_ device: CaptureDevice, _ format: CaptureFormat) {
    if device.index == 0 { say("\(context.name): data link type LINUX_SLL2") }
    if options.save.file == nil, options.print.style.verbosity == 0 {
      say(
        "\(context.name): verbose output suppressed, use -v[v]... for full protocol decode\n"
          + "listening on \(device.name), " + Self.text(format) + " bytes")
    } else {
      say("\(context.name): listening on \(device.name), " + Self.text(format) + " bytes")
    }
  }

  private func flush() throws(Failure) {
    context.output.flush()
    if let failure = context.output.failure { throw .system(failure) }
    try save?.flush()
  }

  private func tell(_ statistics: (received: Int, dropped: Int)) {
    let plural = { (count: Int) -> String in count == 1 ? "" : "s" }
    context.errors.line("\(captured) packet\(plural(captured)) captured")
    context.errors.line(
      "\(statistics.received) packet\(plural(statistics.received)) received by filter")
    context.errors.line(
      "\(statistics.dropped) packet\(plural(statistics.dropped)) dropped by kernel")
    context.errors.flush()
  }

  // MARK: both

  private func say(_ text: String) {
    context.errors.line(text)
    context.errors.flush()
  }

  /// `link-type EN10MB (Ethernet), snapshot length 262144`
  private static func text(_ format: CaptureFormat) -> String {
    let name = LinkTypeName.name(format.linkType) ?? String(format.linkType)
    let description = LinkTypeName.description(format.linkType).map { " (" + $0 + ")" } ?? ""
    return "link-type " + name + description + ", snapshot length \(format.snapshot)"
  }

  private func program(_ format: CaptureFormat, netmask: UInt32, isLive: Bool) throws(Failure)
    -> FilterProgram
  {
    var compiler = FilterCompiler(linkType: format.linkType, snapshot: Int32(format.snapshot))
    compiler.netmask = netmask
    compiler.isOptimised = options.isOptimised
    let context = context
    compiler.addresses = { name in
      let resolution = Resolver(context).resolve(name)
      return resolution.addresses.isEmpty ? nil : resolution.addresses
    }
    compiler.port = { name, isTCP in ServiceNames(context).port(name, isTCP: isTCP) }
    do throws(FilterCompiler.Refusal) {
      let program = try compiler.compile(expression)
      if !isLive, program.isForKernelOnly {
        throw FilterCompiler.Refusal(
          reason: "a capture of this link type does not tell the direction of packets")
      }
      return program
    } catch {
      throw .message(error.reason)
    }
  }

  /// Prints the program where only that is wanted.
  private func list(_ program: FilterProgram) -> Bool {
    switch options.listing {
    case 0: return false
    case 1: context.output.write(program.listing)
    case 2: context.output.write(program.initialisers)
    default: context.output.write(program.numbers)
    }
    return true
  }

  private func prepare(_ format: CaptureFormat) throws(Failure) {
    let link = LinkType(format.linkType)
    let prints = !options.countsOnly && (options.save.file == nil || options.save.prints)
    if prints, !link.isKnown {
      throw .message(
        "packet printing is not supported for link type "
          + (LinkTypeName.name(format.linkType) ?? String(format.linkType)) + ": use -w")
    }
    if options.save.file != nil, save == nil {
      save = try SaveFile(options.save, format, context)
    }
  }

  /// Shows or writes a packet; false where it was the last one.
  private func take(_ packet: CapturedPacket, _ format: CaptureFormat) throws(Failure) -> Bool {
    captured += 1
    if let save {
      try save.write(packet)
      if save.isComplete { return false }
    }
    if !options.countsOnly, save == nil || options.save.prints {
      show(packet, LinkType(format.linkType))
      if let failure = context.output.failure { throw .system(failure) }
    }
    return captured != options.count
  }

  private func show(_ packet: CapturedPacket, _ link: LinkType) {
    let out = printer.out
    out.removeAll()
    if options.print.numbersLines {
      let digits = String(captured)
      "    \(digits)  ".suffix(max(7, digits.utf8.count + 2)).utf8.forEach { out.append(UInt8($0)) }
    }
    // What has nothing in it is not even told the time of.
    if !packet.bytes.isEmpty, packet.length > 0 {
      stamp.put(Instant(seconds: packet.seconds, nanoseconds: packet.nanoseconds), to: out)
    }
    let header = printer.tell(packet.bytes, length: packet.length, link: link)
    let start = options.print.dumpsLink ? 0 : header
    switch options.print.dump {
    case .none: break
    case .hexadecimal:
      HexDump.write(packet.bytes, start..<packet.bytes.count, hasText: false, "\n\t", to: out)
    case .both:
      HexDump.write(packet.bytes, start..<packet.bytes.count, hasText: true, "\n\t", to: out)
    case .text: HexDump.writeText(packet.bytes, start..<packet.bytes.count, to: out)
    }
    out.append(UInt8(ascii: "\n"))
    context.output.write(out.bytes)
    if options.print.isLineBuffered || options.save.isPacketBuffered { context.output.flush() }
  }
}
