internal import COpenSSL
internal import Linux

/// How names are written: flags of OpenSSL's by the words of openssl-namedisplay-options(1).
public struct NameOptions {
  var flags: UInt = cssl_name_one_line()

  public init() {}

  /// Adds a list: `oneline,-esc_msb,utf8`; what is no option is thrown back.
  public mutating func apply(_ list: String) throws(TLSFailure) {
    flags = try applied(flags, list, isFirst: &isUntouched) { cssl_find_name_option($0) }
    // Without a separator nothing can be printed.
    if flags & UInt(XN_FLAG_SEP_MASK) == 0, flags != 0 { flags |= cssl_name_separator() }
  }

  private var isUntouched = true
}

/// What the text of a certificate leaves out, by the words of openssl-x509(1).
public struct TextOptions {
  var flags: UInt = 0
  private var isUntouched = true

  public init() {}

  public mutating func apply(_ list: String) throws(TLSFailure) {
    flags = try applied(flags, list, isFirst: &isUntouched) { cssl_find_text_option($0) }
  }
}

/// `flags` after the words of `list`; the first list of all starts from none.
private func applied(
  _ flags: UInt, _ list: String, isFirst: inout Bool,
  _ find: (String) -> UnsafePointer<cssl_name_option>?
) throws(TLSFailure) -> UInt {
  var flags = isFirst ? 0 : flags
  isFirst = false
  for word in list.split(separator: ",") {
    var name = String(word)
    let clears = name.hasPrefix("-")
    if clears || name.hasPrefix("+") { name = String(name.dropFirst()) }
    guard let option = find(name) else {
      throw TLSFailure(.setting, "\(name): no such option")
    }
    flags &= ~option.pointee.cleared
    if clears { flags &= ~option.pointee.flags } else { flags |= option.pointee.flags }
  }
  return flags
}

extension DistinguishedName {
  /// As `openssl x509 -subject -nameopt` writes it, behind `title`.
  public func text(_ options: NameOptions, title: String) -> [UInt8] {
    let isMultiline = options.flags & UInt(XN_FLAG_SEP_MASK) == cssl_name_multiline()
    if options.flags == 0 { return (title + compatibleText + "\n").bytes }
    if isMultiline {
      return (title + "\n" + text(flags: options.flags, indent: 4) + "\n").bytes
    }
    return (title + text(flags: options.flags) + "\n").bytes
  }
}

extension Certificate {
  /// As `openssl x509 -text` prints it.
  public func text(_ names: NameOptions = NameOptions(), _ options: TextOptions = TextOptions())
    -> [UInt8]
  {
    OpenSSL.printed { X509_print_ex($0, handle.pointer, names.flags, options.flags) }
  }

  /// As `openssl x509 -ext` prints the extension of that short or long name; nil where the name is unknown.
  public func text(extension name: String) -> [UInt8]? {
    var identifier = OBJ_sn2nid(name)
    if identifier == NID_undef { identifier = OBJ_ln2nid(name) }
    guard identifier != NID_undef else { return nil }
    return OpenSSL.printed {
      _ = cssl_print_extensions($0, X509_get0_extensions(handle.pointer), identifier)
    }
  }

  public var hasExtensions: Bool { cssl_extension_count(X509_get0_extensions(handle.pointer)) > 0 }

  /// As `openssl x509 -purpose` prints it.
  public var purposes: [(name: String, isLeaf: Bool, caCode: Int)] {
    (0..<X509_PURPOSE_get_count()).map { index in
      let purpose = X509_PURPOSE_get0(index)
      let number = X509_PURPOSE_get_id(purpose)
      return (
        X509_PURPOSE_get0_name(purpose).map { String(foreign: $0) } ?? "",
        X509_check_purpose(handle.pointer, number, 0) == 1,
        Int(X509_check_purpose(handle.pointer, number, 1))
      )
    }
  }

  /// What folders of certificates name their files by.
  public var subjectHash: UInt { X509_subject_name_hash(handle.pointer) }
  public var issuerHash: UInt { X509_issuer_name_hash(handle.pointer) }

  public var emails: [String] { Self.texts(X509_get1_email(handle.pointer)) }
  /// Where its revocation can be asked for, RFC 6960.
  public var ocspAddresses: [String] { Self.texts(X509_get1_ocsp(handle.pointer)) }

  private static func texts(_ stack: OpaquePointer?) -> [String] {
    guard let stack else { return [] }
    defer { cssl_free_texts(stack) }
    return (0..<cssl_text_count(stack)).compactMap { index in
      cssl_text(stack, index).map { String(foreign: $0) }
    }
  }

  public func isFor(email: String) -> Bool {
    X509_check_email(handle.pointer, email, 0, 0) == 1
  }

  /// `notBefore` and `notAfter` as ISO 8601.
  public var validityISO: (begin: String, end: String) {
    (
      String(
        bytes: OpenSSL.printed { _ = cssl_print_date($0, X509_get0_notBefore(handle.pointer), 1) }),
      String(
        bytes: OpenSSL.printed { _ = cssl_print_date($0, X509_get0_notAfter(handle.pointer), 1) })
    )
  }

  /// The key as the certificate holds it: SubjectPublicKeyInfo, DER.
  public var keyInfo: [UInt8] {
    OpenSSL.encoded { i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle.pointer), &$0) }
  }

  /// The bytes of the key alone, which OCSP hashes.
  public var keyBits: [UInt8] {
    guard let bits = X509_get0_pubkey_bitstr(handle.pointer) else { return [] }
    return Array(
      UnsafeBufferPointer(start: ASN1_STRING_get0_data(bits), count: Int(ASN1_STRING_length(bits))))
  }

  /// The type of the key as s_client prints it: `rsaEncryption`.
  public var keyAlgorithm: String {
    var algorithm: OpaquePointer?
    X509_PUBKEY_get0_param(
      &algorithm, nil, nil, nil, X509_get_X509_PUBKEY(handle.pointer))
    return OBJ_nid2ln(OBJ_obj2nid(algorithm)).map { String(foreign: $0) } ?? "UNDEF"
  }
}

extension PEM {
  /// A block with this label.
  public static func text(_ label: StaticString, _ der: [UInt8]) -> [UInt8] {
    "-----BEGIN \(label)-----\n".bytes + Base64.encoded(der) + "-----END \(label)-----\n".bytes
  }
}
