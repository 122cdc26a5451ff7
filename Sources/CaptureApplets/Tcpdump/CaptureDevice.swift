internal import Box
internal import Capabilities
internal import Linux
internal import PacketFilter
internal import Packets

/// An interface, or all of them, and the form its packets come in.
struct CaptureDevice {
  let name: String
  /// 0 is all.
  let index: UInt32
  let linkType: LinkType
  /// Whether the kernel takes the link layer's header away, and we put one in its place.
  let isCooked: Bool

  /// ARPHRD_ of interfaces whose packets have a header that we know.
  private enum Hardware {
    static let ethernet: [Int32] = [1, 772]
    static let none: [Int32] = [512, 768, 769, 776, 778, 65534]
  }

  init(_ name: String) throws(Failure) {
    if name == "any" {
      self.init(name: name, index: 0, linkType: .linuxCooked2, isCooked: true)
      return
    }
    guard let index = Interface.index(name), let known = Interface.name(index),
      let facts = PacketSocket.interface(known)
    else { throw .message("\(name): No such device exists") }
    if facts.flags & 1 == 0 { throw .message("\(name): That device is not up") }
    if Hardware.ethernet.contains(facts.hardware) {
      self.init(name: known, index: index, linkType: .ethernet, isCooked: false)
    } else if Hardware.none.contains(facts.hardware) {
      self.init(name: known, index: index, linkType: .raw, isCooked: true)
    } else {
      self.init(name: known, index: index, linkType: .linuxCooked2, isCooked: true)
    }
  }

  private init(name: String, index: UInt32, linkType: LinkType, isCooked: Bool) {
    self.name = name
    self.index = index
    self.linkType = linkType
    self.isCooked = isCooked
  }

  /// Opens the socket, with CAP_NET_RAW raised where it is permitted and not effective.
  func open() throws(Failure) -> PacketSocket {
    do throws(SystemError) {
      return try PacketSocket(isCooked: isCooked)
    } catch {
      guard error.errno == .notPermitted || error.errno == .denied else { throw .system(error) }
      let cooked = isCooked
      let raised = Privilege.raising(.netRaw) { try? PacketSocket(isCooked: cooked) }
      if let socket = raised ?? nil { return socket }
      throw Self.denied()
    }
  }

  private static func denied() -> Failure {
    let ours = CapabilityState(pid: 0)
    let effective = ours?.effective ?? CapabilitySet(mask: 0)
    let missing = CapabilitySet.all.subtracting(effective)
    let have =
      effective.isEmpty
      ? "none"
      : missing.names.count < 4 ? "all but " + Self.text(missing) : Self.text(effective)
    return Failure(
      "packet sockets need CAP_NET_RAW (have: \(have))",
      advice: "--profile=netadmin; meanwhile: ss -ti works without it", errno: .notPermitted)
  }

  private static func text(_ set: CapabilitySet) -> String {
    set.names.map { $0.hasPrefix("cap_") ? String($0.dropFirst(4)) : $0 }.joined(separator: ", ")
  }
}
