/// The service access points of IEEE 802.2.
enum ServicePoint {
  static func name(_ number: Int) -> String {
    switch number {
    case 0x00: "Null"
    case 0x02: "802.1B"
    case 0x06: "IP"
    case 0x42: "STP"
    case 0xAA: "SNAP"
    case 0xE0: "IPX"
    case 0xF0: "NetBeui"
    case 0xFE: "ISONS"
    default: "Unknown"
    }
  }
}

/// The types of Ethernet frames.
enum EtherType {
  static let ipv4 = 0x0800
  static let arp = 0x0806
  static let reverseARP = 0x8035
  static let ipv6 = 0x86DD

  static func name(_ type: Int) -> StaticString? {
    switch type {
    case 0x0800: "IPv4"
    case 0x0806: "ARP"
    case 0x86DD: "IPv6"
    case 0x8100: "802.1Q"
    case 0x88A8: "802.1Q-QinQ"
    case 0x88CC: "LLDP"
    case 0x8847: "MPLS unicast"
    case 0x8848: "MPLS multicast"
    case 0x8863: "PPPoE D"
    case 0x8864: "PPPoE S"
    case 0x888E: "EAPOL"
    case 0x0600: "NS"
    case 0x0707: "GeoNet (old)"
    case 0x1000: "Trail"
    case 0x1111: "CALM FAST"
    case 0x6001: "MOP DL"
    case 0x6002: "MOP RC"
    case 0x6003: "DN"
    case 0x6004: "LAT"
    case 0x6007: "SCA"
    case 0x6558: "TEB"
    case 0x8035: "Reverse ARP"
    case 0x8038: "Lanbridge"
    case 0x803C: "DEC DNS"
    case 0x803E: "DEC DTS"
    case 0x805B: "VEXP"
    case 0x805C: "VPROD"
    case 0x809B: "Appletalk"
    case 0x80F3: "Appletalk ARP"
    case 0x8137: "IPX"
    case 0x8808: "MPCP"
    case 0x8809: "Slow Protocols"
    case 0x880B: "PPP"
    case 0x886F: "MS NLB heartbeat"
    case 0x8899: "Realtek protocols"
    case 0x88A2: "AoE"
    case 0x88CA: "TIPC"
    case 0x88E5: "802.1AE MACsec"
    case 0x88F7: "PTP"
    case 0x8902: "CFM"
    case 0x893A: "IEEE1905.1"
    case 0x8947: "GeoNet"
    case 0x894F: "NSH"
    case 0x9000: "Loopback"
    case 0x9100: "802.1Q-9100"
    case 0x9200: "802.1Q-9200"
    case 0xABCD: "CFM (old)"
    case 0xD28B: "Arista Vendor Specific Protocol"
    case 0xFEFE: "OSI"
    default: nil
    }
  }
}
