public import Linux

/// Why an applet stopped, with the status it ends with.
public struct Failure: Error {
  /// `subject: reason`, without the applet's name; nil when everything has been said already.
  public let text: String?
  /// What to do next, printed on a line of its own behind `fix: `.
  public let advice: String?
  public let status: Int32
  /// The kernel's error, where one is the cause.
  public let errno: Errno?

  public init(_ text: String?, advice: String? = nil, status: Int32 = 1, errno: Errno? = nil) {
    self.text = text
    self.advice = advice
    self.status = status
    self.errno = errno
  }

  /// The command line is wrong: exit 2.
  public static func usage(_ text: String) -> Failure { Failure(text, status: ExitStatus.usage) }

  /// A system call failed.
  public static func system(_ error: SystemError, status: Int32 = 1) -> Failure {
    let text = error.subject.isEmpty ? error.reason : error.subject + ": " + error.reason
    return Failure(text, status: status, errno: error.errno)
  }

  /// The kernel refused, and we know why and what would help.
  public static func denied(_ subject: String, _ reason: String, advice: String?) -> Failure {
    Failure(subject + ": " + reason, advice: advice, errno: .denied)
  }

  public static func message(_ text: String, status: Int32 = 1) -> Failure {
    Failure(text, status: status)
  }

  /// End with `status` and say nothing.
  public static func quiet(_ status: Int32) -> Failure { Failure(nil, status: status) }
}

/// The statuses every applet shares. Applets add what their users expect.
public enum ExitStatus {
  public static let success: Int32 = 0
  public static let failure: Int32 = 1
  public static let usage: Int32 = 2
  public static let notExecutable: Int32 = 126
  public static let notFound: Int32 = 127
}

/// Runs a piece of the layer below and turns its error into ours.
public func attempt<Result: ~Copyable>(
  _ body: () throws(SystemError) -> Result
) throws(Failure) -> Result {
  do throws(SystemError) {
    return try body()
  } catch {
    throw .system(error)
  }
}
