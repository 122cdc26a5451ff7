internal import CLinux

/// An error number of the kernel, errno(3).
public struct Errno: Equatable, Sendable {
  public let code: Int32

  public init(code: Int32) { self.code = code }

  /// What the last failed call left behind. Only for use right after that call.
  static var last: Errno { Errno(code: clinux_errno()) }

  /// The C library's words for it.
  public var description: String { String(cString: strerror(code)) }

  public static let notPermitted = Errno(code: EPERM)
  public static let noEntry = Errno(code: ENOENT)
  public static let noProcess = Errno(code: ESRCH)
  public static let interrupted = Errno(code: EINTR)
  public static let inputOutput = Errno(code: EIO)
  public static let badDescriptor = Errno(code: EBADF)
  public static let wouldBlock = Errno(code: EAGAIN)
  public static let denied = Errno(code: EACCES)
  public static let exists = Errno(code: EEXIST)
  public static let crossDevice = Errno(code: EXDEV)
  public static let notDirectory = Errno(code: ENOTDIR)
  public static let isDirectory = Errno(code: EISDIR)
  public static let invalid = Errno(code: EINVAL)
  public static let tooLarge = Errno(code: EFBIG)
  public static let noSpace = Errno(code: ENOSPC)
  public static let illegalSeek = Errno(code: ESPIPE)
  public static let brokenPipe = Errno(code: EPIPE)
  public static let notSupported = Errno(code: EOPNOTSUPP)
  public static let noSystemCall = Errno(code: ENOSYS)
  public static let tooManyLinks = Errno(code: ELOOP)
  public static let nameTooLong = Errno(code: ENAMETOOLONG)
  public static let notExecutable = Errno(code: ENOEXEC)
}

/// A failed system call: which call, on what, and why.
public struct SystemError: Error, Equatable {
  public let errno: Errno
  public let call: StaticString
  /// What the call was about, usually a path as the user typed it.
  public let subject: String

  public init(_ errno: Errno, _ call: StaticString, _ subject: String) {
    self.errno = errno
    self.call = call
    self.subject = subject
  }

  public static func == (a: Self, b: Self) -> Bool { a.errno == b.errno && a.subject == b.subject }

  public var reason: String { errno.description }

  /// The same failure, told about `subject`.
  public func about(_ subject: String) -> SystemError { SystemError(errno, call, subject) }
}

/// Calls `body` until no signal interrupts it, and throws what the kernel said.
///
/// The one funnel for system calls that return -1 and set errno.
@inline(never)
@discardableResult
func check(
  _ call: StaticString, _ subject: @autoclosure () -> String, _ body: () -> Int
) throws(SystemError) -> Int {
  while true {
    let result = body()
    if result >= 0 { return result }
    let errno = Errno.last
    if errno != .interrupted { throw SystemError(errno, call, subject()) }
  }
}
