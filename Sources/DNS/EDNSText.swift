internal import Linux

extension Message {
  /// The OPT pseudosection as dig prints it.
  func pseudosection(_ edns: EDNS, _ style: MessageStyle) -> [UInt8] {
    var text = ";; OPT PSEUDOSECTION:\n; EDNS: version: \(edns.version), flags:"
    if edns.wantsSignatures { text += " do" }
    let unknown = edns.flags & 0x7FFF
    if unknown != 0 {
      let digits = String(unknown, radix: 16)
      text += "; MBZ: 0x" + String(repeating: "0", count: 4 - digits.utf8.count) + digits + ", "
    } else {
      text += "; "
    }
    text += "udp: \(edns.bufferSize)\n"
    var bytes = Array(text.utf8)
    for option in edns.options {
      bytes += Array("; ".utf8) + option.line(style) + [10]
    }
    return bytes
  }
}

extension EDNSOption {
  /// `NSID: 6b 6e ("kn")`.
  func line(_ style: MessageStyle) -> [UInt8] {
    if code == Self.padding {
      return Array((data.isEmpty ? "PAD:" : "PAD: (\(data.count) bytes)").utf8)
    }
    var text = Array((Self.title(code) + ":").utf8)
    switch code {
    case Self.clientSubnet:
      if let subnet { return text + Array((" " + subnet).utf8) }
    case Self.expire:
      if data.count == 4 {
        let seconds = data.reduce(0) { $0 << 8 | UInt32($1) }
        return text + Array(" \(seconds) (\(TimeToLive.words(seconds)))".utf8)
      }
    case Self.keepalive:
      if data.count == 2 {
        let tenths = Int(data[0]) << 8 | Int(data[1])
        return text + Array(" \(tenths / 10).\(tenths % 10) secs".utf8)
      }
    case Self.cookie:
      text.append(0x20)
      return text + Digits.hexadecimal(data[...], uppercase: false) + judged(style)
    case Self.extendedError:
      if let error = ExtendedError(self) { return text + error.line(data) }
    case 14, 16, 17:
      if !data.isEmpty, data.count % 2 == 0 { return text + keyTags }
    default: break
    }
    if data.isEmpty { return text }
    return text + dump
  }

  /// What dig calls those that it knows how to show.
  private static func title(_ code: UInt16) -> String {
    switch code {
    case nsid: "NSID"
    case clientSubnet: "CLIENT-SUBNET"
    case expire: "EXPIRE"
    case cookie: "COOKIE"
    case keepalive: "TCP KEEPALIVE"
    case 14: "KEY-TAG"
    case extendedError: "EDE"
    case 16: "CLIENT-TAG"
    case 17: "SERVER-TAG"
    default: "OPT=\(code)"
    }
  }

  /// What is left after the cookie we sent is the server's, RFC 7873.
  private func judged(_ style: MessageStyle) -> [UInt8] {
    guard let sent = style.cookie else { return [] }
    let client = sent.prefix(8)
    if data.count >= 16, data.starts(with: client) { return Array(" (good)".utf8) }
    if data.count == 8, data.starts(with: client) { return Array(" (echoed)".utf8) }
    return Array(" (bad)".utf8)
  }

  private var keyTags: [UInt8] {
    var text: [UInt8] = []
    for index in stride(from: 0, to: data.count - 1, by: 2) {
      text += Array((index > 0 ? ", " : " ").utf8)
      text += Array(String(Int(data[index]) << 8 | Int(data[index + 1])).utf8)
    }
    return text
  }

  /// ` 6b 6e ("kn")`.
  private var dump: [UInt8] {
    var text: [UInt8] = []
    for byte in data {
      text.append(0x20)
      text += Digits.hexadecimal([byte][...], uppercase: false)
    }
    text += Array(" (\"".utf8)
    text += data.map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: ".") }
    return text + Array("\")".utf8)
  }
}

extension ExtendedError {
  fileprivate func line(_ data: [UInt8]) -> [UInt8] {
    var bytes = Array(" \(code)".utf8)
    if let name { bytes += Array(" (\(name))".utf8) }
    guard data.count > 2 else { return bytes }
    bytes += Array(": (".utf8)
    bytes += data[2...].map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: ".") }
    return bytes + Array(")".utf8)
  }
}

extension EDNSOption {
  /// As a line of the pseudosection, judged by the cookie that was sent.
  public func shown(cookie: [UInt8]?) -> [UInt8] {
    var style = MessageStyle()
    style.cookie = cookie
    return line(style)
  }
}
