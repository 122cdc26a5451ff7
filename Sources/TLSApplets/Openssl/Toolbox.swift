internal import Box
internal import Linux
internal import TLS
internal import Target

/// What every subcommand works with: its name, the world, and files through the one funnel.
struct Toolbox {
  let command: String
  let context: Context
  let paths: Paths

  static let fileLimit = 64 << 20

  init(_ command: String, _ context: Context) {
    self.command = command
    self.context = context
    paths = Paths(context)
  }

  var output: Output { context.output }

  /// A whole file; nil and `-` are standard input.
  func read(_ name: String?) throws(Failure) -> [UInt8] {
    guard let name, !name.sameBytes(as: "-") else {
      let file = try attempt { () throws(SystemError) in try File.standardInput() }
      return try attempt { () throws(SystemError) in try file.contents(limit: Self.fileLimit) }
    }
    return try paths.location(name).contents(limit: Self.fileLimit)
  }

  /// A certificate of a file, PEM or DER.
  func certificate(_ name: String?) throws(Failure) -> Certificate {
    let file = try read(name)
    guard let der = PEM.certificates(file).first, let certificate = Certificate(der: der) else {
      throw .message("\(shown(name)): no certificate in it")
    }
    return certificate
  }

  func privateKey(_ name: String?, password: String?) throws(Failure) -> PrivateKey {
    let file = try read(name)
    let word = try self.password(password)
    return try told(shown(name)) { () throws(TLSFailure) in
      try PrivateKey(file, password: word)
    }
  }

  func shown(_ name: String?) -> String {
    name.map { $0.sameBytes(as: "-") ? "standard input" : $0 } ?? "standard input"
  }

  /// Runs `body` and tells its failure about `subject`.
  func told<Value>(_ subject: String, _ body: () throws(TLSFailure) -> Value) throws(Failure)
    -> Value
  {
    do throws(TLSFailure) {
      return try body()
    } catch {
      throw .message("\(subject): \(error.description)")
    }
  }

  /// A password by its source: `pass:WORD`, `env:NAME`, `file:PATH`, openssl-passphrase-options(1).
  func password(_ source: String?) throws(Failure) -> String? {
    guard let source else { return nil }
    if source.hasPrefix("pass:") { return String(source.dropFirst(5)) }
    if source.hasPrefix("env:") {
      let name = String(source.dropFirst(4))
      guard let value = context.variable(name) else { throw .message("\(name): not set") }
      return value
    }
    if source.hasPrefix("file:") {
      let file = try read(String(source.dropFirst(5)))
      return String(bytes: file.prefix { $0 != 0x0A && $0 != 0x0D })
    }
    throw .usage("\(command): \(source): a password is pass:WORD, env:NAME or file:PATH")
  }

  /// Whom to believe: `-CAfile`, `-CApath`, `-trusted`, else the standard bundle.
  func trust(_ options: WordOptions) throws(Failure) -> Trust {
    let named = options.values("CAfile") + options.values("CApath") + options.values("trusted")
    if !named.isEmpty { return try TrustFiles(paths).load(named) }
    if options.has("no-CAfile") { return Trust() }
    return try TrustFiles(paths).standard()
  }

  /// The options for names that `-nameopt` gave.
  func nameOptions(_ options: WordOptions) throws(Failure) -> NameOptions {
    var names = NameOptions()
    for list in options.values("nameopt") {
      do throws(TLSFailure) {
        try names.apply(list)
      } catch {
        throw .usage("\(command): -nameopt: \(error.description)")
      }
    }
    return names
  }

  /// Writes to `-out`, or standard output.
  func write(_ bytes: [UInt8], _ options: WordOptions) throws(Failure) {
    guard let name = options.value("out") else {
      output.write(bytes)
      return
    }
    let place = try paths.location(name)
    let file = try place.open([.write, .create, .truncate])
    try place.told { () throws(SystemError) in
      var failure: SystemError?
      bytes.withUnsafeBytes { raw in
        do throws(SystemError) { try file.write(raw) } catch { failure = error }
      }
      if let failure { throw failure }
    }
  }

  /// Whether `-inform` or `-outform` says DER.
  func isDER(_ name: StaticString, _ options: WordOptions) throws(Failure) -> Bool {
    guard let form = options.value(name) else { return false }
    switch form.asciiLowercased {
    case "pem": return false
    case "der": return true
    default: throw .usage("\(command): -\(name): \(form): PEM or DER")
    }
  }
}

/// `AA:BB:CC`.
func colonText(_ bytes: [UInt8]) -> String {
  bytes.map { hexadecimal($0).asciiUppercased }.joined(separator: ":")
}

/// Two digits.
func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

/// Eight digits, as `-hash` prints them.
func hashText(_ value: UInt) -> String {
  let digits = String(value & 0xFFFF_FFFF, radix: 16)
  return String(repeating: "0", count: 8 - digits.utf8.count) + digits
}
