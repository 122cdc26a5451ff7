public import Box
internal import Linux
public import Target

/// Reads the files that say whom to believe, through the one funnel of paths.
public struct TrustFiles {
  private let paths: Paths

  /// Where the image, Debian and most others keep the bundle, and where the rest do.
  static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
  ]
  private static let fileLimit = 16 << 20
  private static let entryLimit = 4096

  public init(_ paths: Paths) { self.paths = paths }

  /// What `SSL_CERT_FILE` and `SSL_CERT_DIR` name, else the bundle of the image; nothing where there is none.
  public func standard() throws(Failure) -> Trust {
    let context = paths.context
    if let file = context.variable("SSL_CERT_FILE"), !file.isEmpty { return try load([file]) }
    if let folder = context.variable("SSL_CERT_DIR"), !folder.isEmpty { return try load([folder]) }
    for bundle in Self.bundles {
      guard let file = try? context.root.open(bundle, .read),
        let bytes = try? file.contents(limit: Self.fileLimit)
      else { continue }
      return Trust([bytes])
    }
    return Trust()
  }

  /// The certificates of files and folders, in a target too: `@1:/etc/ssl/certs`.
  ///
  /// - Throws: where one cannot be read, or there is no certificate in it.
  public func load(_ arguments: [String]) throws(Failure) -> Trust {
    var files: [[UInt8]] = []
    for argument in arguments {
      let location = try paths.location(argument)
      let read =
        try location.status(follow: true).kind == .directory
        ? try folder(location) : [try location.contents(limit: Self.fileLimit)]
      guard read.contains(where: { !PEM.certificates($0).isEmpty }) else {
        throw .message("\(argument): no certificates in it")
      }
      files += read
    }
    return Trust(files)
  }

  /// The bundle of a folder, or all that is in it where it has none.
  private func folder(_ location: Location) throws(Failure) -> [[UInt8]] {
    let bundle = location.child("ca-certificates.crt")
    if let bytes = try? bundle.contents(limit: Self.fileLimit) { return [bytes] }
    var files: [[UInt8]] = []
    let directory = try location.directory()
    let entries = try location.told { () throws(SystemError) in try directory.entries() }
    for entry in entries.prefix(Self.entryLimit) where isCertificate(entry.name) {
      // One that cannot be read must not hide the others.
      if let bytes = try? location.child(entry.name).contents(limit: Self.fileLimit) {
        files.append(bytes)
      }
    }
    return files
  }

  /// `.pem`, `.crt`, `.cer`, and the hashed names of OpenSSL's folders (`9d04f354.0`).
  private func isCertificate(_ name: String) -> Bool {
    if name.hasSuffix(".pem") || name.hasSuffix(".crt") || name.hasSuffix(".cer") { return true }
    let bytes = name.utf8
    return bytes.count == 10 && name.hasSuffix(".0")
  }
}
