internal import Box
internal import HTTP
internal import Linux
internal import Target

/// A file of logins: `machine HOST login USER password PASSWORD`, `default`, `macdef`.
struct CurlNetrc {
  private var words: [String] = []

  init(_ file: [UInt8]) {
    var isMacro = false
    for line in file.split(separator: 10, omittingEmptySubsequences: false) {
      // A macro ends at an empty line.
      if isMacro {
        isMacro = !Bytes.trimmed(line).isEmpty
        continue
      }
      for word in line.split(whereSeparator: { $0 == 0x20 || $0 == 9 || $0 == 13 }) {
        if word.first == UInt8(ascii: "#") { break }
        if Bytes.equal(word, "macdef") {
          isMacro = true
          break
        }
        words.append(String(bytes: word))
      }
    }
  }

  func login(_ host: String) -> (user: String, password: String)? {
    var matches = false
    var user: String?
    var password: String?
    var index = 0
    while index < words.count {
      let next = index + 1 < words.count ? words[index + 1] : ""
      switch words[index] {
      case "machine":
        if matches, user != nil || password != nil { return (user ?? "", password ?? "") }
        matches = next.isSameName(as: host)
        index += 1
      case "default":
        if matches, user != nil || password != nil { return (user ?? "", password ?? "") }
        matches = true
      case "login":
        if matches { user = next }
        index += 1
      case "password":
        if matches { password = next }
        index += 1
      default: break
      }
      index += 1
    }
    return matches && (user != nil || password != nil) ? (user ?? "", password ?? "") : nil
  }
}

extension CurlSession {
  func netrcLogin(_ host: String) -> (user: String, password: String)? {
    guard let name = settings.netrc else { return nil }
    let path = name.isEmpty ? (context.variable("HOME") ?? "") + "/.netrc" : name
    do throws(Failure) {
      return CurlNetrc(try CurlFile.contents(path, paths)).login(host)
    } catch {
      if !name.isEmpty { warn(error.text ?? path) }
      return nil
    }
  }
}
