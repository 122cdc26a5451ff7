internal import Box
internal import DNS
internal import Linux

/// Names of addresses, from the hosts file and PTR records; each is asked for once.
final class ReverseNames {
  private let resolver: Resolver
  private let clock: Clock
  private var known: [IPAddress: String] = [:]
  /// Set once a server has kept us waiting for nothing: hundreds of addresses would take hours.
  private var hasGivenUp = false

  init(_ context: Context) {
    resolver = Resolver(context)
    clock = context.clock
  }

  private static let patience = 2.0

  /// The first name of an address; nil where it has none or nobody answers.
  func name(of address: IPAddress) -> String? {
    let plain = address.unmapped
    if let name = known[plain] { return name.isEmpty ? nil : name }
    if hasGivenUp { return resolver.hosts.entries(for: plain).first?.names.first }
    let start = clock.monotonic()
    let name = resolver.names(of: plain)?.first
    if name == nil, clock.monotonic().since(start) > Self.patience { hasGivenUp = true }
    known[plain] = name ?? ""
    return name
  }
}

/// The first address of a name.
func hostAddress(_ name: String, _ context: Context) throws(Failure) -> IPAddress {
  let addresses = try Resolver(context).addresses(of: name, family: .v4)
  guard let first = addresses.first else { throw .message("\(name): no address") }
  return first
}
