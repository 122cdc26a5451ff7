internal import CLinux
internal import CRuntime
internal import Linux
internal import Shell

/// System calls as the shell needs them: on plain descriptors and byte paths, with errno values.
enum System {
  static var brokenPipe: Int32 { EPIPE }
  static var errno: Int32 { clinux_errno() }

  static func text(_ code: Int32) -> Bytes { Errno(code: code).description.bytes }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Writes all; 0, or errno.
  static func writeAll(_ descriptor: Int32, _ bytes: Bytes) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        buffer.baseAddress.map { write(descriptor, $0 + done, buffer.count - done) } ?? 0
      }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += count
    }
    return 0
  }

  /// Calls `body` with `path` as a C string.
  static func withPath<Result>(_ path: Bytes, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var copy = path
    copy.append(0)
    return copy.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return "".withCString(body) }
      return body(base.assumingMemoryBound(to: CChar.self))
    }
  }

  /// open(2); a descriptor, or -errno.
  static func open(_ path: Bytes, _ flags: Int32, _ mode: UInt32 = 0o666) -> Int32 {
    while true {
      let result = withPath(path) { clinux_openat(AT_FDCWD, $0, flags, mode) }
      if result >= 0 { return result }
      let code = errno
      if code != EINTR || crt_has_signal() != 0 { return -code }
    }
  }

  static func close(_ descriptor: Int32) { _ = CLinux.close(descriptor) }

  /// A copy at `least` or above, closed by exec; -1 where `descriptor` is not open.
  static func copyHigh(_ descriptor: Int32, least: Int32 = 10) -> Int32 {
    clinux_fcntl(descriptor, F_DUPFD_CLOEXEC, least)
  }

  static func isOpen(_ descriptor: Int32) -> Bool { clinux_fcntl(descriptor, F_GETFD, 0) >= 0 }

  static func setCloseOnExec(_ descriptor: Int32, _ isOn: Bool) {
    _ = clinux_fcntl(descriptor, F_SETFD, isOn ? FD_CLOEXEC : 0)
  }

  static func duplicate(_ from: Int32, to target: Int32) -> Int32 {
    while true {
      let result = dup2(from, target)
      if result >= 0 { return 0 }
      if errno != EINTR && errno != EBUSY { return errno }
    }
  }

  /// pipe2(2) with close-on-exec, both ends at 10 or above.
  static func pipe() -> (read: Int32, write: Int32)? {
    lowPipe().map { (raise($0.read), raise($0.write)) }
  }

  /// The same, both ends anywhere but where the standard streams are.
  static func plainPipe() -> (read: Int32, write: Int32)? {
    guard let ends = lowPipe() else { return nil }
    return ends.read > 2 && ends.write > 2 ? ends : (raise(ends.read), raise(ends.write))
  }

  private static func lowPipe() -> (read: Int32, write: Int32)? {
    var ends: (Int32, Int32) = (0, 0)
    let result = withUnsafeMutableBytes(of: &ends) {
      pipe2($0.baseAddress?.assumingMemoryBound(to: Int32.self), O_CLOEXEC)
    }
    return result == 0 ? (ends.0, ends.1) : nil
  }

  /// Moves a low descriptor out of the way of the ones that scripts use.
  private static func raise(_ descriptor: Int32) -> Int32 {
    if descriptor > 9 { return descriptor }
    let copy = copyHigh(descriptor)
    if copy < 0 { return descriptor }
    close(descriptor)
    return copy
  }

  /// Reads everything, without the newlines at the end and without NULs.
  static func readAll(_ descriptor: Int32) -> Bytes {
    var bytes: Bytes = []
    var room = 4096
    while true {
      let start = bytes.count
      let count = bytes.withUnsafeMutableAppend(room) { read(descriptor, $0, room) }
      if count < 0 {
        if errno == EINTR { continue }
        break
      }
      if count == 0 { break }
      if bytes.count - start == room { room = min(room * 2, 1 << 20) }
    }
    return bytes
  }

  /// Reads once; the count, or -errno.
  static func readOnce(_ descriptor: Int32, _ buffer: inout Bytes, _ count: Int) -> Int {
    buffer.removeAll(keepingCapacity: true)
    let result = buffer.withUnsafeMutableAppend(count) { read(descriptor, $0, count) }
    return result < 0 ? -Int(errno) : result
  }

  static func seek(_ descriptor: Int32, by offset: Int) -> Bool {
    lseek(descriptor, offset, SEEK_CUR) >= 0
  }

  static func status(_ path: Bytes, follow: Bool = true) -> stat? {
    var result = stat()
    let flags = follow ? 0 : AT_SYMLINK_NOFOLLOW
    return withPath(path) { fstatat(AT_FDCWD, $0, &result, flags) } == 0 ? result : nil
  }

  static func kind(_ status: stat) -> Int32 { Int32(bitPattern: status.st_mode) & S_IFMT }
  static func isDirectory(_ status: stat) -> Bool { System.kind(status) == S_IFDIR }
  static func isRegular(_ status: stat) -> Bool { System.kind(status) == S_IFREG }

  static func isExecutable(_ path: Bytes) -> Bool {
    guard let status = status(path), isRegular(status) else { return false }
    return withPath(path) { faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) } == 0
  }

  static var workingFolder: Bytes? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return Bytes(UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }

  static func change(to folder: Bytes) -> Int32 {
    withPath(folder) { chdir($0) } == 0 ? 0 : errno
  }

  /// A child: 0 in it, its PID in us, -errno where there is none.
  static func fork() -> Int32 {
    let pid = CLinux.fork()
    return pid < 0 ? -errno : pid
  }

  static func quit(_ status: Int32) -> Never { _exit(status) }

  /// Lets ps(1) show this process as one that runs `arguments`.
  static func retitle(_ arguments: [Bytes]) {
    var text: Bytes = []
    for argument in arguments { text += argument + [0] }
    text.withUnsafeMutableBytes { raw in
      crt_retitle(raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
    }
  }

  static func kill(_ pid: Int32, _ signal: Int32) -> Int32 {
    CLinux.kill(pid, signal) == 0 ? 0 : errno
  }

  /// execve(2); returns errno.
  static func execute(_ path: Bytes, _ arguments: [Bytes], _ environment: [Bytes]) -> Int32 {
    func pointers(_ list: [Bytes]) -> [UnsafeMutablePointer<CChar>?] {
      var all: [UnsafeMutablePointer<CChar>?] = list.map { text in withPath(text) { strdup($0) } }
      all.append(nil)
      return all
    }
    var argv = pointers(arguments)
    var envp = pointers(environment)
    _ = withPath(path) { execve($0, &argv, &envp) }
    let code = errno
    for pointer in argv + envp { free(pointer) }
    return code
  }

  static func umask() -> UInt32 {
    let mask = CLinux.umask(0)
    _ = CLinux.umask(mask)
    return mask
  }

  static func setUmask(_ mask: UInt32) { _ = CLinux.umask(mask) }
}

