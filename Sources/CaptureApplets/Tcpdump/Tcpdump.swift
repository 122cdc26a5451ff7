public import Box
internal import Linux
internal import PacketFilter
internal import Packets
internal import Pcap
internal import Target

/// Shows the packets of the network or of a capture, or writes them to a file, tcpdump(8).
public struct Tcpdump: Command {
  enum Work { case capture, listInterfaces, listLinkTypes }

  var work = Work.capture
  var interface: String?
  var readFile: String?
  var readList: String?
  var expressionFile: String?
  var direction = PacketDirection.both
  var isPromiscuous = true
  var bufferKibibytes = 2048
  var snapshot = CaptureFormat.largestSnapshot
  var count: Int?
  var countsOnly = false
  var listing = 0
  var isOptimised = true
  var wantsNanoseconds = false
  var linkTypeName: String?
  var save = SaveSettings()
  var print = PrintSettings()

  public init() {}

  public static var manual: Manual<Tcpdump> {
    Manual(
      "tcpdump", "Show or save packets of the network", family: .network,
      operands: "[EXPRESSION]...", options: outputOptions + captureOptions + refusedOptions,
      examples: [
        ("tcpdump -ni any port 53", "Which names does the pod ask for, and what comes back?"),
        ("tcpdump -ni eth0 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'", "Connections and refusals"),
        ("tcpdump -i any -A -s0 port 8080", "What HTTP says in clear"),
        ("tcpdump -i eth0 -U -w - | cat > @/tmp/x.pcap", "Into a file of the target"),
        ("tcpdump -nr capture.pcap host 10.0.0.7", "Read a capture, pcap or pcapng"),
      ],
      standard: "tcpdump 4.99.3 tcpdump(8), libpcap 1.10.3 pcap-filter(7)",
      deviations: [
        "protocols beyond ARP, IP, TCP, UDP, ICMP, DNS and HTTP/1 are told by their length",
        "the server name and the protocols that a TLS client asks for stand behind the line",
        "without -i all interfaces (any) are captured",
        "without /etc/services only some ports have names, and makers of Ethernet cards never",
        "a name server that does not answer is not asked again",
        "a capture to a terminal is refused",
      ])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    switch work {
    case .listInterfaces: return InterfaceList(context).list()
    case .listLinkTypes: return try InterfaceList(context).listLinkTypes(interface)
    case .capture: break
    }
    if save.file == "-", context.isInteractive {
      throw Failure(
        "-w -: a capture is no text for a terminal",
        advice: "-w FILE, or from outside: kubectl exec POD -c CONTAINER -- tcpdump -U -w - "
          + "| wireshark -k -i -", status: ExitStatus.usage)
    }
    let expression = try expression(operands, context)
    let session = CaptureSession(self, expression, context)
    try session.run(&context)
  }

  private func expression(_ operands: [String], _ context: Context) throws(Failure) -> String {
    guard let expressionFile else { return operands.joined(separator: " ") }
    let bytes = try Paths(context).location(expressionFile).contents(limit: 1 << 20)
    var text = ""
    // Behind a sign of number stands a remark.
    for line in bytes.split(separator: 10) {
      text += String(bytes: line.prefix { $0 != UInt8(ascii: "#") }) + " "
    }
    return text
  }
}

/// Which way packets go.
enum PacketDirection { case both, incoming, outgoing }
