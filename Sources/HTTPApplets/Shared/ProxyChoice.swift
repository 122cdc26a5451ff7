internal import Box
internal import HTTP
internal import Linux

/// Which proxy the environment names for a URL: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`.
enum ProxyChoice {
  /// - Returns: the proxy's text, and the variable that it comes from.
  static func fromEnvironment(_ url: URL, _ context: Context) -> (text: String, name: String)? {
    let names =
      url.isSecure
      ? ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
      // HTTP_PROXY could be a header of a CGI request.
      : ["http_proxy", "all_proxy", "ALL_PROXY"]
    for name in names {
      if let text = context.variable(name), !text.isEmpty { return (text, name) }
    }
    return nil
  }

  static func isBypassed(_ url: URL, _ list: String?, _ context: Context) -> Bool {
    let list = list ?? context.variable("no_proxy") ?? context.variable("NO_PROXY")
    guard let list, !list.isEmpty else { return false }
    return Proxy.isBypassed(url.host, list)
  }

  static func proxy(_ text: String, _ kind: Proxy.Kind) throws(TransferFailure) -> Proxy {
    do throws(Proxy.Problem) {
      return try Proxy(text, defaultKind: kind)
    } catch {
      switch error {
      case .unsupported(let scheme):
        throw TransferFailure(
          .cannotConnect, "Unsupported proxy scheme for '\(text)': " + scheme)
      case .url(let problem):
        throw TransferFailure(
          .proxyNotFound, "Unsupported proxy syntax in '\(text)': " + problem.description)
      }
    }
  }
}
