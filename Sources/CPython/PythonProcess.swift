public import Box
public import ELF
internal import Linux
internal import ProcFS
internal import Target

/// A process with CPython in it: which file holds the interpreter, and where its runtime lies.
public struct PythonProcess {
  /// The interpreter's file, as the process names it.
  public let path: String
  /// `3.11.7`; the minor version alone where the file does not tell.
  public let version: String
  public let memory: ByteSource
  public let stacks: PythonStacks

  public init(_ context: Context, _ pid: Int32) throws(Failure) {
    let paths = Paths(context)
    let maps = try paths.location("/proc/\(pid)/maps").contents(limit: 16 << 20)
    guard let (mapping, minor) = Self.interpreter(maps) else {
      throw .message("\(pid): is no Python process (no python3.N or libpython3.N in it)")
    }
    path = mapping.path
    let place = try paths.location("/proc/\(pid)/root" + mapping.path)
    guard let file = ELFFile(ByteSource(try place.openToRead())), let symbol = Self.runtime(file)
    else { throw .message("\(pid): \(mapping.path): has no _PyRuntime; stripped?") }
    version = Self.version(file, minor) ?? "3.\(minor)"
    let low = file.segments.filter { $0.type == 1 }.map { $0.address & ~0xFFF }.min() ?? 0
    let bias = file.isPositionIndependent ? mapping.start &- mapping.offset &- low : 0
    memory = ByteSource(try paths.location("/proc/\(pid)/mem").open(.read))
    stacks = try PythonStacks(memory: memory, runtime: symbol &+ bias, minor: minor)
  }

  /// By the symbol, else by the section of its own that it has from 3.11 on.
  private static func runtime(_ file: ELFFile) -> UInt64? {
    file.symbol("_PyRuntime") ?? file.section(".PyRuntime").map { $0.address }
  }

  /// The text of PY_VERSION among the constants.
  private static func version(_ file: ELFFile, _ minor: Int) -> String? {
    guard let section = file.section(".rodata"), let bytes = file.contents(section, limit: 16 << 20)
    else { return nil }
    let wanted = Array("3.\(minor).".utf8)
    var index = 1
    while let found = bytes[index...].firstIndex(of: UInt8(ascii: "3")) {
      index = found + 1
      // The linker may have made it the end of a longer text.
      guard !(0x2E...0x39).contains(bytes[found - 1]) || bytes[found - 1] == UInt8(ascii: "/"),
        bytes[found...].starts(with: wanted)
      else { continue }
      let text = bytes[found...].prefix { $0 != 0 }
      let isVersion = text.allSatisfy { ($0 >= 0x2E && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x7A) }
      if isVersion, text.count > wanted.count, text.count < 16 { return String(bytes: text) }
    }
    return nil
  }

  struct Mapping {
    let start: UInt64
    let offset: UInt64
    let path: String
  }

  /// The first mapping of the library, else of the program, and the minor version in its name.
  static func interpreter(_ maps: [UInt8]) -> (Mapping, Int)? {
    var program: (Mapping, Int)?
    for line in maps.split(separator: 0x0A) {
      guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else { continue }
      let path = String(bytes: line[slash...])
      let name = baseName(path)
      let isLibrary = name.hasPrefix("libpython3.")
      guard isLibrary || name.hasPrefix("python3."), let minor = minor(name),
        let mapping = mapping(line[..<slash], path)
      else { continue }
      if isLibrary { return (mapping, minor) }
      if program == nil { program = (mapping, minor) }
    }
    return program
  }

  private static func minor(_ name: String) -> Int? {
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    let digits = name[name.utf8.index(after: dot)...].prefix { $0 >= "0" && $0 <= "9" }
    return Int(String(digits))
  }

  /// `7f12a000-7f12b000 r--p 00000000 08:01 123`.
  private static func mapping(_ line: ArraySlice<UInt8>, _ path: String) -> Mapping? {
    let words = line.split(separator: 0x20)
    guard words.count >= 3, let dash = words[0].firstIndex(of: UInt8(ascii: "-")),
      let start = UInt64(String(bytes: words[0][..<dash]), radix: 16),
      let offset = UInt64(String(bytes: words[2]), radix: 16)
    else { return nil }
    return Mapping(start: start, offset: offset, path: path)
  }
}
