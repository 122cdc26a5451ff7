extension RecordKind {
  /// What is known of the type `code`; nil where nothing is.
  init?(_ code: UInt16) {
    switch code {
    case 1: self = .a
    case 2: self = .ns
    case 3: self = .md
    case 4: self = .mf
    case 5: self = .cname
    case 6: self = .soa
    case 7: self = .mb
    case 8: self = .mg
    case 9: self = .mr
    case 10: self = .null
    case 12: self = .ptr
    case 13: self = .hinfo
    case 14: self = .minfo
    case 15: self = .mx
    case 16: self = .txt
    case 17: self = .rp
    case 18: self = .afsdb
    case 19: self = .x25
    case 20: self = .isdn
    case 21: self = .rt
    case 22: self = .nsap
    case 24: self = .sig
    case 25: self = .key
    case 26: self = .px
    case 27: self = .gpos
    case 28: self = .aaaa
    case 29: self = .loc
    case 33: self = .srv
    case 35: self = .naptr
    case 36: self = .kx
    case 37: self = .cert
    case 39: self = .dname
    case 42: self = .apl
    case 43: self = .ds
    case 44: self = .sshfp
    case 45: self = .ipseckey
    case 46: self = .rrsig
    case 47: self = .nsec
    case 48: self = .dnskey
    case 49: self = .dhcid
    case 50: self = .nsec3
    case 51: self = .nsec3param
    case 52: self = .tlsa
    case 53: self = .smimea
    case 55: self = .hip
    case 56: self = .ninfo
    case 57: self = .rkey
    case 58: self = .talink
    case 59: self = .cds
    case 60: self = .cdnskey
    case 61: self = .openpgpkey
    case 62: self = .csync
    case 63: self = .zonemd
    case 64: self = .svcb
    case 65: self = .https
    case 99: self = .spf
    case 104: self = .nid
    case 105: self = .l32
    case 106: self = .l64
    case 107: self = .lp
    case 108: self = .eui48
    case 109: self = .eui64
    case 249: self = .tkey
    case 250: self = .tsig
    case 256: self = .uri
    case 257: self = .caa
    case 258: self = .avc
    case 32768: self = .ta
    case 32769: self = .dlv
    default: return nil
    }
  }
}
