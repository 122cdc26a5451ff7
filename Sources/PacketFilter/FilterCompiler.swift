internal import CPcap
public import Linux

/// libpcap's compiler of filter expressions, pcap-filter(7).
public struct FilterCompiler {
  public let linkType: Int32
  public let snapshot: Int32
  /// Of the interface, for `ip broadcast`; nil where it is not known.
  public var netmask: UInt32?
  public var isOptimised = true
  /// The addresses of a host; nil where the name is not known.
  public var addresses: (String) -> [IPAddress]? = { _ in nil }
  /// The port of a service.
  public var port: (_ name: String, _ isTCP: Bool) -> UInt16? = { _, _ in nil }

  public init(linkType: Int32, snapshot: Int32) {
    self.linkType = linkType
    self.snapshot = snapshot
  }

  /// Why an expression is none, in libpcap's words.
  public struct Refusal: Error {
    public let reason: String
    public init(reason: String) { self.reason = reason }
  }

  /// The longest expression that is read. What libpcap's optimiser takes grows with the square.
  static let longest = 32768
  /// The most names that are looked up for one expression.
  static let mostNames = 64

  public func compile(_ expression: String) throws(Refusal) -> FilterProgram {
    guard expression.utf8.count <= Self.longest else {
      throw Refusal(reason: "the filter expression is longer than \(Self.longest) bytes")
    }
    defer { cpcap_forget() }
    cpcap_forget()
    for _ in 0..<Self.mostNames {
      var message = [CChar](repeating: 0, count: 256)
      var made: UnsafeMutablePointer<cpcap_instruction>?
      let count = withTerminated(expression) {
        cpcap_compile(
          $0, LinkTypeName.ofSystem(linkType), snapshot, isOptimised ? 1 : 0, netmask ?? .max,
          &made, &message)
      }
      if count >= 0, let made {
        defer { cpcap_free(made) }
        return FilterProgram(
          (0..<Int(count)).map { number in
            let one = made[number]
            return .init(one.code, one.jump_true, one.jump_false, one.operand)
          })
      }
      // The compiler has met a name it does not know: once it has been looked up, it starts again.
      guard lookUp() else {
        throw Refusal(
          reason: String(bytes: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }))
      }
    }
    throw Refusal(reason: "more than \(Self.mostNames) names to look up")
  }

  /// Looks up the name that the compiler wanted; false where it wanted none, or there is nothing known about it.
  private func lookUp() -> Bool {
    var text: UnsafePointer<CChar>?
    let kind = cpcap_wanted(&text)
    guard let text else { return false }
    let name = String(foreign: text)
    defer { cpcap_satisfied() }
    switch UInt8(bitPattern: kind) {
    case UInt8(ascii: "h"):
      guard let found = addresses(name), !found.isEmpty else { return false }
      for address in found { _ = cpcap_know_host(text, address.bytes, address.bytes.count) }
      return true
    case UInt8(ascii: "s"):
      let tcp = port(name, true)
      let udp = port(name, false)
      if tcp == nil, udp == nil { return false }
      _ = cpcap_know_service(text, 1, tcp ?? 0)
      _ = cpcap_know_service(text, 0, udp ?? 0)
      return true
    default: return false
    }
  }
}

/// The names of link types, pcap-linktype(7), by the numbers that files have.
public enum LinkTypeName {
  /// The number that systems and the compiler have for the one that files have.
  static func ofSystem(_ linkType: Int32) -> Int32 { linkType == 101 ? 12 : linkType }

  /// `EN10MB`; nil where libpcap knows none.
  public static func name(_ linkType: Int32) -> String? {
    cpcap_link_type_name(ofSystem(linkType)).map { String(foreign: $0) }
  }

  /// `Ethernet`.
  public static func description(_ linkType: Int32) -> String? {
    cpcap_link_type_description(ofSystem(linkType)).map { String(foreign: $0) }
  }

  public static func number(_ name: String) -> Int32? {
    let number = withTerminated(name) { cpcap_link_type($0) }
    return number < 0 ? nil : number == 12 ? 101 : number
  }
}

/// Calls `body` with the bytes of `text` and a NUL behind them.
private func withTerminated<Result>(
  _ text: String, _ body: (UnsafePointer<CChar>) -> Result
) -> Result {
  (text.bytes + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return "".withCString(body) }
    return body(start)
  }
}
