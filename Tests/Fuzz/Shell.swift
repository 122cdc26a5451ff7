import Shell

/// Nothing breaks the parser of the shell, and what it reads can be written down.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let symbols = SymbolTable()
  symbols.intern("a").alias = Alias(Bytes("b ".utf8))
  symbols.intern("b").alias = Alias(Bytes("a\n".utf8))
  let parser = ShellParser(bytes, symbols: symbols, deepest: 60)
  do throws(SyntaxError) {
    while let list = try parser.next() { _ = Unparser.text(list) }
  } catch {
    precondition(error.line >= 1)
  }
  return 0
}
