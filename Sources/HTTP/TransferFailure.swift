public import Linux

/// Why a transfer ended early, in curl's classes: libcurl-errors(3).
public struct TransferFailure: Error, Sendable {
  /// The numbers are curl's exit statuses.
  public enum Code: Int32, Sendable {
    case unsupportedProtocol = 1
    case badURL = 3
    case proxyNotFound = 5
    case hostNotFound = 6
    case cannotConnect = 7
    case strangeReply = 8
    case accessDenied = 9
    case http2 = 16
    case partialFile = 18
    case httpError = 22
    case writeError = 23
    case readError = 26
    case timedOut = 28
    case rangeError = 33
    case tlsHandshake = 35
    case badResume = 36
    case fileNotReadable = 37
    case badArgument = 43
    case interfaceFailed = 45
    case tooManyRedirects = 47
    case emptyReply = 52
    case sendError = 55
    case receiveError = 56
    case certificateProblem = 58
    case cipherProblem = 59
    case peerNotVerified = 60
    case badContentEncoding = 61
    case fileTooLarge = 63
    case rewindFailed = 65
    case badCertificateFile = 77
    case pinMismatch = 90
    case http2Stream = 92
    case proxyHandshake = 97
  }

  public let code: Code
  /// A sentence without the subject's name.
  public let text: String
  /// The kernel's error, where one is the cause.
  public let errno: Errno?

  public init(_ code: Code, _ text: String, errno: Errno? = nil) {
    self.code = code
    self.text = text
    self.errno = errno
  }
}
