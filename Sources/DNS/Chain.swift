public import Linux

/// Where a chain of aliases leads within one answer.
public struct Chain: Sendable {
  /// The last name.
  public var name: DomainName
  /// Names on the way, the first being the one asked for.
  public var aliases: [DomainName] = []
  public var records: [Record] = []
  /// The aliases lead back to themselves.
  public var isLoop = false

  public var hasRecords: Bool { !records.isEmpty }

  public var addresses: [IPAddress] { records.compactMap { $0.address } }
}

extension Record {
  /// The address in an A or AAAA record.
  public var address: IPAddress? {
    type == .a || type == .aaaa ? IPAddress(bytes: data) : nil
  }
}

extension Message {
  /// Aliases that are followed; more is no answer of an honest server.
  public static let longestChain = 64

  /// Follows the aliases from `name` to records of `type`, within the answer section.
  public func chain(from name: DomainName, _ type: RecordType) -> Chain {
    var chain = Chain(name: name)
    while chain.aliases.count <= Self.longestChain {
      let here = answers.filter { $0.name.isSame(as: chain.name) }
      chain.records = here.filter { $0.type == type || type == .any }
      if chain.hasRecords { return chain }
      guard let alias = here.first(where: { $0.type == .cname }), let next = alias.target else {
        return chain
      }
      chain.aliases.append(chain.name)
      if chain.aliases.contains(where: { $0.isSame(as: next) }) {
        chain.isLoop = true
        return chain
      }
      chain.name = next
    }
    chain.isLoop = true
    return chain
  }
}
