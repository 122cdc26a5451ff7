internal import ICMP
internal import Linux

extension Complaint {
  /// As ping of iputils says it.
  var pingWords: String {
    switch kind {
    case .tooBig:
      return family == .v4
        ? "Frag needed and DF set (mtu = \(info))" : "Packet too big: mtu=\(info)"
    case .sourceQuench: return "Source Quench"
    case .redirect: return "Redirect " + (code == 0 ? "Network" : "Host")
    case .timeExceeded where family == .v4:
      return code == 0 ? "Time to live exceeded" : "Frag reassembly time exceeded"
    case .timeExceeded:
      return "Time exceeded: " + (code == 0 ? "Hop limit" : "Defragmentation failure")
    case .parameterProblem where family == .v4: return "Parameter problem: pointer = \(info)"
    case .parameterProblem:
      return "Parameter problem: "
        + (code == 0 ? "Wrong header field " : code == 1 ? "Unknown header " : "Unknown option ")
        + "at \(info)"
    case .unreachable where family == .v4: return "\(destination4)"
    case .unreachable: return "Destination unreachable: \(destination6)"
    case .other: return "Bad ICMP type: \(type)"
    }
  }

  private var destination4: StaticString {
    switch code {
    case 0: "Destination Net Unreachable"
    case 1: "Destination Host Unreachable"
    case 2: "Destination Protocol Unreachable"
    case 3: "Destination Port Unreachable"
    case 5: "Source Route Failed"
    case 6: "Destination Net Unknown"
    case 7: "Destination Host Unknown"
    case 8: "Source Host Isolated"
    case 9: "Destination Net Prohibited"
    case 10: "Destination Host Prohibited"
    case 11: "Destination Net Unreachable for Type of Service"
    case 12: "Destination Host Unreachable for Type of Service"
    case 13: "Packet filtered"
    case 14: "Precedence Violation"
    case 15: "Precedence Cutoff"
    default: "Dest Unreachable, Bad Code"
    }
  }

  private var destination6: StaticString {
    switch code {
    case 0: "No route"
    case 1: "Administratively prohibited"
    case 2: "Beyond scope of source address"
    case 3: "Address unreachable"
    case 4: "Port unreachable"
    default: "Unknown code"
    }
  }

  /// As fping says it.
  var fpingWords: String {
    switch kind {
    case .timeExceeded: return "ICMP Time Exceeded"
    case .sourceQuench: return "ICMP Source Quench"
    case .redirect: return "ICMP Redirect"
    case .parameterProblem: return "ICMP Parameter Problem"
    case .tooBig where family == .v6: return "ICMP Packet Too Big"
    case .tooBig: return "ICMP Unreachable (Fragmentation Needed and DF set)"
    case .unreachable where family == .v6: return "ICMP Unreachable (\(words))"
    case .unreachable: return "\(fping4)"
    case .other: return "ICMP type \(type)"
    }
  }

  private var fping4: StaticString {
    switch code {
    case 0: "ICMP Network Unreachable"
    case 1: "ICMP Host Unreachable"
    case 2: "ICMP Protocol Unreachable"
    case 3: "ICMP Port Unreachable"
    case 5: "ICMP Source Route Failed"
    case 6: "ICMP Unreachable (Network Unknown)"
    case 7: "ICMP Unreachable (Host Unknown)"
    case 9: "ICMP Unreachable (Communication with Network Prohibited)"
    case 10: "ICMP Unreachable (Communication with Host Prohibited)"
    case 13: "ICMP Unreachable (Communication Administratively Prohibited)"
    default: "ICMP Unreachable"
    }
  }

  /// The mark that traceroute puts behind a time: `!H`, `!N`, `!F-1400`.
  var traceMark: String {
    switch kind {
    case .tooBig: return "!F-" + String(info)
    case .unreachable where family == .v4:
      switch code {
      case 0, 6, 11: return "!N"
      case 1, 7, 8, 12: return "!H"
      case 2: return "!P"
      case 5: return "!S"
      case 9, 10, 13: return "!X"
      case 14: return "!V"
      case 15: return "!C"
      default: return "!<\(code)>"
      }
    case .unreachable:
      switch code {
      case 0: return "!N"
      case 1: return "!X"
      case 2: return "!S"
      case 3: return "!H"
      default: return "!<\(code)>"
      }
    case .parameterProblem: return family == .v6 && code == 1 ? "!P" : "!<\(type)-\(code)>"
    default: return "!<\(type)-\(code)>"
    }
  }
}
