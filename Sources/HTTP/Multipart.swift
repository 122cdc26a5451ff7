internal import Linux

/// The bytes between the parts of a form, RFC 7578.
public struct Multipart {
  public let boundary: String

  public init(boundary: String) { self.boundary = boundary }

  /// With a boundary that nobody can foretell.
  public init() {
    var text = String(repeating: "-", count: 24)
    for byte in Random.bytes(8) { text += String(bytes: Bytes.hex(byte, upper: false)) }
    self.init(boundary: text)
  }

  public var contentType: String { "multipart/form-data; boundary=" + boundary }

  /// What stands in front of the contents of a part.
  public func head(
    name: String, fileName: String?, type: String?, headers: [String] = [], isFirst: Bool
  ) -> [UInt8] {
    var text = (isFirst ? "--" : "\r\n--").bytes + boundary.bytes
    text += "\r\nContent-Disposition: form-data; name=\"".bytes + Self.quoted(name) + [0x22]
    if let fileName { text += "; filename=\"".bytes + Self.quoted(fileName) + [0x22] }
    if let type { text += "\r\nContent-Type: ".bytes + type.bytes }
    for header in headers { text += "\r\n".bytes + header.bytes }
    return text + "\r\n\r\n".bytes
  }

  /// What stands behind the last part.
  public func tail(isEmpty: Bool) -> [UInt8] {
    ((isEmpty ? "--" : "\r\n--") + boundary + "--\r\n").bytes
  }

  /// As browsers do it: quotes and line ends percent-encoded.
  private static func quoted(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    for byte in text.bytes {
      if byte == 0x22 || byte == 13 || byte == 10 {
        result.append(0x25)
        result += Bytes.hex(byte)
      } else {
        result.append(byte)
      }
    }
    return result
  }

  /// The type that the ending of a file's name stands for.
  public static func type(of fileName: String) -> String {
    let endings: [(StaticString, StaticString)] = [
      (".gif", "image/gif"), (".jpg", "image/jpeg"), (".jpeg", "image/jpeg"),
      (".png", "image/png"), (".svg", "image/svg+xml"), (".txt", "text/plain"),
      (".htm", "text/html"), (".html", "text/html"), (".pdf", "application/pdf"),
      (".xml", "application/xml"),
    ]
    let name = fileName.asciiLowercased
    for (ending, type) in endings where name.hasSuffix("\(ending)") { return "\(type)" }
    return "application/octet-stream"
  }
}