extension [UInt8] {
  /// Appends what `body` writes to a buffer of `count` bytes: as many as it says, none where that is negative.
  mutating func withUnsafeMutableAppend(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Int)
    -> Int
  {
    let start = self.count
    append(contentsOf: repeatElement(0, count: count))
    let written = withUnsafeMutableBytes { buffer in
      buffer.baseAddress.map { body($0 + start) } ?? 0
    }
    removeLast(count - Swift.max(0, Swift.min(written, count)))
    return written
  }
}

extension System {
  /// A file without a name, in memory.
  static func memoryFile() -> Int32 {
    let file = memfd_create("shell", UInt32(MFD_CLOEXEC))
    if file < 0 || file > 9 { return file }
    return raised(file)
  }

  private static func raised(_ descriptor: Int32) -> Int32 {
    let copy = copyHigh(descriptor)
    guard copy >= 0 else { return descriptor }
    close(descriptor)
    return copy
  }

  /// Processor seconds of this process and its children.
  static func times() -> (user: Double, system: Double) {
    let (own, children) = (usage(RUSAGE_SELF), usage(RUSAGE_CHILDREN))
    return (own.user + children.user, own.system + children.system)
  }

  static func usage(_ who: __rusage_who) -> (user: Double, system: Double) {
    var usage = rusage()
    _ = getrusage(who, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return (seconds(usage.ru_utime), seconds(usage.ru_stime))
  }
}

extension System {
  /// A socket to a numeric address; -errno, EINVAL where the address is none.
  static func connect(_ address: Bytes, _ port: Int, _ isDatagram: Bool) -> Int32 {
    let descriptor = withPath(address) { crt_connect($0, Int32(port), isDatagram ? 1 : 0) }
    return descriptor < 0 ? -errno : descriptor
  }
}

extension System {
  /// The limits of a resource, by the letter that ulimit has for it.
  static func limits(_ letter: UInt8) -> (soft: UInt, hard: UInt) {
    var (soft, hard) = (0 as UInt, 0 as UInt)
    _ = crt_get_limits(Int32(letter), &soft, &hard)
    return (soft, hard)
  }

  static func setLimits(_ letter: UInt8, _ limits: (soft: UInt, hard: UInt)) -> Bool {
    crt_set_limits(Int32(letter), limits.soft, limits.hard) == 0
  }
}
