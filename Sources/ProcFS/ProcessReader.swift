internal import CLinux
internal import Linux

/// Reads processes one after the other, in one thread.
final class ProcessReader {
  private(set) var records: [ProcessRecord] = []
  private(set) var arena: [UInt8] = []
  private(set) var refused = 0

  private let descriptor: Int32
  private let fields: ProcessFields
  private let threads: Bool
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 8)
  /// `PID/` or `PID/task/TID/`, and behind it the name of a file.
  private let path = UnsafeMutablePointer<CChar>.allocate(capacity: 96)
  private var prefix = 0

  /// Arguments beyond this are cut: no command line is worth more memory.
  private static let argumentLimit = 1 << 20

  /// - Parameter count: how many processes will be read, about.
  init(_ descriptor: Int32, _ fields: ProcessFields, threads: Bool, count: Int) {
    self.descriptor = descriptor
    self.fields = fields
    self.threads = threads
    records.reserveCapacity(count)
    arena.reserveCapacity(65536)
  }

  deinit {
    buffer.deallocate()
    path.deallocate()
  }

  func read(_ pid: Int32) {
    prefix = 0
    append(pid)
    let process = prefix
    if !threads { return read(ProcessRecord(pid: pid, thread: pid)) }
    guard let tasks = taskIDs(pid) else { return }
    var shared = ByteRange()
    if fields.contains(.arguments) {
      prefix = process
      shared = arguments() ?? ByteRange()
    }
    for task in tasks {
      prefix = process
      append("/task/")
      append(task)
      let record = ProcessRecord(pid: pid, thread: task)
      record.arguments = shared
      read(record)
    }
  }

  private func read(_ record: ProcessRecord) {
    let start = arena.count
    guard identify(record), describe(record) else {
      if arena.count > start { arena.removeLast(arena.count - start) }
      return
    }
    records.append(record)
  }

  /// Who it is: owner, numbers, name.
  private func identify(_ record: ProcessRecord) -> Bool {
    if fields.contains(.owner) || fields.isEmpty {
      var status = CLinux.stat()
      path[prefix] = 0
      guard fstatat(descriptor, path, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return miss() }
      record.uid = status.st_uid
      record.gid = status.st_gid
    }
    if fields.contains(.stat) {
      guard let count = slurp("/stat") else { return miss() }
      let line = UnsafeRawBufferPointer(rebasing: buffer[..<count])
      guard let found = record.stat.parse(line, whole: fields.contains(.statTail)) else {
        refused += count > 0 ? 1 : 0
        return false
      }
      record.name = keep(UnsafeRawBufferPointer(rebasing: line[found.name]))
    } else if fields.contains(.name) {
      guard var count = slurp("/comm") else { return miss() }
      if count > 0, buffer[count - 1] == UInt8(ascii: "\n") { count -= 1 }
      record.name = keep(count)
    }
    return true
  }

  /// What a refusal leaves empty, but the end of the process leaves out.
  private func describe(_ record: ProcessRecord) -> Bool {
    // Kernel threads and zombies have none: no need to ask.
    let isBare = record.stat.isKernelThread || record.stat.state == UInt8(ascii: "Z")
    if fields.contains(.arguments), !threads, !isBare {
      guard let range = arguments() else { return false }
      record.arguments = range
    }
    if fields.contains(.status) || fields.contains(.statusNumbers) {
      let count = slurp("/status") ?? -1
      if count < 0, isGone { return false }
      if count > 0 {
        record.numbers.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if fields.contains(.status) { record.status = keep(count) }
      }
    }
    if fields.contains(.cgroup) {
      guard let range = optional("/cgroup") else { return false }
      record.cgroup = range
    }
    if fields.contains(.memory) {
      guard let range = optional("/statm") else { return false }
      record.memory = range
    }
    // Not every kernel has this file, so its absence says nothing.
    if fields.contains(.wchan) { record.wchan = slurp("/wchan").map { keep($0) } ?? ByteRange() }
    return true
  }

  /// - Returns: nil when the process is gone.
  private func optional(_ name: StaticString) -> ByteRange? {
    if let count = slurp(name) { return keep(count) }
    return isGone ? nil : ByteRange()
  }

  private func arguments() -> ByteRange? {
    guard let file = open("/cmdline") else { return isGone ? nil : ByteRange() }
    defer { close(file) }
    let start = arena.count
    var count = fill(file)
    while count > 0, arena.count - start < Self.argumentLimit {
      arena.append(raw: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      // A short read is the end: the kernel fills the buffer as far as there is text.
      count = count == buffer.count ? fill(file) : 0
    }
    return ByteRange(start: start, count: arena.count - start)
  }

  /// The whole of a small file, at most 64 KiB of it, in `buffer`.
  private func slurp(_ name: StaticString) -> Int? {
    guard let file = open(name) else { return nil }
    let count = fill(file)
    let errno = clinux_errno()
    close(file)
    clinux_set_errno(errno)
    return count < 0 ? nil : count
  }

  private func open(_ name: StaticString) -> Int32? {
    let length = name.utf8CodeUnitCount
    guard prefix + length < 96 else { return nil }
    memcpy(path + prefix, name.utf8Start, length)
    path[prefix + length] = 0
    while true {
      let file = clinux_openat(descriptor, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
      if file >= 0 { return file }
      if clinux_errno() != EINTR { return nil }
    }
  }

  private func fill(_ file: Int32) -> Int {
    while true {
      let count = CLinux.read(file, buffer.baseAddress, buffer.count)
      if count >= 0 || clinux_errno() != EINTR { return count }
    }
  }

  private func keep(_ count: Int) -> ByteRange {
    keep(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) -> ByteRange {
    let start = arena.count
    arena.append(raw: bytes)
    return ByteRange(start: start, count: bytes.count)
  }

  private var isGone: Bool {
    let code = clinux_errno()
    return code == ENOENT || code == ESRCH || code == ENOTDIR
  }

  private func miss() -> Bool {
    if !isGone { refused += 1 }
    return false
  }

  private func taskIDs(_ pid: Int32) -> [Int32]? {
    do throws(SystemError) {
      let tasks = Directory(try File.open(at: descriptor, "\(pid)/task", [.read, .directory]))
      var numbers: [Int32] = []
      try tasks.forEachName { name, _, _ in
        if let number = decimal(name) { numbers.append(number) }
        return true
      }
      return numbers.sorted()
    } catch {
      if error.errno != .noEntry, error.errno != .noProcess { refused += 1 }
      return nil
    }
  }

  private func append(_ number: Int32) {
    var divisor: Int32 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0, prefix < 90 {
      path[prefix] = CChar(truncatingIfNeeded: 0x30 + (number / divisor) % 10)
      prefix += 1
      divisor /= 10
    }
  }

  private func append(_ text: StaticString) {
    memcpy(path + prefix, text.utf8Start, text.utf8CodeUnitCount)
    prefix += text.utf8CodeUnitCount
  }
}
