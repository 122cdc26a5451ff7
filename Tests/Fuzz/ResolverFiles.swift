import DNS
import Linux

/// The first byte tells which file: resolv.conf(5), hosts(5) or nsswitch.conf(5) of a target.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let all = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(all[1...])
  switch all[0] {
  case UInt8(ascii: "h"):
    let hosts = HostsFile(bytes)
    precondition(hosts.entries.count <= bytes.count)
    for entry in hosts.entries {
      precondition(!entry.names.isEmpty && IPAddress(entry.address.description) != nil)
    }
    _ = hosts.entries(named: "localhost")
  case UInt8(ascii: "n"): precondition(NameServices(bytes).services.count >= 1)
  case UInt8(ascii: "a"):
    if let address = IPAddress(String(bytes: bytes)) {
      precondition(IPAddress(address.description) == address)
    }
    _ = Endpoint(String(bytes: bytes))
    _ = EDNSOption.subnet(String(bytes: bytes))
  default:
    let configuration = ResolverConfiguration(bytes)
    precondition(configuration.ndots <= 15 && configuration.servers.count <= 32)
    for candidate in configuration.candidates("a.b") { _ = try? DomainName(candidate.name) }
  }
  return 0
}
