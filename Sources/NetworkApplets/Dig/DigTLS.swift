internal import Box
internal import DNS
internal import Linux
internal import TLS
internal import Target

/// What `+tls` and its like ask for. RFC 7858, RFC 8310; dig(1) of BIND 9.18.
struct DigTLSOptions {
  var isOn = false
  /// Whether the server's certificate is verified: `+tls-ca`.
  var verifies = false
  /// The CAs, where they are not the usual ones.
  var authorities: String?
  var hostName: String?
  var certificate: String?
  var key: String?

  mutating func apply(_ option: DigPlus, _ isOn: Bool, _ value: String?, _ word: String)
    throws(Failure)
  {
    switch option {
    case .tls: self.isOn = isOn
    case .tlsCa:
      verifies = isOn
      authorities = isOn ? value : nil
    default:
      guard let value, isOn || option == .tlsHostname else {
        throw .usage("\(word): needs a value")
      }
      switch option {
      case .tlsHostname: hostName = isOn ? value : nil
      case .tlsCertfile: certificate = value
      default: key = value
      }
    }
  }
}

/// Makes the connections to servers ones of TLS.
final class DigTLS: ChannelSecurity, Sendable {
  private let names: [(endpoint: Endpoint, name: String)]
  private let options: DigTLSOptions
  nonisolated(unsafe) let settings: TLSOptions

  init(_ lookup: DigLookup, _ servers: [NamedServer], _ context: Context) throws(Failure) {
    options = lookup.tls
    names = servers.map { ($0.endpoint, $0.name) }
    let paths = Paths(context)
    var settings = TLSOptions()
    settings.alpn = ["dot"]
    settings.time = context.clock.now()
    settings.verifiesPeer = options.verifies
    settings.verifiesName = options.verifies
    if options.verifies {
      let files = TrustFiles(paths)
      if let file = options.authorities {
        settings.trust = try files.load([file])
      } else {
        settings.trust = try files.standard()
      }
    }
    if let file = options.certificate {
      settings.certificate = try paths.location(file).contents(limit: Self.fileLimit)
      let key = options.key ?? file
      settings.privateKey = try paths.location(key).contents(limit: Self.fileLimit)
    } else if options.key != nil {
      throw .usage("+tls-keyfile: needs +tls-certfile")
    }
    self.settings = settings
  }

  private static let fileLimit = 1 << 20

  /// The name to send and to look for.
  func name(of server: Endpoint) -> String {
    options.hostName ?? names.first { $0.endpoint == server }?.name ?? server.address.description
  }

  func secure(_ socket: Socket, to server: Endpoint, until deadline: Deadline)
    throws(ChannelError) -> any SecureStream
  {
    var settings = settings
    settings.serverName = name(of: server)
    do throws(TLSFailure) {
      let session = try TLSSession(socket: socket, settings)
      try session.handshake(until: deadline)
      return TLSStream(session)
    } catch {
      throw error.channelError
    }
  }
}

/// A session as the resolver's kind of stream.
private final class TLSStream: SecureStream {
  private let session: TLSSession

  init(_ session: TLSSession) { self.session = session }
  deinit { session.close() }

  func send(_ bytes: [UInt8], until deadline: Deadline) throws(ChannelError) {
    do throws(TLSFailure) {
      try session.writeAll(bytes, until: deadline)
    } catch {
      throw error.channelError
    }
  }

  func receive(into buffer: inout [UInt8], until deadline: Deadline) throws(ChannelError) -> Int {
    do throws(TLSFailure) {
      return try session.read(into: &buffer, until: deadline)
    } catch {
      throw error.channelError
    }
  }
}

extension TLSFailure {
  fileprivate var channelError: ChannelError {
    switch kind {
    case .timedOut: .timedOut
    case .truncated: .ended
    case .certificate(let code): .untrusted(TLSVerdict.text(code))
    default: .insecure(description)
    }
  }
}
