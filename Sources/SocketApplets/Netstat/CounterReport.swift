internal import Box
internal import Linux
internal import Netlink

/// The counters of `/proc/net` in the words of `netstat -s`.
struct CounterReport {
  let tcp: Bool
  let udp: Bool
  let raw: Bool

  func show(_ files: ProcNet, _ output: Output) {
    var group = ""
    for counter in files.counters(v6: false) where wants(counter.group) {
      if !counter.group.sameBytes(as: group) {
        group = counter.group
        output.line(Sanitize.escaped(group) + ":")
      }
      showHistogram(counter.name, output)
      show(counter, CounterWords.v4, output)
    }
  }

  /// Which tables belong to which protocol.
  private func wants(_ group: String) -> Bool {
    switch group {
    case "Ip", "Icmp": raw
    case "Tcp", "TcpExt": tcp
    case "Udp": udp
    default: true
    }
  }

  private func showHistogram(_ name: String, _ output: Output) {
    if name == "IcmpInDestUnreachs" { output.line("    ICMP input histogram:") }
    if name == "IcmpOutDestUnreachs" { output.line("    ICMP output histogram:") }
  }

  /// - Parameter isIndented: whether a counter without words stands below a histogram.
  private func show(
    _ counter: NetCounter, _ words: [CounterWords], _ output: Output, isIndented: Bool = false
  ) {
    let known = words.first { "\($0.name)".sameBytes(as: counter.name) }
    if counter.value == 0, known?.isAlways != true { return }
    if ["DefaultTTL", "RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn"].contains(counter.field),
      counter.group == "Ip" || counter.group == "Tcp"
    {
      return
    }
    let value = String(counter.value)
    let isDeep = Self.isHistogram(counter.name)
    guard let known else {
      let indentation = isIndented || (counter.group == "IcmpMsg" && raw) ? "        " : "    "
      return output.line(indentation + Sanitize.escaped(counter.field) + ": " + value)
    }
    let text = "\(known.text)"
    let parts = text.split(separator: "%", omittingEmptySubsequences: false).map { String($0) }
    output.line((isDeep ? "        " : "    ") + parts.joined(separator: value))
  }

  /// Kinds of ICMP messages stand a step further in.
  private static func isHistogram(_ name: String) -> Bool {
    guard name.hasPrefix("Icmp") else { return false }
    for ending in ["InMsgs", "InErrors", "OutMsgs", "OutErrors"] where name.hasSuffix(ending) {
      return false
    }
    return true
  }

  func showV6(_ files: ProcNet, _ output: Output) {
    guard let bytes = try? files.contents("snmp6") else { return }
    let counters = bytes.withUnsafeBytes { NetCounter.single($0) }
    for group in ["Ip6", "Icmp6", "Udp6", "UdpLite6"]
    where wants(group == "Udp6" ? "Udp" : group == "UdpLite6" ? "" : "Ip") {
      output.line(group + ":")
      var isIndented = false
      for counter in counters where counter.field.hasPrefix(group) {
        if counter.field == "Icmp6InDestUnreachs" {
          output.line("    ICMP input histogram:")
          isIndented = true
        }
        if counter.field == "Icmp6OutDestUnreachs" {
          output.line("        ICMP output histogram:")
        }
        show(counter, CounterWords.v6, output, isIndented: isIndented)
      }
    }
    if tcp { CounterReport(tcp: true, udp: false, raw: false).showOnly("Tcp", files, output) }
  }

  private func showOnly(_ group: String, _ files: ProcNet, _ output: Output) {
    output.line(group + ":")
    for counter in files.counters(v6: false) where counter.group == group {
      show(counter, CounterWords.v4, output)
    }
  }
}

/// Which multicast groups the interfaces are members of, `netstat -g`.
struct MulticastGroups {
  private let files: ProcNet
  private let v4: Bool
  private let v6: Bool

  init(_ files: ProcNet, v4: Bool, v6: Bool) {
    self.files = files
    self.v4 = v4
    self.v6 = v6
  }

  func show(_ output: Output) {
    output.line("IPv6/IPv4 Group Memberships")
    output.line("Interface       RefCnt Group")
    output.line("--------------- ------ ---------------------")
    if v4, let bytes = try? files.contents("igmp") { bytes.withUnsafeBytes { showV4($0, output) } }
    if v6, let bytes = try? files.contents("igmp6") { bytes.withUnsafeBytes { showV6($0, output) } }
  }

  private func showV4(_ bytes: UnsafeRawBufferPointer, _ output: Output) {
    var interface = ""
    Words.forEachLine(bytes, skipping: 1) { line in
      var words = Words(line)
      // Groups are indented below their interface.
      guard line.first == 0x09 else {
        words.skip(1)
        interface = words.text()
        return
      }
      let group = UInt32(truncatingIfNeeded: words.hexadecimal()).byteSwapped
      put(interface, words.decimal(), NetAddress(v4: group), output)
    }
  }

  private func showV6(_ bytes: UnsafeRawBufferPointer, _ output: Output) {
    Words.forEachLine(bytes) { line in
      var words = Words(line)
      words.skip(1)
      let interface = words.text()
      let digits = words.next()
      guard digits.count == 32 else { return }
      let group = NetAddress(
        high: Words.hexadecimal(UnsafeRawBufferPointer(rebasing: digits[..<16])),
        low: Words.hexadecimal(UnsafeRawBufferPointer(rebasing: digits[16...])))
      put(interface, words.decimal(), group, output)
    }
  }

  private func put(_ interface: String, _ count: Int, _ group: NetAddress, _ output: Output) {
    output.line(
      left(Sanitize.escaped(interface), 15) + " " + left(String(count), 6) + " " + group.text)
  }
}
