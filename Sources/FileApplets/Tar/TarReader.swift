internal import Archive
internal import Box
internal import Linux
internal import Target

/// Reads the members of an archive one by one.
struct MemberReader {
  private let source: ArchiveSource
  private var decoder = Decoder()
  private let ignoresZeros: Bool

  init(_ source: ArchiveSource, ignoresZeros: Bool = false) {
    self.source = source
    self.ignoresZeros = ignoresZeros
  }

  /// The next member; the caller takes its data. nil at the end.
  mutating func next() throws(Failure) -> Member? {
    var zeros = 0
    while let block = try source.block() {
      do throws(Malformed) {
        switch try decoder.take(block) {
        case .more: zeros = 0
        case .member(let member): return member
        case .zeros:
          zeros += 1
          if zeros == 2, !ignoresZeros { return nil }
        }
      } catch {
        throw source.broken(error.words)
      }
    }
    guard decoder.isAtBoundary else { throw source.broken("unexpected end of the archive") }
    return nil
  }
}

extension Malformed {
  var words: String {
    switch self {
    case .notAnArchive: "does not look like a tar archive"
    case .badHeader: "a header is damaged (checksum)"
    case .badField: "a header is damaged (field)"
    case .tooLong: "an extended header is longer than makes sense"
    }
  }
}

/// Lists or unpacks an archive.
final class TarReader {
  private let tar: Tar
  private let paths: Paths
  private let excludes: [ShellPattern]
  private var listing: TarListing
  private var wanted: [Wanted] = []

  private struct Wanted {
    let operand: Tar.Operand
    let pattern: ShellPattern
    var isFound = false
  }

  init(_ tar: Tar, _ paths: Paths, _ context: Context) throws(Failure) {
    self.tar = tar
    self.paths = paths
    excludes = tar.excludePatterns
    listing = TarListing(tar)
    wanted = tar.operands.map { operand in
      var name = operand.name
      while name.utf8.count > 1, name.hasSuffix("/") { name = String(name.dropLast()) }
      var options: ShellPattern.Options = tar.recurses ? .leadingFolder : []
      if !tar.wildcards { options.insert(.literal) }
      if tar.ignoresCase { options.insert(.ignoreCase) }
      if !tar.matchesSlash { options.insert(.pathName) }
      return Wanted(operand: operand, pattern: ShellPattern(name, options))
    }
  }

  func run(_ action: Tar.Action, _ context: inout Context) throws(Failure) {
    let source = try open()
    var members = MemberReader(source, ignoresZeros: tar.ignoresZeros)
    let isExtracting = action == .extract
    var unpacker: Unpacker?
    if isExtracting, !tar.toOutput { unpacker = Unpacker(tar, paths, context) }
    do throws(Failure) {
      while let member = try members.next() {
        try take(member, source, unpacker, isExtracting, &context)
        if context.output.failure != nil { break }
      }
    } catch {
      // What has been unpacked is finished all the same.
      unpacker?.finish(&context)
      throw error
    }
    unpacker?.finish(&context)
    for name in wanted where !name.isFound {
      context.report(.message("\(name.operand.name): not found in archive", status: 2))
    }
  }

  private func open() throws(Failure) -> ArchiveSource {
    guard let name = tar.archive, name != "-" else {
      if Terminal.isTerminal(0) {
        throw .message("refusing to read an archive from a terminal; use -f or a pipe", status: 2)
      }
      let input = try attempt { () throws(SystemError) in try File.standardInput() }
      return try ArchiveSource(input, named: "standard input", gzip: tar.isGzip)
    }
    return try ArchiveSource(try paths.location(name).openToRead(), named: name, gzip: tar.isGzip)
  }

  private func take(
    _ member: Member, _ source: ArchiveSource, _ unpacker: Unpacker?, _ isExtracting: Bool,
    _ context: inout Context
  ) throws(Failure) {
    let stored = padded(member.storedSize)
    guard let folder = selection(member.name),
      !member.name.withUnsafeBytes({ tar.excludes($0, excludes) })
    else { return try source.skip(stored) }
    if !isExtracting {
      listing.write(member, to: context.output, isLong: tar.verbosity > 0)
      return try source.skip(stored)
    }
    if tar.toOutput {
      if tar.verbosity > 0 { listing.write(member, to: context.errors) }
      return try copyOut(member, source, context.output)
    }
    let start = source.position
    try unpacker?.unpack(member, source, into: folder, &listing, &context)
    try source.skip(stored - (source.position - start))
  }

  /// The folder of the first operand that names the member; nil where none does.
  private func selection(_ name: [UInt8]) -> String? {
    if wanted.isEmpty { return tar.folder }
    let name = name.last == UInt8(ascii: "/") && name.count > 1 ? Array(name.dropLast()) : name
    for index in wanted.indices where wanted[index].pattern.matches(name) {
      wanted[index].isFound = true
      return wanted[index].operand.folder
    }
    return nil
  }

  private func copyOut(_ member: Member, _ source: ArchiveSource, _ output: Output) throws(Failure)
  {
    var rest = member.storedSize
    guard member.kind != .directory, member.kind != .hardLink else {
      return try source.skip(padded(rest))
    }
    var written = 0
    for region in member.regions ?? [Member.Region(offset: 0, count: rest)] {
      while written < region.offset {
        let gap = min(65536, region.offset - written)
        output.write(repeatElement(0, count: gap))
        written += gap
      }
      var left = region.count
      while left > 0 {
        let bytes = try source.bytes(left)
        output.write(bytes)
        left -= bytes.count
      }
      written += region.count
      rest -= region.count
    }
    while written < member.size, member.regions != nil {
      let gap = min(65536, member.size - written)
      output.write(repeatElement(0, count: gap))
      written += gap
    }
    try source.skip(rest + padded(member.storedSize) - member.storedSize)
  }
}
