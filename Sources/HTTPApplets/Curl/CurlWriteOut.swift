internal import Box
internal import HTTP
internal import Linux
internal import Report

/// Writes the format of `-w`: text with `%{variable}`, `%header{name}`, `\n`, `\t`, `\r`.
struct CurlWriteOut {
  private let summary: CurlSummary
  private let output: Output
  private let errors: Output

  init(_ summary: CurlSummary, _ output: Output, _ errors: Output) {
    self.summary = summary
    self.output = output
    self.errors = errors
  }

  func write(_ format: [UInt8]) {
    var target = output
    var index = 0
    while index < format.count {
      let byte = format[index]
      let next = index + 1 < format.count ? format[index + 1] : 0
      if byte == UInt8(ascii: "\\"), next != 0 {
        switch next {
        case UInt8(ascii: "n"): target.write(10)
        case UInt8(ascii: "r"): target.write(13)
        case UInt8(ascii: "t"): target.write(9)
        default:
          target.write(byte)
          target.write(next)
        }
        index += 2
      } else if byte == UInt8(ascii: "%"), next == UInt8(ascii: "%") {
        target.write(byte)
        index += 2
      } else if byte == UInt8(ascii: "%"), let found = Self.braces(format, index + 1) {
        write(found.function, found.name, &target)
        index = found.end
      } else {
        target.write(byte)
        index += 1
      }
    }
  }

  /// `{name}` or `header{name}` at `start`.
  private static func braces(_ format: [UInt8], _ start: Int)
    -> (function: String, name: String, end: Int)?
  {
    let rest = format[start...]
    let function = rest.prefix { $0 != UInt8(ascii: "{") && Bytes.isLetter($0) }
    let open = start + function.count
    guard open < format.count, format[open] == UInt8(ascii: "{"),
      let close = format[open...].firstIndex(of: UInt8(ascii: "}"))
    else { return nil }
    return (
      String(bytes: function), String(bytes: format[(open + 1)..<close]), close + 1
    )
  }

  private func write(_ function: String, _ name: String, _ target: inout Output) {
    if function == "header" {
      let field = summary.record.head?.fields.last { $0.name.isSameName(as: name) }
      return target.write(field?.value ?? "")
    }
    switch name {
    case "stdout": target = output
    case "stderr": target = errors
    case "json": target.write(json.text)
    case "header_json": target.write(headers)
    case "onerror":
      // What follows is for failures only.
      if summary.failure == nil { target = Output.memory() }
    default:
      guard let value = value(name) else {
        errors.line(Sanitize.escaped("curl: unknown --write-out variable: '\(name)'"))
        return
      }
      target.write(value.plainText)
    }
  }

  // MARK: variables

  enum Value {
    case text(String?)
    case number(Int)
    /// Three digits at least.
    case status(Int)
    case seconds(Double)

    var plainText: String {
      switch self {
      case .text(let text): return text ?? ""
      case .number(let number): return String(number)
      case .status(let status):
        let digits = String(status)
        return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
      case .seconds(let seconds): return fixed(seconds, 6)
      }
    }

    var json: JSON {
      switch self {
      case .text(let text): text.map { .string($0) } ?? .null
      case .number(let number), .status(let number): .number(number)
      case .seconds(let seconds): .decimal(seconds, digits: 6)
      }
    }
  }

  /// In the order of `%{json}`.
  static let names: [StaticString] = [
    "content_type", "errormsg", "exitcode", "filename_effective", "http_code", "http_connect",
    "http_version", "local_ip", "local_port", "method", "num_connects", "num_headers",
    "num_redirects", "num_retries", "proxy_ssl_verify_result", "redirect_url", "referer",
    "remote_ip", "remote_port", "response_code", "scheme", "size_download", "size_header",
    "size_request", "size_upload", "speed_download", "speed_upload", "ssl_verify_result",
    "time_appconnect", "time_connect", "time_namelookup", "time_pretransfer", "time_redirect",
    "time_starttransfer", "time_total", "url", "url_effective", "urlnum",
  ]

