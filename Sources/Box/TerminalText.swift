internal import Linux

extension Context {
  /// From now on standard output is foreign text: a terminal gets it without control characters,
  /// all but the ends of lines and tabs; a pipe or file gets it as it is.
  public func guardTerminal() {
    guard isInteractive, output.filter == nil else { return }
    output.flush()
    output.filter = { bytes in
      var safe: [UInt8] = []
      safe.reserveCapacity(bytes.count + 64)
      for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
        if !safe.isEmpty || line.startIndex > 0 { safe.append(0x0A) }
        // Lines of the network end with a carriage return, too.
        let text = line.last == 0x0D ? line.dropLast() : line
        for (index, part) in text.split(separator: 0x09, omittingEmptySubsequences: false)
          .enumerated()
        {
          if index > 0 { safe.append(0x09) }
          safe += Sanitize.escaped(String(bytes: Array(part))).bytes
        }
      }
      return safe
    }
  }
}
