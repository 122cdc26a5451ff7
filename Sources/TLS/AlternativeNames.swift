internal import COpenSSL
public import Linux

/// A name that a certificate is for, RFC 5280 section 4.2.1.6.
public enum AlternativeName: Equatable, Sendable, CustomStringConvertible {
  case dns(String)
  case address(IPAddress)
  case email(String)
  case uri(String)
  /// Of a kind that no client of TLS looks at, by its tag.
  case other(UInt8)

  public var description: String {
    switch self {
    case .dns(let name): name
    case .address(let address): address.description
    case .email(let text): "email:" + text
    case .uri(let text): text
    case .other(let tag): "[\(tag & 0x1F)]"
    }
  }

  /// The names of an extension's value.
  ///
  /// - Parameter limit: the most that are read.
  static func parse(_ value: [UInt8], limit: Int = 10_000) -> [AlternativeName] {
    var outer = DERReader(value)
    guard let sequence = outer.next(DERReader.Tag.sequence) else { return [] }
    var reader = DERReader(value, sequence.content)
    var names: [AlternativeName] = []
    while names.count < limit, let next = reader.next() {
      let bytes = value[next.content]
      switch next.tag {
      case 0x81: names.append(.email(String(bytes: bytes)))
      case 0x82: names.append(.dns(String(bytes: bytes)))
      case 0x86: names.append(.uri(String(bytes: bytes)))
      case 0x87:
        names.append(IPAddress(bytes: bytes).map { .address($0) } ?? .other(next.tag))
      default: names.append(.other(next.tag))
      }
    }
    return names
  }
}

/// Where a certificate says that more can be had, RFC 5280 section 4.2.2.1.
struct AccessDescriptions {
  private(set) var issuers: [String] = []

  /// id-ad-caIssuers, 1.3.6.1.5.5.7.48.2.
  private static var issuersMethod: [UInt8] { [0x2B, 6, 1, 5, 5, 7, 0x30, 2] }

  init(_ value: [UInt8]) {
    var outer = DERReader(value)
    guard let sequence = outer.next(DERReader.Tag.sequence) else { return }
    var reader = DERReader(value, sequence.content)
    while issuers.count < 100, let one = reader.next(DERReader.Tag.sequence) {
      var parts = DERReader(value, one.content)
      guard let method = parts.next(DERReader.Tag.objectIdentifier), let place = parts.next(0x86)
      else { continue }
      if Array(value[method.content]) == Self.issuersMethod {
        issuers.append(String(bytes: value[place.content]))
      }
    }
  }
}

extension Certificate {
  /// The value of an extension; nil where there is none.
  func value(of identifier: Int32) -> [UInt8]? {
    let index = X509_get_ext_by_NID(handle.pointer, identifier, -1)
    guard index >= 0, let found = X509_get_ext(handle.pointer, index),
      let data = X509_EXTENSION_get_data(found)
    else { return nil }
    return Array(
      UnsafeBufferPointer(start: ASN1_STRING_get0_data(data), count: Int(ASN1_STRING_length(data))))
  }

  /// All names that it is for.
  public var alternativeNames: [AlternativeName] {
    value(of: NID_subject_alt_name).map { AlternativeName.parse($0) } ?? []
  }

  /// Which of its names a host's is: that name, which may have a wildcard; nil where it is none of them.
  public func name(matching host: String) -> String? {
    if let address = IPAddress(host) {
      let bytes = address.bytes
      return X509_check_ip(handle.pointer, bytes, bytes.count, 0) == 1 ? host : nil
    }
    var found: UnsafeMutablePointer<CChar>?
    let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
    guard X509_check_host(handle.pointer, host, 0, flags, &found) == 1, let found else {
      return nil
    }
    defer { cssl_free(found) }
    return String(foreign: found)
  }

  /// Where the issuer's certificate can be had.
  public var issuerAddresses: [String] {
    value(of: NID_info_access).map { AccessDescriptions($0).issuers } ?? []
  }

  /// Words of the key usage; empty where it is not restricted.
  public var keyUsage: [String] {
    let flags = X509_get_key_usage(handle.pointer)
    guard flags != UInt32.max else { return [] }
    let names: [StaticString] = [
      "encipherOnly", "cRLSign", "keyCertSign", "keyAgreement", "dataEncipherment",
      "keyEncipherment", "nonRepudiation", "digitalSignature",
    ]
    return names.indices.reversed().filter { flags & UInt32(1 << $0) != 0 }.map { "\(names[$0])" }
  }

  /// Whether it may be used by a server, or by a client.
  public func isMeant(forServers: Bool) -> Bool {
    X509_check_purpose(
      handle.pointer, forServers ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT, 0) == 1
  }

  public var mustStaple: Bool { value(of: NID_tlsfeature) != nil }
}