  private var json: JSON {
    var members: [(key: String, value: JSON)] = []
    for name in Self.names {
      guard let value = value("\(name)") else { continue }
      members.append((key: "\(name)", value: value.json))
    }
    members.append((key: "curl_version", value: .string("swift-debugbox \(Version.number)")))
    return .object(members)
  }

  /// `{"name":["value",…],…}`, names in lower case, in order of their first appearance.
  private var headers: String {
    var members: [(key: String, value: [JSON])] = []
    for field in summary.record.head?.fields ?? [] {
      let name = field.name.asciiLowercased
      if let index = members.firstIndex(where: { $0.key.sameBytes(as: name) }) {
        members[index].value.append(.string(field.value))
      } else {
        members.append((key: name, value: [.string(field.value)]))
      }
    }
    var text = "{"
    for (index, member) in members.enumerated() {
      if index > 0 { text += ",\n" }
      text += JSON.string(member.key).text + ":" + JSON.array(member.value).text
    }
    return text + "\n}"
  }

  private func value(_ name: String) -> Value? {
    if name.hasPrefix("time_") { return time(name) }
    if name.hasPrefix("size_") || name.hasPrefix("speed_") || name.hasPrefix("num_") {
      return count(name)
    }
    let record = summary.record
    switch name {
    case "content_type": return .text(record.head?.value("content-type"))
    case "errormsg": return .text(summary.failure?.text)
    case "exitcode": return .number(Int(summary.failure?.code.rawValue ?? 0))
    case "filename_effective": return .text(summary.fileName)
    case "http_code", "response_code": return .status(record.head?.status ?? 0)
    case "http_connect": return .status(record.proxyStatus)
    case "http_version": return .text(record.head?.version ?? "0")
    case "local_ip": return .text(record.local?.endpoint?.address.description ?? "")
    case "local_port": return .number(Int(record.local?.endpoint?.port ?? 0))
    case "remote_ip": return .text(record.remote?.endpoint?.address.description ?? "")
    case "remote_port": return .number(Int(record.remote?.endpoint?.port ?? 0))
    case "method": return .text(summary.method)
    case "proxy_ssl_verify_result": return .number(0)
    case "ssl_verify_result": return .number(record.verifyResult)
    case "redirect_url": return .text(summary.redirectURL)
    case "referer": return .text(nil)
    case "scheme": return .text(summary.parsed?.scheme.asciiUppercased)
    case "url": return .text(summary.url)
    case "url_effective": return .text(summary.urlEffective)
    case "urlnum": return .number(summary.number)
    default: return nil
    }
  }

  private func time(_ name: String) -> Value? {
    switch name {
    case "time_namelookup": .seconds(summary.nameLookup)
    case "time_connect": .seconds(summary.connect)
    case "time_appconnect": .seconds(summary.secure)
    case "time_pretransfer": .seconds(summary.preTransfer)
    case "time_starttransfer": .seconds(summary.startTransfer)
    case "time_redirect": .seconds(summary.redirectTime)
    case "time_total": .seconds(summary.total)
    default: nil
    }
  }

  private func count(_ name: String) -> Value? {
    switch name {
    case "size_download": .number(summary.downloaded)
    case "size_upload": .number(summary.uploaded)
    case "size_header": .number(summary.headerSize)
    case "size_request": .number(summary.requestSize)
    case "speed_download": .number(speed(summary.downloaded))
    case "speed_upload": .number(speed(summary.uploaded))
    case "num_connects": .number(summary.connections)
    case "num_headers": .number(summary.record.head?.fields.count ?? 0)
    case "num_redirects": .number(summary.redirects)
    case "num_retries": .number(summary.retries)
    default: nil
    }
  }

  private func speed(_ bytes: Int) -> Int {
    summary.total > 0 ? Int(min(9e15, Double(bytes) / summary.total)) : 0
  }
}
