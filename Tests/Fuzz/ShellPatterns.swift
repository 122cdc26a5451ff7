import Shell

/// Nothing breaks patterns, arithmetic and the escapes of quotes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: min(count, 200)))
  let half = bytes.count / 2
  let (pattern, text) = (Bytes(bytes[..<half]), Bytes(bytes[half...]))
  let glob = GlobPattern(pattern, extended: true)
  _ = glob.matches(text)
  if let ends = glob.ends(text, from: 0) {
    precondition(ends.shortest <= ends.longest && ends.longest <= text.count)
  }
  if let suffix = glob.suffix(text, longest: true) { precondition(suffix <= text.count) }
  var parser = ArithmeticParser(bytes, symbols: SymbolTable())
  _ = try? parser.whole()
  for style in [EscapeStyle.dollarQuote, .echo, .format, .argument] { _ = unescape(bytes, style) }
  precondition(!Quoting.ansi(bytes).isEmpty && !Quoting.single(bytes).isEmpty)
  return 0
}
