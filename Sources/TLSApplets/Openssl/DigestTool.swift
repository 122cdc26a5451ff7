internal import Box
internal import Linux
internal import TLS
internal import Target

/// `openssl dgst`, also by the name of a digest. openssl-dgst(1).
struct DigestTool {
  private let options: WordOptions
  private let tools: Toolbox
  private let digest: Digest
  /// Named by its provider where it was asked for, else as it always was.
  private let title: String

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    let named = arguments.filter { $0.hasPrefix("-") && Digest(String($0.dropFirst())) != nil }
    options = try WordOptions(
      arguments.filter { one in !named.contains { $0.sameBytes(as: one) } }, "dgst",
      flags: "c r hex binary", values: "out hmac sign verify prverify signature passin")
    self.tools = tools
    guard let digest = Digest(named.last.map { String($0.dropFirst()) } ?? "sha256") else {
      throw .usage("dgst: no digest")
    }
    self.digest = digest
    title = named.isEmpty ? digest.name.asciiUppercased : digest.title
  }

  func run() throws(Failure) -> Int32 {
    if let key = options.value("sign") { return try sign(key) }
    if let key = options.value("verify") ?? options.value("prverify") { return try verify(key) }
    let files = options.files
    for file in files {
      let sum: [UInt8]
      if let key = options.value("hmac") {
        sum = digest.of(try tools.read(file), key: key.bytes)
      } else {
        sum = try self.sum(file)
      }
      try tools.write(line(sum, file), options)
    }
    return ExitStatus.success
  }

  private func line(_ sum: [UInt8], _ file: String?) -> [UInt8] {
    if options.has("binary") { return sum }
    let digits = sum.map { hexadecimal($0) }.joined(separator: options.has("c") ? ":" : "")
    if options.has("r") { return "\(digits) *\(file ?? "stdin")\n".bytes }
    let prefix = options.has("hmac") ? "HMAC-" : ""
    return "\(prefix)\(title)(\(file ?? "stdin"))= \(digits)\n".bytes
  }

  private func sum(_ file: String?) throws(Failure) -> [UInt8] {
    guard let running = digest.running() else { throw .message("no memory") }
    let source: File
    if let file {
      source = try tools.paths.location(file).openToRead()
    } else {
      source = try attempt { () throws(SystemError) in try File.standardInput() }
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
    defer { buffer.deallocate() }
    do throws(SystemError) {
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { return running.finish() }
        running.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    } catch {
      throw .system(error.about(file ?? "stdin"))
    }
  }

  private func sign(_ name: String) throws(Failure) -> Int32 {
    let key = try tools.privateKey(name, password: options.value("passin"))
    let bytes = try tools.read(options.operands.first)
    let signature = try tools.told(name) { () throws(TLSFailure) in
      try digest.signature(of: bytes, by: key)
    }
    try tools.write(signature, options)
    return ExitStatus.success
  }

  private func verify(_ name: String) throws(Failure) -> Int32 {
    let key: PublicKey
    if options.has("prverify") {
      key = try tools.privateKey(name, password: options.value("passin")).publicKey
    } else {
      let file = try tools.read(name)
      key = try tools.told(name) { () throws(TLSFailure) in try PublicKey(file) }
    }
    guard let file = options.value("signature") else {
      throw .usage("dgst: -signature FILE is missing")
    }
    let signature = try tools.read(file)
    let isGood = digest.verifies(signature, of: try tools.read(options.operands.first), by: key)
    tools.output.line(isGood ? "Verified OK" : "Verification failure")
    return isGood ? ExitStatus.success : ExitStatus.failure
  }
}

/// `openssl rand`: random bytes. openssl-rand(1).
struct RandTool {
  private let options: WordOptions
  private let tools: Toolbox

  init(_ arguments: [String], _ tools: Toolbox) throws(Failure) {
    options = try WordOptions(arguments, "rand", flags: "hex base64", values: "out")
    self.tools = tools
  }

  func run() throws(Failure) {
    guard let text = options.operands.first, let count = Int(text), count > 0, count <= 1 << 30,
      options.operands.count == 1
    else { throw .usage("rand: one number of bytes, up to 2^30") }
    guard let bytes = LibraryVersion.random(count) else { throw .message("rand: no random bytes") }
    if options.has("base64") {
      try tools.write(Base64.encoded(bytes), options)
    } else if options.has("hex") {
      try tools.write(bytes.flatMap { hexadecimal($0).bytes } + [0x0A], options)
    } else {
      try tools.write(bytes, options)
    }
  }
}
