public import Box
internal import Digests
internal import Linux
internal import Target

/// Prints checksums and sizes of files, POSIX cksum and coreutils cksum(1).
public struct Cksum: Command {
  public init() {}

  public static var manual: Manual<Cksum> {
    Manual(
      "cksum", "Print the CRC checksum and the size of files", family: .text,
      operands: "[FILE]...",
      options: [
        .parsed("a", "algorithm", "TYPE", "Only crc; the others have applets of their own") {
          (_: inout Cksum, text) throws(Failure) in
          guard text == "crc" else {
            throw .usage("-a \(text): only crc; for others md5sum, sha256sum …")
          }
        }
      ],
      examples: [("cksum @/etc/*.conf", "Do two pods have the same files?")],
      standard: "POSIX.1-2017 cksum, coreutils 9.1 cksum(1)",
      deviations: ["-a takes crc only: md5sum, sha256sum and b2sum are applets"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    let paths = Paths(context)
    for operand in operands.isEmpty ? ["-"] : operands {
      do throws(Failure) {
        let source = try TextSource.open(operand, paths)
        var sum = CyclicChecksum()
        try source.forEachPiece { piece in
          sum.add(UnsafeRawBufferPointer(piece))
          return true
        }
        context.output.write("\(sum.finish()) \(sum.size)")
        context.output.line(operands.isEmpty ? "" : " " + operand)
      } catch {
        context.report(error)
      }
    }
  }
}
