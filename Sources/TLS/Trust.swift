internal import COpenSSL
internal import Linux

/// The certificates that are believed, as files hold them: PEM or DER.
///
/// A bundle of 140 CAs takes OpenSSL tens of milliseconds to load; only those that issued something
/// in a chain are handed over, found by the bytes of their subject.
public final class Trust {
  private let files: [[UInt8]]
  private lazy var roots = Self.index(files)

  /// A certificate of the files.
  struct Entry {
    let der: [UInt8]
    let subject: Range<Int>
  }

  public init(_ files: [[UInt8]] = []) { self.files = files }

  public var isEmpty: Bool { roots.isEmpty }
  public var count: Int { roots.count }

  private static func index(_ files: [[UInt8]]) -> [Entry] {
    var entries: [Entry] = []
    for file in files {
      for der in PEM.certificates(file) {
        guard let names = CertificateNames(der) else { continue }
        entries.append(Entry(der: der, subject: names.subject))
      }
    }
    return entries
  }

  /// Puts into `store` who may have issued the certificates of `chain`, or all where somebody is missing.
  func supply(_ store: OpaquePointer, for chain: [[UInt8]]) {
    var added = Set<Int>()
    var wanted = chain
    var isComplete = true
    var next = 0
    while next < wanted.count {
      defer { next += 1 }
      guard let names = CertificateNames(wanted[next]) else { continue }
      let issuer = wanted[next][names.issuer]
      var isFound = false
      for (index, entry) in roots.enumerated() where entry.der[entry.subject] == issuer {
        isFound = true
        guard added.insert(index).inserted else { continue }
        Self.add(entry.der, to: store)
        wanted.append(entry.der)
      }
      if !isFound {
        isFound = chain.contains { other in
          CertificateNames(other).map { other[$0.subject] == issuer } ?? false
        }
      }
      if !isFound { isComplete = false }
    }
    if isComplete, !added.isEmpty { return }
    // Names that differ in case or spacing are the same to OpenSSL.
    for (index, entry) in roots.enumerated() where !added.contains(index) {
      Self.add(entry.der, to: store)
    }
  }

  private static func add(_ der: [UInt8], to store: OpaquePointer) {
    guard let certificate = Certificate(der: der) else { return }
    X509_STORE_add_cert(store, certificate.handle.pointer)
  }
}
